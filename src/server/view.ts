import type { z } from 'zod';
import type { Table } from '../domain/tables.ts';
import { quoted } from '../journal/ddl.ts';
import type { StoredRow } from '../journal/rows.ts';

/** The rows of a table as they are answered. */
export interface View<T> {
  readonly table: string;
  /** Its columns in a SELECT, `seq` among them. */
  readonly columns: string;
  readonly read: (stored: StoredRow) => T;
}

/** The columns of a table that a schema names, with JSON parsed. */
export function viewOf<S extends z.ZodObject>(table: Table, schema: S): View<z.infer<S>> {
  const names = Object.keys(schema.shape).filter((name) => name === 'seq' || name in table.columns);
  return {
    table: quoted(table.name),
    columns: names.map((name) => `${quoted(table.name)}.${quoted(name)}`).join(', '),
    read: (stored) => {
      const row: Record<string, unknown> = {};
      for (const name of names) row[name] = decoded(table.columns[name]?.type, stored[name] ?? null);
      // Columns and schema are one by the names; a test holds every answer to its schema.
      return row as z.infer<S>;
    },
  };
}

function decoded(type: string | undefined, value: StoredRow[string]): unknown {
  if (value === null) return null;
  if (type === 'boolean') return value === 1;
  return type === 'json' ? JSON.parse(String(value)) : value;
}
