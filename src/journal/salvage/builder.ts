import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { tables } from '../../domain/tables.ts';
import type { TableName } from '../../domain/tables.ts';
import { createStatements, quoted } from '../ddl.ts';
import type { NumberedTable } from '../ddl.ts';
import type { StoredRow } from '../rows.ts';
import { preparing } from '../writer.ts';
import type { Prepare } from '../writer.ts';
import { columnsOf } from './salvage.ts';
import type { SmallTable } from './salvage.ts';

/** A journal under construction: rows bring the numbers that they had, as far as these are free. */
export class Builder {
  readonly db: DatabaseSync;
  readonly prepare: Prepare;
  readonly #inserts = new Map<string, StatementSync>();

  /** @param file a new file, or a journal that rows are added to; nothing is durable before {@link finish} */
  constructor(file: string) {
    this.db = new DatabaseSync(file);
    this.prepare = preparing(this.db);
    this.db.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF');
    const isNew = this.db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() === undefined;
    if (isNew) for (const statement of createStatements()) this.db.exec(statement);
    this.db.exec('BEGIN');
  }

  /**
   * Adds a row that is not there. Of two of one key, which only current rows and those of the recorder itself can
   * be, the one with the higher number stays.
   */
  put(table: NumberedTable | SmallTable, row: StoredRow): 'kept' | 'renumbered' | 'known' {
    if (table === 'meta' || table === 'cursors') return this.#insert(table, row) ? 'kept' : 'known';
    const key = keyOf(table);
    const known = this.prepare(`SELECT seq FROM ${quoted(table)} WHERE ${quoted(key)} = ?`).get(
      row[key] as SQLInputValue,
    );
    if (known !== undefined) {
      if (Number(known.seq) >= Number(row.seq)) return 'known';
      this.prepare(`DELETE FROM ${quoted(table)} WHERE ${quoted(key)} = ?`).run(row[key] as SQLInputValue);
    }
    const seq = this.#free(table, Number(row.seq));
    this.#insert(table, { ...row, seq });
    return seq === row.seq ? 'kept' : 'renumbered';
  }

  /** The number after a table's newest row. */
  next(table: NumberedTable): number {
    const newest = this.prepare(`SELECT max("seq") AS seq FROM ${quoted(table)}`).get();
    return Number(newest?.seq ?? 0) + 1;
  }

  finish(): void {
    this.db.exec('COMMIT');
    this.db.close();
  }

  /** The first number from a given one on that no row of the table has. */
  #free(table: NumberedTable, from: number): number {
    const taken = this.prepare(`SELECT 1 FROM ${quoted(table)} WHERE "seq" = ?`);
    let seq = from;
    while (taken.get(seq) !== undefined) seq++;
    return seq;
  }

  #insert(table: NumberedTable | SmallTable, row: StoredRow): boolean {
    const columns = columnsOf(table);
    let insert = this.#inserts.get(table);
    if (insert === undefined) {
      const places = columns.map(() => '?').join(', ');
      const names = columns.map(quoted).join(', ');
      insert = this.db.prepare(`INSERT OR IGNORE INTO ${quoted(table)} (${names}) VALUES (${places})`);
      this.#inserts.set(table, insert);
    }
    return insert.run(...columns.map((column) => row[column] ?? null)).changes !== 0;
  }
}

function keyOf(table: NumberedTable): string {
  return table in tables ? tables[table as TableName].key : 'id';
}
