import type { DatabaseSync } from 'node:sqlite';
import { explained } from '../journal/errors.ts';
import { locate } from '../journal/location.ts';
import { openReadable } from '../journal/open.ts';
import { missingJournal } from '../journal/reader.ts';
import { columnsOf } from './columns.ts';
import type { ExportRow, ExportValue } from './columns.ts';
import { nzDateOf } from './nz-day.ts';
import { queryOf } from './select.ts';
import type { Query, Selection } from './select.ts';

/**
 * Opens a journal for an export. It works beside its writer: what is written after the first row was read is not
 * exported.
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
    for (const row of this.#iterate(queryOf(selection))) {
      for (const index of booleans) if (row[index] !== null) row[index] = row[index] === 1;
      yield row;
    }
  }

  hasRace(raceId: string): boolean {
    const found = this.#db.prepare('SELECT 1 FROM races WHERE race_id = ?').get(raceId);
    return found !== undefined;
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

  *#iterate({ sql, parameters }: Query): Generator<ExportValue[], void, undefined> {
    try {
      const statement = this.#db.prepare(sql);
      statement.setReturnArrays(true);
      for (const row of statement.iterate(...parameters)) yield row as unknown as ExportValue[];
    } catch (error) {
      throw explained(this.file, error);
    }
  }
}
