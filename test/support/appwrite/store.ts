import { DatabaseSync, type StatementSync } from 'node:sqlite';

/** The SQLite database under the stand-in. */
export interface Store {
  /** A statement, compiled once; integers are read as bigint. */
  statement(sql: string): StatementSync;
  execute(sql: string): void;
  /** Runs work as one transaction; inside another one it is part of that. */
  atomic<T>(work: () => T): T;
  close(): void;
}

const schema = `
  CREATE TABLE IF NOT EXISTS databases (
    pk INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, enabled INTEGER NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS tables (
    pk INTEGER PRIMARY KEY AUTOINCREMENT, database INTEGER NOT NULL REFERENCES databases ON DELETE CASCADE,
    seq INTEGER NOT NULL, id TEXT NOT NULL, name TEXT NOT NULL, enabled INTEGER NOT NULL,
    row_security INTEGER NOT NULL, permissions TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL,
    UNIQUE (database, id));
  CREATE TABLE IF NOT EXISTS columns (
    pk INTEGER PRIMARY KEY AUTOINCREMENT, tbl INTEGER NOT NULL REFERENCES tables ON DELETE CASCADE,
    key TEXT NOT NULL COLLATE NOCASE, definition TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL,
    ready_at INTEGER NOT NULL, outcome TEXT NOT NULL, UNIQUE (tbl, key));
  CREATE TABLE IF NOT EXISTS indexes (
    pk INTEGER PRIMARY KEY AUTOINCREMENT, tbl INTEGER NOT NULL REFERENCES tables ON DELETE CASCADE,
    key TEXT NOT NULL COLLATE NOCASE, type TEXT NOT NULL, columns TEXT NOT NULL, lengths TEXT NOT NULL,
    orders TEXT NOT NULL, error TEXT NOT NULL, created TEXT NOT NULL, ready_at INTEGER NOT NULL,
    outcome TEXT NOT NULL, UNIQUE (tbl, key));
  CREATE TABLE IF NOT EXISTS transactions (
    id TEXT PRIMARY KEY, status TEXT NOT NULL, operations INTEGER NOT NULL, created TEXT NOT NULL,
    updated TEXT NOT NULL, expires_at TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS staged (
    pk INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL REFERENCES transactions ON DELETE CASCADE,
    created TEXT NOT NULL, operation TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS writes (
    pk INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, request INTEGER NOT NULL, database TEXT NOT NULL,
    tbl TEXT NOT NULL, row TEXT NOT NULL, action TEXT NOT NULL);
  CREATE INDEX IF NOT EXISTS writes_by_row ON writes (tbl, row);`;

/** Queries differ by their number of values; beyond this many the compiled ones are let go. */
const mostStatements = 500;

export function openStore(file: string): Store {
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA foreign_keys = ON;');
  database.exec(schema);
  const statements = new Map<string, StatementSync>();
  let inside = false;

  const atomic = <T>(work: () => T): T => {
    if (inside) return work();
    database.exec('BEGIN IMMEDIATE');
    inside = true;
    try {
      const result = work();
      database.exec('COMMIT');
      return result;
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    } finally {
      inside = false;
    }
  };

  return {
    atomic,
    statement(sql) {
      const compiled = statements.get(sql);
      if (compiled) return compiled;
      if (statements.size >= mostStatements) statements.clear();
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      statements.set(sql, statement);
      return statement;
    },
    execute(sql) {
      // What is compiled may name a column that goes or lack one that comes.
      statements.clear();
      database.exec(sql);
    },
    close: () => {
      statements.clear();
      database.close();
    },
  };
}

/** Quotes a name for SQL. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** True for the error of a value that must be unique and is not. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (error.errcode === 2067 || error.errcode === 1555);
}
