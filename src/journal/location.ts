import { accessSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { JournalError, systemReason } from './errors.ts';
import { lookAt } from './file-identity.ts';

/** Where a journal is, or would be. */
export interface Location {
  /** Absolute, without symbolic links once the file exists: two names of one file are one journal. */
  readonly path: string;
  readonly exists: boolean;
}

/**
 * Looks at what a file name stands for, without opening it: a POSIX lock of this process goes when any of the
 * file's descriptors is closed, so that only SQLite may open a journal.
 * @throws JournalError when it is something other than a file
 */
export function locate(file: string): Location {
  const path = resolve(file);
  const stats = look(path);
  if (stats === undefined) return { path, exists: false };
  if (stats.isDirectory()) {
    throw new JournalError(`${file} is a directory; name a file in it (--db).`);
  }
  if (!stats.isFile()) throw new JournalError(`${file} is not a regular file; name another one (--db).`);
  return { path: realpathSync(path), exists: true };
}

/**
 * Makes sure that a journal can be written where it is: its directory exists then.
 * @throws JournalError
 */
export function makeWritable({ path, exists }: Location): void {
  const directory = dirname(path);
  try {
    makeDirectory(directory);
  } catch (error) {
    const why = systemReason(error);
    throw new JournalError(`the directory of ${path} cannot be created (${why}); name another file (--db).`, {
      cause: error,
    });
  }
  access(directory, `the directory of ${path} is not writable`);
  if (exists) access(path, `${path} is not writable`);
}

/**
 * Refuses a file with several names. SQLite keeps the log of a database beside the name by which it was opened: two
 * writers, or a writer and what a killed one left in the log of another name, would damage it.
 * @throws JournalError
 */
export function refuseLinked(path: string): void {
  if ((lookAt(path)?.names ?? 1) <= 1) return;
  throw new JournalError(
    `${path} has another name as well (a hard link), and the log of a journal is kept by its name; remove the other name, or copy the file.`,
  );
}

/** One level at a time: on a file system such as /proc, node's own recursion never ends. */
export function makeDirectory(directory: string): void {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory()) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory);
}

function access(path: string, problem: string): void {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
  } catch (error) {
    const why = systemReason(error);
    throw new JournalError(`${problem} (${why}); change that or name another file (--db).`, { cause: error });
  }
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch (error) {
    throw new JournalError(`${path} cannot be reached (${systemReason(error)}); name another file (--db).`, {
      cause: error,
    });
  }
}
