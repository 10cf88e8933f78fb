import type { DatabaseSync } from 'node:sqlite';
import { tables } from '../../domain/tables.ts';
import type { TableName } from '../../domain/tables.ts';
import { quoted } from '../../journal/ddl.ts';
import { explainedRead } from '../../journal/errors.ts';
import { locate } from '../../journal/location.ts';
import { openReadable } from '../../journal/open.ts';
import { missingJournal } from '../../journal/reader.ts';
import { columnsOf } from './columns.ts';
import type { ExportRow, ExportValue } from './columns.ts';
import { nzDateOf } from './nz-day.ts';
import { pageOf, queryOf } from './select.ts';
import type { Query, Selection } from './select.ts';

/** Rows of a history table that are read at once. */
const pageRows = 1_000;

/**
 * Opens a journal for an export. It works beside its writer: what is written after the first row was read is not
 * exported. However long the export takes, and however slowly it is taken, no transaction of its stays open: the writer's
 * log could not be emptied as long as one is.
 * @throws JournalError when there is no journal in that place
 */
export function openExported(file: string): ExportedJournal {
  const location = locate(file);
  const db = openReadable(location);
  if (db === null) throw missingJournal(file);
  return new ExportedJournal(location.path, db);
}

export class ExportedJournal {
  /** Absolute path of the SQLite file. */
  readonly file: string;
  readonly #db: DatabaseSync;

  /** For {@link openExported}, which checked the file. */
  constructor(file: string, db: DatabaseSync) {
    this.file = file;
    this.#db = db;
  }

  /** The selected rows, one at a time: as many as there are, never more than one in memory. */
  *rows(selection: Selection): Generator<ExportRow, void, undefined> {
    const booleans = columnsOf(selection.table).flatMap(({ type }, index) =>
      type === 'boolean' ? [index] : [],
    );
    const isWhole = selection.day === null && selection.raceId === null;
    const rows =
      isWhole && tables[selection.table].kind === 'history'
        ? this.#pages(selection.table)
        : this.#copied(queryOf(selection));
    for (const row of rows) {
      for (const index of booleans) if (row[index] !== null) row[index] = row[index] === 1;
      yield row;
    }
  }

  /** Rows that never change: those that there are at the first page, page by page. */
  *#pages(table: TableName): Generator<ExportValue[], void, undefined> {
    const newest = `SELECT max(seq) FROM ${quoted(table)}`;
    const [last = null] = this.#all({ sql: newest, parameters: [] })[0] ?? [];
    if (typeof last !== 'number') return;
    for (let after = -1; ;) {
      const rows = this.#all(pageOf(table, after, last, pageRows));
      yield* rows;
      const end = rows.at(-1)?.[0];
      if (rows.length < pageRows || typeof end !== 'number') return;
      after = end;
    }
  }

  /** Any rows, as they are at one instant: they are copied into a temporary file first, which SQLite deletes. */
  *#copied({ sql, parameters }: Query): Generator<ExportValue[], void, undefined> {
    try {
      this.#db.exec('DROP TABLE IF EXISTS temp.selected');
      this.#db.prepare(`CREATE TEMP TABLE selected AS ${sql}`).run(...parameters);
    } catch (error) {
      throw explainedRead(this.file, error);
    }
    yield* this.#iterate({ sql: 'SELECT * FROM temp.selected ORDER BY rowid', parameters: [] });
  }

  hasRace(raceId: string): boolean {
    const query = { sql: 'SELECT 1 FROM races WHERE race_id = ?', parameters: [raceId] };
    return this.#all(query).length > 0;
  }

  /** Every NZ date of which there is a meeting or a race, the newest first. */
  dates(): string[] {
    const sql = `SELECT DISTINCT meetings.date, CASE WHEN meetings.date IS NULL THEN advertised_start END AS start
      FROM races LEFT JOIN meetings USING (meeting_id)
      UNION SELECT date, NULL FROM meetings WHERE date IS NOT NULL`;
    const dates = new Set<string>();
    for (const [date, start] of this.#iterate({ sql, parameters: [] })) {
      if (typeof date === 'string') dates.add(date);
      else if (typeof start === 'string') dates.add(nzDateOf(start));
    }
    return [...dates].toSorted().reverse();
  }

  /** A second call does nothing. */
  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #all(query: Query): ExportValue[][] {
    return [...this.#iterate(query)];
  }

  *#iterate({ sql, parameters }: Query): Generator<ExportValue[], void, undefined> {
    try {
      const statement = this.#db.prepare(sql);
      statement.setReturnArrays(true);
      for (const row of statement.iterate(...parameters)) yield row as unknown as ExportValue[];
    } catch (error) {
      throw explainedRead(this.file, error);
    }
  }
}
