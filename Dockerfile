# syntax=docker/dockerfile:1

FROM node:26-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:26-bookworm-slim AS page
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY web /app/web
RUN npx vite build web

FROM node:26-bookworm-slim
LABEL org.opencontainers.image.title="oddstream" \
      org.opencontainers.image.description="Records how odds and money move in New Zealand and Australian racing" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
# Responses are large and soon done with: without these, memory that is free again stays with the process.
ENV NODE_OPTIONS=--max-semi-space-size=16 MALLOC_ARENA_MAX=2 MALLOC_MMAP_THRESHOLD_=131072 MALLOC_TRIM_THRESHOLD_=131072
COPY --from=dependencies /app/node_modules /app/node_modules
COPY package.json LICENSE /app/
COPY bin /app/bin
COPY src /app/src
COPY --from=page /app/web/dist /app/web/dist
RUN mkdir /data && chown node:node /data
VOLUME /data
# Journals are kept in data/ of the working directory: from here that is the volume.
WORKDIR /
USER node
# Within the container on every address: what is published, and to whom, is said when it is run (docs/server.md).
ENV ODDSTREAM_HTTP=0.0.0.0:8080
EXPOSE 8080
# At the address of ODDSTREAM_HTTP; where that is off, by the journal.
HEALTHCHECK --interval=30s --timeout=10s --start-period=300s --retries=3 \
  CMD ["node", "/app/bin/oddstream.js", "health"]
CMD ["node", "/app/bin/oddstream.js", "run"]
