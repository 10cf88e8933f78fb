import type { SQLInputValue, SQLOutputValue } from 'node:sqlite';
import { RowError } from '../domain/row-error.ts';
import { RowDamage } from './errors.ts';
import type { Column, RowOf, Table } from '../domain/tables.ts';

/** A row as node:sqlite gives it. */
export type StoredRow = Record<string, SQLOutputValue>;

/** A column with the names by which a refused value is told. */
export interface Place {
  readonly table: string;
  readonly name: string;
  readonly column: Column;
}

/** @throws TypeError when the table has no such column */
export function placeOf(table: Table, name: string): Place {
  const column = table.columns[name];
  if (column === undefined) throw new TypeError(`${table.name} has no column ${name}`);
  return { table: table.name, name, column };
}

/**
 * A value as SQLite stores it: numbers as they are, booleans as 0 and 1.
 * @throws RowError for a value that the column does not hold; NaN and infinite numbers among them
 */
export function encodeValue(place: Place, value: unknown): SQLInputValue {
  const { type, nullable } = place.column;
  if (value === null && nullable) return null;
  switch (type) {
    case 'boolean':
      if (typeof value === 'boolean') return value ? 1 : 0;
      break;
    case 'integer':
      if (Number.isSafeInteger(value)) return value as number;
      break;
    case 'real':
      if (Number.isFinite(value)) return value as number;
      break;
    default:
      if (typeof value === 'string') return value;
  }
  const wanted = `${type}${nullable ? ' or null' : ''}`;
  throw new RowError(`${place.table}.${place.name} cannot hold ${shown(value)}: it is ${wanted}`);
}

/** A stored row as the rest of the program knows it; columns of no table of its own, as `seq`, are left out. */
export function decodeRow<C extends Record<string, Column>>(
  table: Table<C>,
  stored: StoredRow,
): RowOf<Table<C>> {
  const row: Record<string, unknown> = {};
  for (const [name, { type }] of Object.entries(table.columns)) {
    const value = stored[name];
    row[name] = type === 'boolean' && value !== null ? value === 1 : value;
  }
  return row as RowOf<Table<C>>;
}

/**
 * A list that is stored as JSON.
 * @throws RowDamage when it is none
 */
export function listOf(json: string): unknown[] {
  const list: unknown = JSON.parse(json);
  if (Array.isArray(list)) return list;
  throw new RowDamage('a list in it is none');
}

/** Epoch milliseconds of a stored time. */
export function millis(time: string): number;
export function millis(time: string | null): number | null;
export function millis(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

function shown(value: unknown): string {
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
