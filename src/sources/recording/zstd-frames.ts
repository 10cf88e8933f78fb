import { byteReader } from './byte-reader.ts';
import type { ByteReader } from './byte-reader.ts';

const frameMagic = 0xfd2fb528;

/**
 * Cuts a zstd file into its frames (RFC 8878, section 3.1), each a stream of its bytes that must be read to its
 * end before the next. Skippable frames are left out. An empty file is one empty frame, and what is no frame
 * is given as if it were one: a decompressor has an error for either.
 */
export async function* zstdFrames(chunks: AsyncIterable<Buffer>): AsyncGenerator<AsyncGenerator<Buffer>> {
  const reader = byteReader(chunks);
  let magic = await reader.take(4);
  do {
    if (isSkippable(magic)) await skip(reader);
    else yield frame(reader, magic);
    magic = await reader.take(4);
  } while (magic.length > 0);
}

function isSkippable(magic: Buffer): boolean {
  return magic.length === 4 && (magic.readUInt32LE() & 0xfffffff0) >>> 0 === 0x184d2a50;
}

async function skip(reader: ByteReader): Promise<void> {
  const size = await reader.take(4);
  if (size.length < 4) return;
  const content = reader.pass(size.readUInt32LE());
  while ((await content.next()).done !== true);
}

async function* frame(reader: ByteReader, magic: Buffer): AsyncGenerator<Buffer> {
  yield magic;
  if (magic.length < 4 || magic.readUInt32LE() !== frameMagic) return;
  const [descriptor] = await reader.take(1);
  if (descriptor === undefined) return;
  yield Buffer.of(descriptor);
  yield* reader.pass(headerSize(descriptor));
  for (let isLast = false; !isLast;) {
    const head = await reader.take(3);
    yield head;
    if (head.length < 3) return;
    const bits = head.readUIntLE(0, 3);
    isLast = (bits & 1) === 1;
    yield* reader.pass(blockSize((bits >> 1) & 3, bits >> 3));
  }
  const hasChecksum = (descriptor & 4) !== 0;
  if (hasChecksum) yield* reader.pass(4);
}

/** Bytes of window descriptor, dictionary id and content size, which the frame header's descriptor announces. */
function headerSize(descriptor: number): number {
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowSize = isSingleSegment ? 0 : 1;
  const dictionarySize = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const contentSize = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  return windowSize + dictionarySize + contentSize;
}

/** Bytes of a block in the file: of a run (type 1) only the byte that it repeats. */
function blockSize(type: number, size: number): number {
  return type === 1 ? 1 : size;
}
