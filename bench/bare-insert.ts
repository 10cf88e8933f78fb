import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { tables } from '../src/domain/tables.ts';
import type { Insert, Table } from '../src/domain/tables.ts';

/**
 * Inserts rows as a program does that is made for nothing else: one prepared statement a table, its values in
 * the order of the columns, nothing checked. What is there already stays in a history table and is replaced elsewhere.
 */
export function bareInsert(db: DatabaseSync): (insert: Insert, seq: number) => void {
  const plans = new Map(
    Object.values(tables).map((table) => {
      const names = Object.keys(table.columns);
      return [table.name, { names, statement: db.prepare(insertSql(table, ['seq', ...names])) }] as const;
    }),
  );
  return ({ table, row }, seq) => {
    const plan = plans.get(table);
    if (plan === undefined) throw new Error(`There is no table ${table}.`);
    const given: Readonly<Record<string, unknown>> = row;
    const values: SQLInputValue[] = [seq];
    for (const name of plan.names) {
      const value = given[name];
      values.push(typeof value === 'boolean' ? Number(value) : (value as SQLInputValue));
    }
    plan.statement.run(...values);
  };
}

function insertSql({ name, key, kind }: Table, columns: readonly string[]): string {
  const names = columns.map((column) => `"${column}"`);
  const set = names.map((column) => `${column} = excluded.${column}`).join(', ');
  const places = names.map(() => '?').join(', ');
  const otherwise = kind === 'history' ? 'NOTHING' : `UPDATE SET ${set}`;
  return `INSERT INTO "${name}" (${names.join(', ')}) VALUES (${places}) ON CONFLICT ("${key}") DO ${otherwise}`;
}
