import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { onTestFinished } from 'vitest';
import { rowId } from '../../src/domain/ids.ts';
import { tables } from '../../src/domain/tables.ts';
import type { Column, ColumnType, Insert, RowOf, TableName } from '../../src/domain/tables.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal, JournalOptions } from '../../src/journal/journal.ts';

/** 2026-02-28T03:10:00Z, in epoch milliseconds. */
export const noon = Date.parse('2026-02-28T03:10:00.000Z');

const plain: Record<ColumnType, string | number | boolean> = {
  text: 'x',
  json: '[]',
  time: '2026-02-28T03:10:00.000Z',
  integer: 1,
  real: 1.5,
  boolean: false,
};

/** A whole row: what is not given is null where it may be, and something plain elsewhere. */
export function insert<T extends TableName>(table: T, given: Partial<RowOf<(typeof tables)[T]>>): Insert {
  const columns: Readonly<Record<string, Column>> = tables[table].columns;
  const row = Object.fromEntries(
    Object.entries(columns).map(([name, { type, nullable }]) => [name, nullable ? null : plain[type]]),
  );
  return { table, row: { ...row, ...given } } as unknown as Insert;
}

/** The one poll of a race of {@link poll}. */
export function pollId(race: string): string {
  return rowId(race, plain.time as string);
}

/** A poll as it could be: its id is that of its race and start. */
export function poll(race: string): Insert {
  return insert('polls', { id: pollId(race), race_id: race });
}

/** A directory that goes with the test. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  return directory;
}

/** A journal of recordings, closed with the test. */
export function open(file: string, options: Partial<JournalOptions> = {}): Journal {
  const journal = openJournal(file, { source: { kind: 'recording' }, now: () => noon, ...options });
  onTestFinished(() => {
    journal.close();
  });
  return journal;
}

/** Rows of a query on a journal, read as any SQLite program would. */
export function rows(file: string, sql: string): Record<string, unknown>[] {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    return db
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    db.close();
  }
}
