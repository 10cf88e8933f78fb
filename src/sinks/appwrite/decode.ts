import type { AppwriteTable } from './appwrite-tables.ts';
import { tables } from '../../domain/tables.ts';
import type { Column } from '../../domain/tables.ts';
import type { StoredRow } from '../../journal/rows.ts';

/**
 * A row as Appwrite answers it in the form in which a journal keeps it, with its `seq`; null when it lacks what a
 * journal's row must have, as one that somebody else wrote.
 */
export function storedRow(
  table: AppwriteTable,
  answered: Readonly<Record<string, unknown>>,
): StoredRow | null {
  const definition = tables[table.id];
  const columns: Readonly<Record<string, Column>> = definition.columns;
  const { $id, seq } = answered;
  if (typeof $id !== 'string' || typeof seq !== 'number' || !Number.isSafeInteger(seq)) return null;
  const row: StoredRow = { [definition.key]: $id, seq };
  for (const { key, column, type } of table.columns) {
    if (column === 'seq' || column === definition.key) continue;
    const value = storedValue(type, answered[key] ?? null);
    if (value === undefined || (value === null && columns[column]?.nullable !== true)) return null;
    row[column] = value;
  }
  return row;
}

function storedValue(type: string, value: unknown): string | number | null | undefined {
  if (value === null) return null;
  switch (type) {
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : undefined;
    case 'datetime': {
      const at = typeof value === 'string' ? Date.parse(value) : NaN;
      return Number.isNaN(at) ? undefined : new Date(at).toISOString();
    }
    case 'string':
      return typeof value === 'string' ? value : undefined;
    default:
      return typeof value === 'number' ? value : undefined;
  }
}
