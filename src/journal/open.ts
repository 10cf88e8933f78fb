import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { damages } from './check.ts';
import { applicationId, createStatements, journalTables, schemaVersion } from './ddl.ts';
import {
  DamagedError,
  JournalError,
  corrupt,
  explained,
  noDatabase,
  sqliteFault,
  systemReason,
} from './errors.ts';
import type { Location } from './location.ts';
import { lockFile } from './lock.ts';
import { requireNoRepair } from './swap.ts';

/** Milliseconds for which a connection waits for another one's lock. */
const busyTimeout = 5_000;

/**
 * Bytes up to which a journal is read in whole before it is written: that takes about a second. Of a larger one the rows
 * are looked at that a race goes on from, when it does (see `readBaseline`).
 */
const fullCheckBytes = 64 * 1_048_576;

/** Memory for pages while it is checked. */
const checkCacheKiB = 65_536;

/** 16 MiB: what is asked for lies everywhere in a journal, so that with the usual 2 its pages are read again and again. */
export const cachePragma = 'PRAGMA cache_size = -16384';

/**
 * How a journal is written. Rows are put in by their ids, which lie everywhere: in the cache they find their page, and a
 * write-ahead log of 16 MB (4,000 pages) moves into the file what would be moved four times at the usual size.
 */
export const writingPragmas = [
  'PRAGMA journal_mode = WAL',
  'PRAGMA synchronous = FULL',
  'PRAGMA wal_autocheckpoint = 4000',
  'PRAGMA journal_size_limit = 67108864',
  cachePragma,
].join('; ');

/**
 * Refuses a file that is neither a journal nor empty, and leaves nothing beside it: opened as usual, even for
 * reading, another program's database in WAL mode would get two new files.
 */
export function refuseForeign({ path, exists }: Location): void {
  requireNoRepair(path);
  if (!exists || sizeOf(path) === 0) {
    refuseEmptied({ path, exists });
    return;
  }
  // After a kill the next writer's SQLite repairs the file with that journal; until then it tells nothing.
  if (existsSync(`${path}-journal`)) return;
  const url = pathToFileURL(path);
  url.search = '?immutable=1';
  try {
    connected(path, new DatabaseSync(url, { readOnly: true, open: false }), (db) => {
      if (identity(db) !== applicationId) throw notAJournal(path);
    });
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    const fault = sqliteFault(error.cause);
    if (fault === noDatabase && wasJournal(path)) {
      throw new DamagedError(path, 'it does not begin as a database', { cause: error });
    }
    // Read without locks, a journal that its writer is just changing looks damaged. Whether it is, the proper
    // connection finds out.
    if (fault !== corrupt) throw error;
  }
}

/** A journal that lost its file or all that was in it must not be begun anew without a word. */
function refuseEmptied({ path, exists }: Location): void {
  if (sizeOf(`${path}-wal`) > 0) {
    throw new DamagedError(
      path,
      `${exists ? 'it is empty' : 'it is gone'}, but its write-ahead log is there`,
    );
  }
  if (exists && wasJournal(path)) throw new DamagedError(path, 'it is empty');
}

/** Whether a writer had it: its lock stays beside it. */
function wasJournal(path: string): boolean {
  return existsSync(lockFile(path));
}

/**
 * A connection that reads a journal beside its writer.
 * @returns null when nothing was recorded yet: no file, or an empty one
 * @throws JournalError
 */
export function openReadable(location: Location): DatabaseSync | null {
  refuseForeign(location);
  const { path, exists } = location;
  if (!exists || sizeOf(path) === 0) return null;
  const db = new DatabaseSync(path, { readOnly: true, timeout: busyTimeout, open: false });
  return opened(path, db, () => {
    requireJournal(path, db);
    return db;
  });
}

/**
 * A connection that writes a journal; an empty or missing file becomes one. The caller holds the writer's lock and
 * has called {@link refuseForeign}.
 * @param fresh called in the transaction that makes a new journal
 * @throws JournalError
 */
export function openWritable({ path, exists }: Location, fresh: (db: DatabaseSync) => void): DatabaseSync {
  const isNew = !exists || sizeOf(path) === 0;
  if (isNew) createJournal(path, fresh);
  const db = new DatabaseSync(path, { timeout: busyTimeout, open: false });
  return opened(path, db, () => {
    requireJournal(path, db);
    if (!isNew) requireSound(path, db);
    // Only now: the file's marks must not stand in the write-ahead log alone.
    db.exec(writingPragmas);
    return db;
  });
}

/** Made under another name: a file of its own name that is empty has then lost what was in it. */
function createJournal(path: string, fresh: (db: DatabaseSync) => void): void {
  const file = `${path}-new`;
  createFile(path, file);
  connected(path, new DatabaseSync(file, { open: false }), (db) => {
    db.exec('BEGIN IMMEDIATE');
    for (const statement of createStatements()) db.exec(statement);
    fresh(db);
    db.exec('COMMIT');
  });
  renameSync(file, path);
  syncDirectory(path);
}

/** Readable by its owner alone. */
function createFile(path: string, file: string): void {
  try {
    for (const left of [file, `${file}-journal`]) rmSync(left, { force: true });
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    const why = systemReason(error);
    throw new JournalError(`${path} cannot be created (${why}); name another file (--db).`, { cause: error });
  }
}

/** Waits until what was written to a file is on the disk. */
export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a file's name as durable as what is in it. */
export function syncDirectory(path: string): void {
  const directory = openSync(dirname(path), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function requireJournal(path: string, db: DatabaseSync): void {
  if (identity(db) !== applicationId) throw notAJournal(path);
  const version = pragma(db, 'user_version');
  if (version > schemaVersion) {
    throw new JournalError(
      `${path} was written by a newer oddstream (journal version ${version}, this one knows ${schemaVersion}); ` +
        'update oddstream or name another file (--db).',
    );
  }
  const present = new Set(
    db
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
      .all()
      .map(({ name }) => name),
  );
  const missing = journalTables.filter((table) => !present.has(table));
  if (missing.length > 0) throw new DamagedError(path, `without the table ${missing.join(', ')}`);
  if (version < schemaVersion) throw new DamagedError(path, 'without a version');
}

/** Recording must not wait until a large journal is read. */
function requireSound(path: string, db: DatabaseSync): void {
  const bytes = pragma(db, 'page_count') * pragma(db, 'page_size');
  if (bytes > fullCheckBytes) return;
  // Rows of one race lie among those of all others: with the usual cache a page is read again for each of them.
  db.exec(`PRAGMA cache_size = -${checkCacheKiB}`);
  const first = damages(db).next();
  if (!first.done) throw new DamagedError(path, first.value);
}

function notAJournal(path: string): JournalError {
  if (wasJournal(path)) return new DamagedError(path, 'it does not say that it is a journal');
  return new JournalError(
    `${path} is not an oddstream journal (it is a database of another program); name another file (--db).`,
  );
}

function identity(db: DatabaseSync): number {
  return pragma(db, 'application_id');
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Opens a connection and closes it again when what follows fails. */
function opened<T>(path: string, db: DatabaseSync, use: () => T): T {
  try {
    db.open();
    return use();
  } catch (error) {
    if (db.isOpen) db.close();
    throw explained(path, error);
  }
}

function connected(path: string, db: DatabaseSync, use: (db: DatabaseSync) => void): void {
  opened(path, db, () => {
    use(db);
    db.close();
  });
}
