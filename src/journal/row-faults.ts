import { createHash } from 'node:crypto';
import { zstdDecompressSync } from 'node:zlib';
import { rowId } from '../domain/ids.ts';
import type { KeyPart } from '../domain/ids.ts';
import { tables } from '../domain/tables.ts';
import type { Column, TableName } from '../domain/tables.ts';
import { epochMillis } from '../domain/time.ts';
import type { NumberedTable } from './ddl.ts';
import type { StoredRow } from './rows.ts';

/**
 * What shows that a stored row is not as it was written; null when nothing does. A history row's id stands for its
 * natural key. What is in no key is held only to its column's type.
 */
export function rowFault(table: NumberedTable, row: StoredRow): string | null {
  if (!Number.isSafeInteger(row.seq) || Number(row.seq) <= 0) return 'seq is no number of a row';
  if (table === 'quarantine') return quarantineFault(row);
  if (table === 'dead_letters') return deadLetterFault(row);
  for (const [name, column] of columnsOf.get(table) ?? []) {
    if (!holds(column, row[name])) return `${name} is no ${column.type}`;
  }
  return idFault(row, keyOf(table, row));
}

/** The same as a sentence that names the table. */
export function rowDamage(table: NumberedTable, row: StoredRow): string | null {
  const fault = rowFault(table, row);
  return fault === null ? null : `a row of ${table} is not as it was written: ${fault}`;
}

/** Listed once: very many rows are looked at before a recorder starts. */
const columnsOf: ReadonlyMap<TableName, readonly (readonly [string, Column])[]> = new Map(
  Object.values(tables).map(({ name, columns }) => [name as TableName, Object.entries<Column>(columns)]),
);

/** The natural key of a history row; null for the tables whose key is the source's own. */
function keyOf(table: TableName, row: StoredRow): unknown[] | null {
  switch (table) {
    case 'odds_history':
      return [row.entrant_id, row.kind, row.source_time, row.odds, row.basis];
    case 'money_flow_history':
      return [row.race_id, row.entrant_id, row.source_time, row.hold_percentage, row.bet_percentage];
    case 'pool_history':
      return [row.race_id, row.product, row.source_time, row.total, row.status];
    case 'bets':
      return [
        row.race_id,
        row.list,
        row.placed_at,
        row.title,
        row.description,
        row.stake,
        row.odds,
        row.legs,
      ];
    case 'race_events':
      return [row.race_id, row.entrant_id, row.kind, row.source_time, row.value];
    case 'race_results':
      return [row.race_id, row.source_time, row.status, row.revision];
    case 'polls':
      return [row.race_id, row.started_at];
    case 'gaps':
      return [row.race_id, row.entrant_id, row.from_time, row.reason];
    case 'imports':
      return ['import', row.started_at];
    default:
      return null;
  }
}

function idFault(row: StoredRow, key: unknown[] | null): string | null {
  return key === null || row.id === rowId(...(key as KeyPart[])) ? null : 'the id is not that of the row';
}

function holds({ type, nullable }: Column, value: StoredRow[string] | undefined): boolean {
  if (value === null) return nullable;
  switch (type) {
    case 'integer':
      return Number.isSafeInteger(value);
    case 'boolean':
      return value === 0 || value === 1;
    case 'real':
      return Number.isFinite(value);
    case 'time':
      return typeof value === 'string' && isTime(value);
    case 'json':
      return typeof value === 'string' && isJson(value);
    default:
      return typeof value === 'string';
  }
}

const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

function isTime(text: string): boolean {
  return time.test(text) && !Number.isNaN(epochMillis(text));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function quarantineFault(row: StoredRow): string | null {
  const { race_id, received_at, reason, body } = row;
  if (!(body instanceof Uint8Array)) return 'body is no blob';
  // Dropped, since there was too much of them; what it was is in the id alone.
  if (body.length === 0) return null;
  try {
    const hash = createHash('sha256').update(zstdDecompressSync(body)).digest('hex');
    return idFault(row, [race_id, received_at, reason, hash]);
  } catch {
    return 'body cannot be decompressed';
  }
}

function deadLetterFault(row: StoredRow): string | null {
  if (typeof row.row !== 'string' || !isJson(row.row)) return 'row is no json';
  return idFault(row, [row.sink, row.table_name, row.row_key, row.row_seq]);
}
