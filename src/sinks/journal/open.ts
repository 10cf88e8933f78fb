import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { applicationId, createStatements, journalTables, schemaVersion } from './ddl.ts';
import { JournalError, explained, sqliteFault, systemReason } from './errors.ts';
import type { Location } from './location.ts';

/** SQLite's result code for a file whose pages contradict each other. */
const corrupt = 11;

/** Milliseconds for which a connection waits for another one's lock. */
const busyTimeout = 5_000;

/**
 * Refuses a file that is neither a journal nor empty, and leaves nothing beside it: opened as usual, even for
 * reading, another program's database in WAL mode would get two new files.
 */
export function refuseForeign(path: string): void {
  // After a kill the next writer's SQLite repairs the file with that journal; until then it tells nothing.
  if (existsSync(`${path}-journal`)) return;
  const url = pathToFileURL(path);
  url.search = '?immutable=1';
  try {
    connected(path, new DatabaseSync(url, { readOnly: true, open: false }), (db) => {
      if (identity(db) !== applicationId && !isEmpty(db)) throw notAJournal(path);
    });
  } catch (error) {
    // Read without locks, a journal that its writer is just changing looks damaged. Whether it is, the proper
    // connection finds out.
    const damaged = error instanceof JournalError && sqliteFault(error.cause) === corrupt;
    if (!damaged) throw error;
  }
}

/**
 * A connection that reads a journal beside its writer.
 * @returns null when nothing was recorded yet: no file, or an empty one
 * @throws JournalError
 */
export function openReadable({ path, exists }: Location): DatabaseSync | null {
  if (!exists) return null;
  refuseForeign(path);
  const db = new DatabaseSync(path, { readOnly: true, timeout: busyTimeout, open: false });
  return opened(path, db, () => {
    if (isEmpty(db)) {
      db.close();
      return null;
    }
    requireJournal(path, db);
    return db;
  });
}

/**
 * A connection that writes a journal; an empty or missing file becomes one. The caller holds the writer's lock.
 * @param fresh called in the transaction that makes a new journal
 * @throws JournalError
 */
export function openWritable({ path, exists }: Location, fresh: (db: DatabaseSync) => void): DatabaseSync {
  if (!exists) createFile(path);
  const db = new DatabaseSync(path, { timeout: busyTimeout, open: false });
  return opened(path, db, () => {
    if (isEmpty(db)) createJournal(db, fresh);
    requireJournal(path, db);
    // Only now: the file's marks must not stand in the write-ahead log alone.
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864');
    return db;
  });
}

/** Readable by its owner alone. */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', 0o600));
  } catch (error) {
    const why = systemReason(error);
    throw new JournalError(`${path} cannot be created (${why}); name another file (--db).`, { cause: error });
  }
}

function createJournal(db: DatabaseSync, fresh: (db: DatabaseSync) => void): void {
  db.exec('BEGIN IMMEDIATE');
  for (const statement of createStatements()) db.exec(statement);
  fresh(db);
  db.exec('COMMIT');
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
  if (version < schemaVersion || missing.length > 0) {
    const what = missing.length > 0 ? `without the table ${missing.join(', ')}` : 'without a version';
    throw new JournalError(
      `${path} is damaged (${what}); put a copy in its place or name another file (--db).`,
    );
  }
}

function notAJournal(path: string): JournalError {
  return new JournalError(
    `${path} is not an oddstream journal (it is a database of another program); name another file (--db).`,
  );
}

function isEmpty(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
}

function identity(db: DatabaseSync): number {
  return pragma(db, 'application_id');
}

function pragma(db: DatabaseSync, name: string): number {
  return Number(db.prepare(`PRAGMA ${name}`).get()?.[name]);
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
