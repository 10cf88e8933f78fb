import type { SQLInputValue } from 'node:sqlite';
import { tables } from '../domain/tables.ts';
import type { Change, Table } from '../domain/tables.ts';
import { quoted } from './ddl.ts';
import { encodeValue, placeOf } from './rows.ts';
import type { Place } from './rows.ts';

/** A statement that writes one row. */
export interface Write {
  readonly sql: string;
  /** Its parameters; the first is the row's `seq`, filled in when it is written. */
  readonly values: SQLInputValue[];
}

/** Stands for a `seq` that is not given yet. */
export const unnumbered = null;

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
  readonly places: readonly Place[];
}

const inserts: ReadonlyMap<string, InsertPlan> = new Map(
  Object.values(tables).map((table) => [table.name, insertPlan(table)]),
);

function insertOf(table: Table, row: Readonly<Record<string, unknown>>): Write {
  const { sql, places } = inserts.get(table.name) ?? insertPlan(table);
  const values: SQLInputValue[] = [unnumbered];
  for (const place of places) values.push(encodeValue(place, row[place.name]));
  return { sql, values };
}

function insertPlan(table: Table): InsertPlan {
  const columns = Object.keys(table.columns);
  const names = ['seq', ...columns].map(quoted);
  const sql =
    `INSERT INTO ${quoted(table.name)} AS "old" (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) ` +
    `ON CONFLICT (${quoted(table.key)}) DO ${table.kind === 'history' ? 'NOTHING' : replacement(table, names)}`;
  return { sql, places: columns.map((column) => placeOf(table, column)) };
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
    values: [unnumbered, ...columns.map((column) => encodeValue(placeOf(table, column), patch[column])), key],
  };
}
