/** A line of a file. */
export interface Line {
  /** From 1. */
  readonly number: number;
  /** Without its line ending; null when it is longer than the limit. */
  readonly bytes: Buffer | null;
  /** False for what follows the last line ending. */
  readonly ended: boolean;
}

const newline = 0x0a;
const carriageReturn = 0x0d;

/**
 * Cuts bytes into lines, at LF or CRLF. No more than one line is held. When the source fails, what came of the
 * line in which it failed is still given, before the failure.
 * @param limit bytes of the longest line that is kept
 */
export async function* splitLines(chunks: AsyncIterable<Buffer>, limit: number): AsyncGenerator<Line> {
  let number = 1;
  let parts: Buffer[] = [];
  let size = 0;
  const add = (part: Buffer): void => {
    size += part.length;
    if (size <= limit) parts.push(part);
    else parts = [];
  };
  const take = (ended: boolean): Line => {
    const line = { number, bytes: size <= limit ? withoutReturn(Buffer.concat(parts)) : null, ended };
    number += 1;
    parts = [];
    size = 0;
    return line;
  };
  let failure: { readonly error: unknown } | null = null;
  try {
    for await (const chunk of chunks) {
      let from = 0;
      for (let at = chunk.indexOf(newline); at !== -1; at = chunk.indexOf(newline, from)) {
        add(chunk.subarray(from, at));
        yield take(true);
        from = at + 1;
      }
      add(chunk.subarray(from));
    }
  } catch (error) {
    failure = { error };
  }
  if (size > 0) yield take(false);
  if (failure !== null) throw failure.error;
}

function withoutReturn(line: Buffer): Buffer {
  return line.at(-1) === carriageReturn ? line.subarray(0, -1) : line;
}
