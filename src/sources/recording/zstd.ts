import { createZstdDecompress } from 'node:zlib';
import { decode } from './decoder.ts';
import { zstdFrames } from './zstd-frames.ts';

/**
 * Decompresses zstd, frame after frame: node:zlib stops after the first one, and says nothing.
 * @throws Error of node:zlib, after what could be decompressed
 */
export async function* unzstd(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const frame of zstdFrames(chunks)) yield* decode(createZstdDecompress(), frame);
}
