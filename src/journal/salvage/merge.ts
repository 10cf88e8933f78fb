import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue } from 'node:sqlite';
import { tables } from '../../domain/tables.ts';
import type { TableName } from '../../domain/tables.ts';
import { numberedTables, quoted } from '../ddl.ts';
import type { NumberedTable } from '../ddl.ts';
import { Builder } from './builder.ts';

/**
 * Adds to a journal that was made of recordings what a salvaged journal of recordings holds beside: there the
 * order of rows is that of the replay, so that what is replayed again comes first.
 *
 * @param recorded the journal made anew, closed; it takes the rows
 * @returns rows that it had before, and the other had not, by table
 */
export function mergeRecordings(recorded: string, salvaged: string): Map<NumberedTable, number> {
  const builder = new Builder(recorded);
  const other = new DatabaseSync(salvaged, { readOnly: true });
  const restored = new Map<NumberedTable, number>();
  try {
    for (const table of numberedTables) {
      const before = Number(builder.prepare(`SELECT count(*) AS n FROM ${quoted(table)}`).get()?.n);
      let known = 0;
      for (const row of other.prepare(`SELECT * FROM ${quoted(table)} ORDER BY seq`).iterate()) {
        if (isOlder(builder, table, row) || builder.put(table, { ...row }) === 'known') known++;
      }
      restored.set(table, Math.max(0, before - known));
    }
    for (const row of other.prepare('SELECT * FROM cursors').all()) builder.put('cursors', { ...row });
  } finally {
    other.close();
    builder.finish();
  }
  return restored;
}

/** Of two current rows the one of the newer response stays; the other is taken away. */
function isOlder(builder: Builder, table: NumberedTable, row: Record<string, unknown>): boolean {
  if (!(table in tables) || tables[table as TableName].kind !== 'current') return false;
  const key = quoted(tables[table as TableName].key);
  const value = row[tables[table as TableName].key] as SQLInputValue;
  const known = builder
    .prepare(`SELECT source_time AS time FROM ${quoted(table)} WHERE ${key} = ?`)
    .get(value);
  if (known === undefined) return false;
  if (String(known.time) >= String(row.source_time)) return true;
  builder.prepare(`DELETE FROM ${quoted(table)} WHERE ${key} = ?`).run(value);
  return false;
}
