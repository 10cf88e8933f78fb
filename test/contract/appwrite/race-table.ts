import type { Row, Target, Values } from './target.ts';
import { uniqueId } from './target.ts';

/** A table like those of oddstream: everything optional, one column of each type. */
export const columns = [
  { key: 'raceId', type: 'string', size: 36 },
  { key: 'name', type: 'string', size: 20 },
  { key: 'note', type: 'string', size: 70_000 },
  { key: 'odds', type: 'double' },
  { key: 'number', type: 'integer' },
  { key: 'seq', type: 'bigint' },
  { key: 'isScratched', type: 'boolean' },
  { key: 'sourceTime', type: 'datetime' },
] as const;

const indexes = [
  { key: 'byRace', type: 'key', attributes: ['raceId', 'sourceTime'] },
  { key: 'bySeq', type: 'key', attributes: ['seq'] },
];

/** Calls on the rows of one table. */
export interface RaceTable {
  readonly tableId: string;
  readonly create: (rows: readonly Values[]) => Promise<{ total: number; rows: Row[] }>;
  readonly upsert: (rows: readonly Values[]) => Promise<{ total: number; rows: Row[] }>;
  readonly get: (id: string) => Promise<Row>;
  readonly list: (queries?: string[]) => Promise<{ total: number; rows: Row[] }>;
}

export function tableAt({ tables, databaseId }: Target, tableId: string): RaceTable {
  const at = { databaseId, tableId };
  return {
    tableId,
    create: (rows) => tables.createRows<Row>({ ...at, rows: [...rows] }),
    upsert: (rows) => tables.upsertRows<Row>({ ...at, rows: [...rows] }),
    get: (id) => tables.getRow<Row>({ ...at, rowId: id }),
    list: (queries = []) => tables.listRows<Row>({ ...at, queries }),
  };
}

/** Makes one, with a unique index if asked. */
export async function raceTable(
  target: Target,
  options: { unique?: string; permissions?: string[]; required?: string[] } = {},
): Promise<RaceTable> {
  const tableId = uniqueId('races');
  const { unique, permissions = [], required = [] } = options;
  await target.tables.createTable({
    databaseId: target.databaseId,
    tableId,
    name: 'Races',
    permissions,
    columns: columns.map((column) => ({ ...column, required: required.includes(column.key) })),
    indexes:
      unique === undefined ? indexes : [...indexes, { key: 'once', type: 'unique', attributes: [unique] }],
  });
  return tableAt(target, tableId);
}

const time = '2026-02-28T03:10:00.456+00:00';

/** A whole row. */
export function row(id: string, values: Values = {}): Values {
  return {
    $id: id,
    raceId: 'r1',
    name: 'Runner',
    note: 'none',
    odds: 3.5,
    number: 7,
    seq: 1001,
    isScratched: false,
    sourceTime: time,
    ...values,
  };
}
