/**
 * Why a journal cannot be opened, read or written: one sentence that says what is wrong, names the file and
 * says what to do.
 */
export class JournalError extends Error {
  constructor(message: string, options: { cause?: unknown } = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = 'JournalError';
  }
}

/** A journal that is not as it was written. */
export class DamagedError extends JournalError {
  /** A few words on what is wrong. */
  readonly what: string;

  constructor(file: string, what: string, options: { cause?: unknown } = {}) {
    super(`${file} is damaged (${what}); rebuild it (oddstream repair --db ${file}).`, options);
    this.name = 'DamagedError';
    this.what = what;
  }
}

/** A journal whose files were deleted, renamed, replaced or cut off while it was written. */
export class LostError extends JournalError {
  constructor(file: string, what: string) {
    super(
      `${file} was taken away while it was written (${what}); oddstream saves what it holds and ends: start it again.`,
    );
    this.name = 'LostError';
  }
}

/** A row that is not as it was written; {@link explained} tells in which file. */
export class RowDamage extends Error {}

/** SQLite's result code for a file whose pages contradict each other. */
export const corrupt = 11;

/** SQLite's result code for a file that does not begin as a database does. */
export const noDatabase = 26;

const sqliteFaults = new Map<number, (file: string) => string>([
  [5, (file) => `${file} is locked by another program; close that program and try again.`],
  [6, (file) => `${file} is locked by another program; close that program and try again.`],
  [8, (file) => `${file} is read-only; make it writable or name another file (--db).`],
  [10, (file) => `${file} could not be read or written (disk I/O error); check the disk that holds it.`],
  [13, (file) => `${file} cannot grow, its disk is full; free some space and start again.`],
  [14, (file) => `${file} could not be opened; check that it and its directory may be read and written.`],
  [
    noDatabase,
    (file) => `${file} is not an oddstream journal (it is no SQLite database); name another file (--db).`,
  ],
]);

const systemFaults = new Map<string, string>([
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['EROFS', 'the file system is read-only'],
  ['ENOENT', 'there is no such place'],
  ['ENOSPC', 'the disk is full'],
  ['ENOTDIR', 'a part of the path is a file, not a directory'],
  ['EEXIST', 'a part of the path is a file, not a directory'],
  ['ELOOP', 'its symbolic links go in a circle'],
  ['ENAMETOOLONG', 'the path is too long'],
]);

/** The failure of SQLite that an error stands for, as its primary result code; null when it is another error. */
export function sqliteFault(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : null;
}

/** SQLite's extended code for a page that ends before it should. */
const shortRead = 522;

function isShort(error: Error): boolean {
  return 'errcode' in error && error.errcode === shortRead;
}

/** A failure of SQLite or of the file system as the sentence it stands for; every other error as it is. */
export function explained(file: string, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof JournalError) return error;
  if (error instanceof RowDamage) return new DamagedError(file, error.message, { cause: error });
  const fault = sqliteFault(error);
  if (fault !== null) {
    if (isShort(error)) return new DamagedError(file, 'it is cut off', { cause: error });
    if (fault === corrupt) return new DamagedError(file, error.message, { cause: error });
    const sentence = sqliteFaults.get(fault)?.(file);
    return new JournalError(sentence ?? `${file} failed in SQLite (${error.message}).`, { cause: error });
  }
  if (!('syscall' in error)) return error;
  return new JournalError(`${file} cannot be used (${systemReason(error)}); name another file (--db).`, {
    cause: error,
  });
}

/**
 * The same for a failure of reading: a text that is no JSON, a number that is too large and a time that is none are not as
 * they were written.
 */
export function explainedRead(file: string, error: unknown): unknown {
  const isValue = error instanceof SyntaxError || error instanceof RangeError;
  return explained(file, isValue ? new RowDamage(error.message, { cause: error }) : error);
}

/** A failure of the file system as the reason it stands for. */
export function systemReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return systemFaults.get(code) ?? code;
}
