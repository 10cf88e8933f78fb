/** A stream of bytes, read by counted portions. At its end a portion is shorter than asked for. */
export interface ByteReader {
  /** The next `count` bytes as one buffer: for small counts. */
  take(count: number): Promise<Buffer>;
  /** The next `count` bytes as they come. */
  pass(count: number): AsyncGenerator<Buffer>;
}

export function byteReader(chunks: AsyncIterable<Buffer>): ByteReader {
  const source = chunks[Symbol.asyncIterator]();
  let held: Buffer = Buffer.alloc(0);

  async function hasMore(): Promise<boolean> {
    while (held.length === 0) {
      const next = await source.next();
      if (next.done === true) return false;
      held = next.value;
    }
    return true;
  }

  async function* pass(count: number): AsyncGenerator<Buffer> {
    for (let left = count; left > 0 && (await hasMore());) {
      const part = held.subarray(0, left);
      held = held.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async function take(count: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of pass(count)) parts.push(part);
    return Buffer.concat(parts);
  }

  return { take, pass };
}
