import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, constants, gzipSync, zstdCompressSync } from 'node:zlib';

export const encodings = ['identity', 'gzip', 'br', 'zstd'] as const;
export type EncodingName = (typeof encodings)[number];

/** Levels at which servers compress what they make themselves. */
const compress: Readonly<Record<EncodingName, (body: Buffer) => Buffer>> = {
  identity: (body) => body,
  gzip: (body) => gzipSync(body, { level: 6 }),
  br: (body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } }),
  zstd: (body) => zstdCompressSync(body, { params: { [constants.ZSTD_c_compressionLevel]: 3 } }),
};

/** Of every answer. */
const etag = '"one"';

export interface CountingServer {
  readonly url: string;
  /** Connections that were opened, requests, and bytes of bodies, since the last `reset`. */
  readonly counts: { connections: number; requests: number; bytes: number };
  /** What it answers from now on, whatever is asked; as it is where the client does not take the encoding. */
  serve(body: Buffer, encoding: EncodingName): void;
  reset(): void;
  close(): Promise<void>;
}

/**
 * A feed that counts, and answers 304 to who knows its one ETag. It gives no hint for how long it keeps a connection, and keeps it.
 * @param latencyMs real milliseconds before it answers
 */
export async function startCountingServer(latencyMs: number): Promise<CountingServer> {
  const counts = { connections: 0, requests: 0, bytes: 0 };
  const answers = new Map<EncodingName, Buffer>();
  let named: EncodingName = 'identity';
  const server = createServer((request, response) => {
    const taken = (request.headers['accept-encoding'] ?? '').split(/\s*,\s*/);
    const encoding = taken.includes(named) ? named : 'identity';
    const bytes = answers.get(encoding) ?? Buffer.alloc(0);
    counts.requests++;
    if (request.headers['if-none-match'] === etag) {
      response.writeHead(304, { etag }).end();
      return;
    }
    counts.bytes += bytes.length;
    response.writeHead(200, {
      etag,
      'content-type': 'application/json',
      'content-length': bytes.length,
      ...(encoding === 'identity' ? {} : { 'content-encoding': encoding }),
    });
    if (latencyMs > 0) setTimeout(() => response.end(bytes), latencyMs);
    else response.end(bytes);
  });
  server.keepAliveTimeout = 0;
  server.on('connection', () => counts.connections++);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counts,
    serve: (body, encoding) => {
      named = encoding;
      for (const name of ['identity', encoding] as const) answers.set(name, compress[name](body));
    },
    reset: () => Object.assign(counts, { connections: 0, requests: 0, bytes: 0 }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
