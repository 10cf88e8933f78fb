import type { TableName } from '../domain/tables.ts';
import { cursorName, cursorWrite, readCursor, sinkMetaKey } from './cursors.ts';
import type { Followable } from './cursors.ts';
import { quoted } from './ddl.ts';
import { deadLetterWrite } from './dead-letters.ts';
import type { Refused } from './dead-letters.ts';
import { countLimit, lagOf } from './lag.ts';
import type { Lag } from './lag.ts';
import { setMeta } from './queries.ts';
import type { StoredRow } from './rows.ts';
import type { Prepare, Writer } from './writer.ts';

/** Rows of a table after a sink's cursor, in the order of their numbers. */
export interface FollowedPage {
  /** With their `seq`. */
  readonly rows: readonly StoredRow[];
  /** Where the cursor stands once these are delivered. */
  readonly end: number;
  /** Whether there may be rows after them. */
  readonly more: boolean;
}

/** When a race starts and when it ended, as the journal has it, in epoch milliseconds. */
export interface RaceTimes {
  readonly start: number;
  /** Null while it is not over. */
  readonly ended: number | null;
}

/** Rows looked at for a page: of those that a filter leaves out there may be very many in a row. */
const windowRows = 5_000;

/** Characters of a page's texts, past which it ends: rows with whole JSON documents are large. */
const pageCharacters = 2_000_000;

/**
 * A journal as one sink follows it: pages after its cursors, which stay where they are until the sink says that
 * the remote has the rows. Every read is small: it is made between two polls.
 */
export class Followed {
  readonly sink: string;
  readonly #run: <T>(work: () => T) => T;
  readonly #prepare: Prepare;
  readonly #writer: Writer;

  /** @param run makes a failure of SQLite a JournalError */
  constructor(sink: string, run: <T>(work: () => T) => T, prepare: Prepare, writer: Writer) {
    this.sink = sink;
    this.#run = run;
    this.#prepare = prepare;
    this.#writer = writer;
  }

  /** Says which parts are followed from now on: the lag is that of these. */
  follow(parts: readonly Followable[]): void {
    this.#run(() => {
      setMeta(this.#prepare, sinkMetaKey(this.sink), JSON.stringify(parts.map(cursorName)));
    });
  }

  /** The number up to which the remote has a part. */
  cursor(part: Followable): number {
    return this.#run(() => readCursor(this.#prepare, this.sink, part));
  }

  /**
   * The next rows of a part, at most so many.
   * @param cursor number after which they stand; that of the part unless told
   */
  page(part: Followable, most: number, cursor = this.cursor(part)): FollowedPage {
    return this.#run(() => {
      const kinds = part.kinds ?? [];
      const window = kinds.length === 0 ? null : this.#window(part.table, cursor);
      const filter =
        window === null ? '' : `AND "seq" <= ? AND "kind" IN (${kinds.map(() => '?').join(', ')})`;
      const sql = `SELECT * FROM ${quoted(part.table)} WHERE "seq" > ? ${filter} ORDER BY "seq" LIMIT ?`;
      const filters = window === null ? [] : [window.end, ...kinds];
      const rows: StoredRow[] = [];
      let characters = 0;
      for (const row of this.#prepare(sql).iterate(cursor, ...filters, most)) {
        rows.push(row);
        characters += lengthOf(row);
        if (characters > pageCharacters) break;
      }
      const last = Number(rows.at(-1)?.seq ?? cursor);
      const cut = rows.length === most || characters > pageCharacters;
      if (cut || window === null) return { rows, end: last, more: cut };
      return { rows, ...window };
    });
  }

  /** The times of a race; null when the journal has no such race. */
  raceTimes(raceId: string): RaceTimes | null {
    return this.#run(() => {
      const sql = 'SELECT advertised_start, ended_at FROM races WHERE race_id = ?';
      const race = this.#prepare(sql).get(raceId);
      if (race === undefined) return null;
      const { advertised_start: start, ended_at: ended } = race;
      return { start: Date.parse(String(start)), ended: ended === null ? null : Date.parse(String(ended)) };
    });
  }

  /**
   * Moves a cursor, and keeps the rows that the remote refused for good: both or neither.
   * @param now our clock, epoch milliseconds
   */
  acknowledge(part: Followable, seq: number, refused: readonly Refused[], now: number): void {
    const letters = refused.map((row) => deadLetterWrite(this.sink, part.table, row, now));
    const cursor = cursorWrite(this.sink, part, seq);
    this.#run(() => {
      // A cursor that falls back has rows sent again, which changes nothing.
      if (letters.length === 0) this.#writer.writeSoon([cursor]);
      else this.#writer.write([cursor, ...letters]);
    });
  }

  /** Moves the cursor of every part to a table's newest row: nothing that stands there now is delivered. */
  skipAll(parts: readonly Followable[]): void {
    this.#run(() => {
      const newest = (table: TableName): number =>
        Number(this.#prepare(`SELECT max("seq") AS "seq" FROM ${quoted(table)}`).get()?.seq ?? 0);
      this.#writer.write(parts.map((part) => cursorWrite(this.sink, part, newest(part.table))));
    });
  }

  /**
   * How far behind the sink is.
   * @param limit where counting the rows of a part ends
   */
  lag(parts: readonly Followable[], limit = countLimit): Lag {
    return this.#run(() => lagOf(this.#prepare, this.sink, parts, limit));
  }

  #window(table: TableName, cursor: number): { end: number; more: boolean } {
    const sql = `SELECT "seq" FROM ${quoted(table)} WHERE "seq" > ? ORDER BY "seq" LIMIT 1 OFFSET ${windowRows - 1}`;
    const end = this.#prepare(sql).get(cursor);
    if (end !== undefined) return { end: Number(end.seq), more: true };
    const newest = this.#prepare(`SELECT max("seq") AS "seq" FROM ${quoted(table)}`).get();
    return { end: Math.max(cursor, Number(newest?.seq ?? 0)), more: false };
  }
}

function lengthOf(row: StoredRow): number {
  let length = 0;
  for (const value of Object.values(row)) if (typeof value === 'string') length += value.length;
  return length;
}
