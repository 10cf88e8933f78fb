import type { SQLOutputValue } from 'node:sqlite';
import type { AppwriteColumn, AppwriteTable } from './appwrite-tables.ts';
import { tables } from '../../domain/tables.ts';
import type { StoredRow } from '../../journal/rows.ts';

/** A row as Appwrite takes it. */
export interface AppwriteRow {
  readonly $id: string;
  readonly seq: number;
  readonly [column: string]: string | number | boolean | null;
}

/** A journal's row on its way: as it is sent, or why it cannot be. */
export interface Outgoing {
  /** The row's key in the journal. */
  readonly key: string;
  /** The row's number in the journal. */
  readonly seq: number;
  /** As the journal has it. */
  readonly stored: StoredRow;
  readonly row: AppwriteRow;
  /** What keeps it from being sent; null when nothing does. */
  readonly problem: string | null;
}

/** Appwrite does not check the ids of bulk writes: it stores others, and cannot give them back. */
const idForm = /^[A-Za-z0-9][A-Za-z0-9._-]{0,35}$/;

/** A journal's row, with its `seq`, as Appwrite takes it: always whole, since what is left out keeps its value. */
export function outgoing(table: AppwriteTable, stored: StoredRow): Outgoing {
  const key = String(stored[tables[table.id].key]);
  const seq = Number(stored.seq);
  const row: Record<string, string | number | boolean | null> = { $id: key };
  let problem = idForm.test(key) ? null : `its key ${JSON.stringify(key.slice(0, 80))} is no id in Appwrite`;
  for (const column of table.columns) {
    const value = encodedValue(column, stored[column.column] ?? null);
    problem ??= tooLong(column, value);
    row[column.key] = value;
  }
  return { key, seq, stored, row: row as AppwriteRow, problem };
}

function encodedValue(column: AppwriteColumn, value: SQLOutputValue): string | number | boolean | null {
  if (value === null) return null;
  switch (column.type) {
    case 'boolean':
      return value === 1;
    case 'datetime':
      // In this form it equals what Appwrite answers; with a Z it never does, and the row is written every time.
      return String(value).replace(/Z$/, '+00:00');
    case 'string':
      return String(value);
    default:
      return Number(value);
  }
}

/** Nothing is cut: what does not fit is not sent. */
function tooLong({ key, size }: AppwriteColumn, value: string | number | boolean | null): string | null {
  if (size === null || typeof value !== 'string' || value.length <= size) return null;
  // Appwrite counts characters, of which some take two places here.
  const characters = Array.from(value).length;
  return characters > size ? `${key} has ${characters} characters, and its column holds ${size}` : null;
}
