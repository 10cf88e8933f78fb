import { closeSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, backup } from 'node:sqlite';
import { messageOf } from '../domain/thrown.ts';
import { damages } from './check.ts';
import { JournalError } from './errors.ts';
import { lookAt } from './file-identity.ts';
import { makeDirectory } from './location.ts';
import type { WriterLock } from './lock.ts';
import { syncDirectory, syncFile } from './open.ts';
import type { OpenFiles } from './open-files.ts';
import { readyFile, swapIn, timeMark } from './swap.ts';

/** Where the content of a journal is whose files were taken away. */
export interface Rescued {
  /** The journal's own name; another one when another process writes a journal under that. */
  readonly file: string;
  /** What was found in its place, under its new name; null when there was nothing. */
  readonly setAside: string | null;
  /** What of it could not be read, so that it wants a repair; null when it is whole. */
  readonly damage: string | null;
}

/** Pages that are copied at once; in between, others get their turn. */
const pagesAtOnce = 4_096;

/**
 * Connections that must not be closed: SQLite would move a log of which bytes are missing into the file. At its next
 * opening, as after a kill, it takes from it the transactions that are whole.
 */
const abandoned = new Set<DatabaseSync>();

/**
 * Saves what an open journal holds whose files were deleted, renamed, replaced or cut off: as long as they are open,
 * everything that was committed can be read from them. The connection is of no use any more then.
 *
 * Into the journal's place goes a copy, and what is found there gets another name, as in a repair: cut off, it is ended by
 * `oddstream repair`, and until then nothing is begun in that place. Nothing is ever deleted that the copy does not hold.
 *
 * @param db the connection that wrote it
 * @param lock the writer's, which is still held afterwards
 * @throws JournalError when it cannot be read, or not be written
 */
export async function rescue(
  path: string,
  db: DatabaseSync,
  files: OpenFiles,
  lock: WriterLock,
): Promise<Rescued> {
  const loss = files.loss();
  if (loss?.kind === 'log' && movedIntoFile(db)) return closedInPlace(path, db, files);
  makeDirectory(dirname(path));
  const copy = `${path}.saving`;
  for (const part of ['', '-wal', '-shm', '-journal']) rmSync(`${copy}${part}`, { force: true });
  closeSync(openSync(copy, 'wx', 0o600));
  try {
    await backup(db, copy, { rate: pagesAtOnce });
  } catch (error) {
    abandoned.add(db);
    rmSync(copy, { force: true });
    throw new JournalError(
      `${path} could not be copied (${messageOf(error)}): it is as its files are now, and the next start records as gaps what they lack.`,
      { cause: error },
    );
  }
  db.close();
  // Only where bytes are missing; it takes time.
  const damage = loss?.kind === 'cut' ? damageOf(copy) : null;
  syncFile(copy);
  return { ...putBack(path, copy, files, lock), damage };
}

/** Moves everything that is in the log into the file; that is not possible while somebody reads. */
function movedIntoFile(db: DatabaseSync): boolean {
  const result = db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
  return result?.busy === 0;
}

/** The file is in its place and has everything; of a log that was put beside it by others it must know nothing. */
function closedInPlace(path: string, db: DatabaseSync, files: OpenFiles): Rescued {
  const log = `${path}-wal`;
  const isForeign = lookAt(log) && !files.isOwn('-wal');
  const aside = isForeign ? `${path}.damaged-${timeMark(log)}-wal` : null;
  if (aside !== null) renameSync(log, aside);
  db.close();
  syncDirectory(path);
  return { file: path, setAside: aside, damage: null };
}

function putBack(path: string, copy: string, files: OpenFiles, lock: WriterLock): Omit<Rescued, 'damage'> {
  // Of another file, somebody may have begun to write a journal there.
  if (lock.keep() === null || !lock.bind()) {
    const file = `${path}.saved-${timeMark(copy)}`;
    renameSync(copy, file);
    syncDirectory(file);
    return { file, setAside: null };
  }
  // Without its file the log is of no use, and the copy has all of it.
  if (!lookAt(path) && files.isOwn('-wal')) rmSync(`${path}-wal`, { force: true });
  renameSync(copy, readyFile(path));
  const kept = swapIn(path);
  syncDirectory(path);
  return { file: path, setAside: lookAt(kept) ? kept : null };
}

/**
 * What is wrong in a copy, the first thing that is found. A copy that is damaged is marked as such: its version is taken
 * away, so that it is repaired before it is used.
 */
function damageOf(copy: string): string | null {
  const db = new DatabaseSync(copy);
  try {
    const first = damages(db).next();
    if (first.done) return null;
    db.exec('PRAGMA user_version = 0');
    return first.value;
  } catch (error) {
    // Not even its tables can be read: nothing opens that.
    return messageOf(error);
  } finally {
    db.close();
  }
}
