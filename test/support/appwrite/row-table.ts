import { findTable, listColumns, rowsOf, type Column, type Table } from './catalog.ts';
import { decode, fromCell } from './column-values.ts';
import type { Core } from './core.ts';
import { toAnswer } from './datetime.ts';
import type { Json, JsonObject } from './json.ts';
import { quoted } from './store.ts';

/** A table with the columns that its rows can have now. */
export interface RowTable {
  readonly table: Table;
  readonly columns: readonly Column[];
}

/** A row as it is kept: times in stored form, `$permissions` a list, `$sequence` a text. */
export type Row = JsonObject;

type Cells = Record<string, null | number | bigint | string | Uint8Array>;

/** Opens a table for rows; refuses with 404 when it or its database is not there. */
export function openTable({ store, faults }: Core, databaseId: string, tableId: string): RowTable {
  const table = findTable(store, databaseId, tableId);
  const hidden = faults.hidden(table.id);
  const columns = listColumns(store, table).filter(
    ({ key, status }) => status === 'available' && !hidden.has(key),
  );
  return { table, columns };
}

export function rowFrom({ columns }: RowTable, cells: Cells): Row {
  const row: Row = {};
  for (const column of columns) row[column.key] = fromCell(column, cells[column.key]);
  row.$id = cells._uid as string;
  row.$sequence = String(cells._id);
  row.$createdAt = cells._createdAt as string;
  row.$updatedAt = cells._updatedAt as string;
  row.$permissions = JSON.parse(cells._permissions as string) as string[];
  return row;
}

/** A row as it is answered, with all its columns or the chosen ones. */
export function answered({ table, columns }: RowTable, row: Row, chosen?: readonly string[]): JsonObject {
  const answer: JsonObject = {};
  for (const column of columns) {
    if (chosen && !chosen.includes('*') && !chosen.includes(column.key)) continue;
    answer[column.key] = decode(column, row[column.key] ?? null);
  }
  const time = (value: Json | undefined): Json => (typeof value === 'string' ? toAnswer(value) : null);
  return {
    ...answer,
    $id: row.$id ?? '',
    $sequence: row.$sequence ?? '',
    $createdAt: time(row.$createdAt),
    $updatedAt: time(row.$updatedAt),
    $permissions: row.$permissions ?? [],
    $databaseId: table.databaseId,
    $tableId: table.id,
  };
}

/** The rows with these ids, by id as it is written there. */
export function existing({ store }: Core, opened: RowTable, ids: readonly string[]): Map<string, Row> {
  if (ids.length === 0) return new Map();
  const places = ids.map(() => '?').join(', ');
  const found = store
    .statement(`SELECT * FROM ${quoted(rowsOf(opened.table))} WHERE _uid IN (${places})`)
    .all(...ids);
  return new Map(found.map((cells) => [cells._uid as string, rowFrom(opened, cells)]));
}

export function findRow(core: Core, opened: RowTable, id: string): Row | null {
  return existing(core, opened, [id]).values().next().value ?? null;
}

/** Every row of a table as it is answered, oldest first. */
export function allRows(core: Core, opened: RowTable): JsonObject[] {
  const all = core.store.statement(`SELECT * FROM ${quoted(rowsOf(opened.table))} ORDER BY _id`).all();
  return all.map((cells) => answered(opened, rowFrom(opened, cells)));
}
