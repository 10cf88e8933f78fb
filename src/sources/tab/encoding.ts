import { promisify } from 'node:util';
import * as zlib from 'node:zlib';

/** Compressions that we ask for. */
export type Encoding = 'identity' | 'gzip' | 'br' | 'zstd';

export const acceptEncoding = 'gzip, br, zstd';

/** The compression that a Content-Encoding header names; null when it is none of ours. */
export function contentEncoding(header: string | string[] | undefined): Encoding | null {
  const name = (header ?? '').toString().trim().toLowerCase();
  if (name === '' || name === 'identity') return 'identity';
  if (name === 'gzip' || name === 'x-gzip') return 'gzip';
  return name === 'br' || name === 'zstd' ? name : null;
}

const whole = {
  gzip: promisify<Buffer, zlib.ZlibOptions, Buffer>(zlib.gunzip),
  br: promisify<Buffer, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress),
  zstd: promisify<Buffer, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress),
};

/**
 * A body without its compression.
 * @param limit most bytes that may come out
 * @throws Error of node:zlib: code ERR_BUFFER_TOO_LARGE over the limit, Z_BUF_ERROR when the body ends early
 */
export async function decompress(body: Buffer, encoding: Encoding, limit: number): Promise<Buffer> {
  if (encoding === 'identity') return body;
  return whole[encoding](body, { chunkSize: chunkSizeFor(body, encoding), maxOutputLength: limit });
}

/** Bodies of hundreds of kilobytes: the default of 16 KB costs three times the CPU. */
const chunkSize = { least: 16_384, most: 262_144 } as const;

/**
 * Bytes that are set aside at once for what comes out. A gzip file ends with its size: what is set aside beyond that is
 * never used, but brings the next garbage collection of everything nearer. A size that is wrong costs further chunks
 * and no more.
 */
function chunkSizeFor(body: Buffer, encoding: Encoding): number {
  if (encoding !== 'gzip' || body.length < 4) return chunkSize.most;
  // A chunk that is just filled asks for another one. And of several members only the last one's size is told.
  const told = body.readUInt32LE(body.length - 4) + 1_024;
  return Math.min(Math.max(told, chunkSize.least), chunkSize.most);
}

const open = {
  gzip: () => zlib.createGunzip({ finishFlush: zlib.constants.Z_SYNC_FLUSH }),
  br: () => zlib.createBrotliDecompress({ finishFlush: zlib.constants.BROTLI_OPERATION_FLUSH }),
  zstd: () => zlib.createZstdDecompress({ finishFlush: zlib.constants.ZSTD_e_flush }),
};

/**
 * As much of a damaged body as can be decompressed, at most `limit` bytes; the bytes as they are when nothing
 * can. Never fails.
 */
export async function decompressStart(body: Buffer, encoding: Encoding, limit: number): Promise<Buffer> {
  if (encoding === 'identity') return body.subarray(0, limit);
  const engine = open[encoding]();
  const chunks: Buffer[] = [];
  let size = 0;
  await new Promise<void>((done) => {
    engine.on('error', () => undefined).on('close', done);
    engine.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      size += chunk.length;
      if (size >= limit) engine.destroy();
    });
    engine.end(body);
  });
  return (size === 0 ? body : Buffer.concat(chunks)).subarray(0, limit);
}
