import type { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import type { Row, Value } from './rows.ts';

export interface Checked {
  table: string;
  /** The column rows are matched by; null matches whole rows. */
  key: string | null;
  /** Columns whose parsed values count, not their text. */
  json?: string[];
}

type Stored = Record<string, unknown>;

/** Lists missing rows, extra rows and differing columns of one table. */
export function tableDifferences(db: DatabaseSync, checked: Checked, expected: Row[]): string[] {
  const { table } = checked;
  const present = columnsOf(db, table);
  if (present.length === 0) return [`${table}: no such table`];
  const wanted = Object.keys(expected[0] ?? {});
  const columns = wanted.filter((name) => present.includes(name));
  const missing = wanted
    .filter((name) => !present.includes(name))
    .map((name) => `${table}: no column ${name}`);
  const stored: Stored[] = db.prepare(`SELECT ${columns.join(', ') || '*'} FROM ${table}`).all();
  return [...missing, ...rowDifferences(checked, columns, expected, stored)];
}

export function columnsOf(db: DatabaseSync, table: string): string[] {
  return db
    .prepare(`PRAGMA table_info(${table})`)
    .all()
    .map((column) => String(column.name));
}

function rowDifferences(checked: Checked, columns: string[], expected: Row[], stored: Stored[]): string[] {
  const { table, key } = checked;
  const keyOf = (row: Stored): string => (key === null ? show(row, columns) : String(row[key]));
  const actual = new Map(stored.map((row) => [keyOf(row), row]));
  const known = new Set(expected.map(keyOf));
  return [
    ...(known.size < expected.length ? [`${table}: the reference expects a key twice`] : []),
    ...(actual.size < stored.length
      ? [`${table}: ${stored.length - actual.size} keys stored more than once`]
      : []),
    ...expected.flatMap((row) => {
      const found = actual.get(keyOf(row));
      if (found === undefined) return [`${table}: missing ${show(row, columns)}`];
      return columns
        .filter((name) => !equal(row[name] ?? null, found[name], checked.json?.includes(name) ?? false))
        .map(
          (name) => `${table}: ${keyOf(row)} ${name} is ${print(found[name])}, should be ${print(row[name])}`,
        );
    }),
    ...stored.filter((row) => !known.has(keyOf(row))).map((row) => `${table}: extra ${show(row, columns)}`),
  ];
}

function equal(expected: Value, stored: unknown, json: boolean): boolean {
  if (!json || typeof expected !== 'string' || typeof stored !== 'string') return Object.is(expected, stored);
  try {
    return isDeepStrictEqual(JSON.parse(stored), JSON.parse(expected));
  } catch {
    return false;
  }
}

function show(row: Stored, columns: string[]): string {
  return (columns.length > 0 ? columns : Object.keys(row))
    .map((name) => `${name}=${print(row[name])}`)
    .join(' ');
}

function print(value: unknown): string {
  const printed = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return printed.length > 300 ? `${printed.slice(0, 300)}…` : printed;
}
