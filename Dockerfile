# syntax=docker/dockerfile:1

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
LABEL org.opencontainers.image.title="oddstream" \
      org.opencontainers.image.description="Records how odds and money move in New Zealand and Australian racing" \
      org.opencontainers.image.licenses="MIT"
ENV NODE_ENV=production
COPY --from=dependencies /app/node_modules /app/node_modules
COPY package.json LICENSE /app/
COPY bin /app/bin
COPY src /app/src
RUN mkdir /data && chown node:node /data
VOLUME /data
# Journals are kept in data/ of the working directory: from here that is the volume.
WORKDIR /
USER node
HEALTHCHECK --interval=60s --timeout=10s --start-period=120s --retries=3 \
  CMD ["node", "/app/bin/oddstream.js", "status", "--max-age", "35m"]
CMD ["node", "/app/bin/oddstream.js", "run"]
