import type { SQLInputValue } from 'node:sqlite';
import { tables } from '../../domain/tables.ts';
import type { Change, Table } from '../../domain/tables.ts';
import { quoted } from './ddl.ts';
import { encodeValue } from './rows.ts';

/** A statement that writes one row. Its first parameter is the row's `seq`, `values` are those after it. */
export interface Write {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/**
 * The statement that a change stands for.
 * @throws TypeError for what a table does not hold, and for changes of rows that never change
 */
export function writeOf(change: Change): Write {
  return 'row' in change
    ? insertOf(tables[change.table], change.row)
    : patchOf(tables[change.table], change.key, change.patch);
}

interface InsertPlan {
  readonly sql: string;
  readonly columns: readonly string[];
}

const inserts: ReadonlyMap<string, InsertPlan> = new Map(
  Object.values(tables).map((table) => [table.name, insertPlan(table)]),
);

function insertOf(table: Table, row: Readonly<Record<string, unknown>>): Write {
  const { sql, columns } = inserts.get(table.name) ?? insertPlan(table);
  return { sql, values: columns.map((column) => encodeValue(table, column, row[column])) };
}

function insertPlan(table: Table): InsertPlan {
  const columns = Object.keys(table.columns);
  const names = ['seq', ...columns].map(quoted);
  const sql =
    `INSERT INTO ${quoted(table.name)} AS "old" (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ` +
    `ON CONFLICT (${quoted(table.key)}) DO ${table.kind === 'history' ? 'NOTHING' : replacement(table, names)}`;
  return { sql, columns };
}

function replacement(table: Table, names: readonly string[]): string {
  const set = names.map((name) => `${name} = excluded.${name}`).join(', ');
  const rank = rankOf(table);
  if (rank === null) return `UPDATE SET ${set}`;
  const [given, old] = ['excluded', '"old"'].map((side) => `(${rank(side).join(', ')})`);
  return `UPDATE SET ${set} WHERE ${given} >= ${old}`;
}

/** What a row must not be less in than the one it replaces. */
function rankOf(table: Table): ((side: string) => string[]) | null {
  if (!('source_time' in table.columns)) return null;
  const time = (side: string) => `${side}."source_time"`;
  switch (table.name) {
    // A listing tells a meeting in full, an event only some of it: whatever their times.
    case 'meetings':
      return (side) => [`${side}."date" IS NOT NULL`, time(side)];
    // An event tells a race in full, with what a listing said of it before; a listing's own row has no extras.
    case 'races':
      return (side) => [`${side}."raw_extra" IS NOT NULL`, time(side)];
    default:
      return (side) => [time(side)];
  }
}

function patchOf(table: Table, key: string, patch: Readonly<Record<string, unknown>>): Write {
  if (table.kind === 'history') throw new TypeError(`rows of ${table.name} never change`);
  const columns = Object.keys(patch);
  if (columns.includes(table.key)) throw new TypeError(`${table.name}.${table.key} of a row never changes`);
  const set = ['seq', ...columns].map((column) => `${quoted(column)} = ?`).join(', ');
  return {
    sql: `UPDATE ${quoted(table.name)} SET ${set} WHERE ${quoted(table.key)} = ?`,
    values: [...columns.map((column) => encodeValue(table, column, patch[column])), key],
  };
}
