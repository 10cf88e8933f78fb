import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import type { Stats } from 'node:fs';

/** What a settings file may hold at most. */
const maxBytes = 64 * 1024;

/** Why a settings file cannot be used, as the end of a sentence that names it: `is a directory, …`. */
export class SmallFileError extends Error {
  /** Of the system, such as ENOENT; null for a file that was opened. */
  readonly code: string | null;

  constructor(reason: string, code: string | null = null) {
    super(reason);
    this.name = 'SmallFileError';
    this.code = code;
  }
}

/**
 * Returns the text of a regular file of up to 64 KB, without a byte order mark. It never waits: what is opened is
 * looked at before it is read, and a pipe without a writer opens at once.
 *
 * @throws SmallFileError for everything else
 */
export function readSmallFile(path: string): string {
  const descriptor = opened(path);
  try {
    const kind = kindOf(fstatSync(descriptor));
    if (kind !== null) throw new SmallFileError(`is ${kind}, not a regular file`);
    return new TextDecoder('utf-8', { fatal: true }).decode(contents(descriptor));
  } catch (error) {
    if (error instanceof SmallFileError) throw error;
    if (error instanceof TypeError) throw new SmallFileError('is not a text in UTF-8');
    throw unreadable(error);
  } finally {
    closeSync(descriptor);
  }
}

function opened(path: string): number {
  try {
    // A terminal that is opened must not become the process's own.
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch (error) {
    throw unreadable(error);
  }
}

/** Reads one byte beyond the limit: what a file says of its size need not be so (`/proc`). */
function contents(descriptor: number): Buffer {
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  for (;;) {
    const read = readSync(descriptor, buffer, length, buffer.length - length, null);
    length += read;
    if (length > maxBytes) throw new SmallFileError(`has more than ${maxBytes / 1024} KB`);
    if (read === 0) return buffer.subarray(0, length);
  }
}

/** Null for a regular file. */
function kindOf(stats: Stats): string | null {
  if (stats.isFile()) return null;
  if (stats.isDirectory()) return 'a directory';
  if (stats.isFIFO()) return 'a named pipe';
  return 'a device or a socket';
}

function unreadable(error: unknown): SmallFileError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
  return new SmallFileError(code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`, code);
}
