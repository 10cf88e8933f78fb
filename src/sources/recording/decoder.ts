import type { Transform } from 'node:stream';

/** Bytes that go into a decompressor at a time: what one such piece decompresses to is held in memory. */
const pieceSize = 8192;

/**
 * What a decompressor of node:zlib makes of a stream of bytes. When it fails, what it had made until then comes
 * out first (but for less than 16 KB, its buffer, before damaged bytes); an asynchronous iteration over the
 * decompressor itself would throw that away.
 * @throws Error of node:zlib, code Z_BUF_ERROR when the bytes end early
 */
export async function* decode(engine: Transform, chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const made: Buffer[] = [];
  const failures: Error[] = [];
  const closed = new Promise<void>((resolve) => engine.once('close', resolve));
  engine.on('data', (chunk: Buffer) => made.push(chunk));
  engine.on('error', (error: Error) => failures.push(error));
  try {
    for await (const chunk of chunks) {
      for (let from = 0; from < chunk.length && !engine.destroyed; from += pieceSize) {
        const piece = chunk.subarray(from, from + pieceSize);
        const written = new Promise<void>((resolve) => {
          engine.write(piece, () => {
            resolve();
          });
        });
        await Promise.race([written, closed]);
        yield* made.splice(0);
      }
      if (engine.destroyed) break;
    }
    if (!engine.destroyed) engine.end();
    await closed;
    yield* made.splice(0);
    const [failure] = failures;
    if (failure !== undefined) throw failure;
  } finally {
    engine.destroy();
  }
}
