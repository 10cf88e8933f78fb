import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';

/** A file that cannot be had. The message names it and says what to do about it. */
export class UnreadableError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnreadableError';
  }
}

/**
 * A file, opened at once and closed by the end of the iteration, which must therefore be begun.
 * @throws UnreadableError, from the opening as from the iteration
 */
export async function openRecording(file: string): Promise<AsyncGenerator<Buffer>> {
  const handle = await open(file).catch((error: unknown) => {
    throw unreadable(file, error);
  });
  const stats = await handle.stat();
  if (!stats.isDirectory()) return chunksOf(file, handle);
  await handle.close();
  throw new UnreadableError(`${file} is a directory: name the recordings in it one by one.`);
}

async function* chunksOf(file: string, handle: FileHandle): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of handle.createReadStream() as AsyncIterable<Buffer>) yield chunk;
  } catch (error) {
    throw unreadable(file, error);
  }
}

function unreadable(file: string, error: unknown): UnreadableError {
  const code = (error as NodeJS.ErrnoException).code ?? 'an unknown error';
  if (code === 'ENOENT') return new UnreadableError(`${file} does not exist: check its name.`);
  const advice =
    code === 'EACCES' || code === 'EPERM' ? 'check its permissions' : 'check the file and its disk';
  return new UnreadableError(`${file} cannot be read (${code}): ${advice}.`);
}
