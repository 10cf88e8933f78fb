import { tables } from '../domain/tables.ts';
import type { TableName } from '../domain/tables.ts';
import { numberedTables, quoted } from './ddl.ts';
import type { StoredRow } from './rows.ts';
import type { Prepare } from './writer.ts';

/** Rows of one table as a journal kept them, with their `seq`. */
export interface RestoredRows {
  readonly table: TableName;
  readonly rows: readonly StoredRow[];
}

/** Whether nothing was recorded yet. */
export function isEmpty(prepare: Prepare): boolean {
  const some = numberedTables.map((table) => `EXISTS (SELECT 1 FROM ${quoted(table)})`);
  return prepare(`SELECT ${some.join(' OR ')} AS some`).get()?.some === 0;
}

/**
 * Puts rows that a journal held before back with the numbers that they had. What is there already stays. The
 * caller has a transaction open.
 * @returns how many were not there
 */
export function insertRestored(prepare: Prepare, { table, rows }: RestoredRows): number {
  const columns = ['seq', ...Object.keys(tables[table].columns)];
  const places = columns.map(() => '?').join(', ');
  const sql = `INSERT OR IGNORE INTO ${quoted(table)} (${columns.map(quoted).join(', ')}) VALUES (${places})`;
  const statement = prepare(sql);
  return rows.reduce(
    (count, row) => count + Number(statement.run(...columns.map((column) => row[column] ?? null)).changes),
    0,
  );
}
