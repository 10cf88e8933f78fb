import { textSize } from './text-sizes.ts';
import type { Column, ColumnType, Table, TableName } from '../../domain/tables.ts';
import { tables } from '../../domain/tables.ts';

/** Types of Appwrite columns. An inline `integer` has 32 bits only, and `float` is refused there. */
type AppwriteType = 'string' | 'bigint' | 'double' | 'boolean' | 'datetime';

export interface AppwriteColumn {
  /** Its name in Appwrite, in camelCase. */
  readonly key: string;
  /** Its name in the journal. */
  readonly column: string;
  readonly type: AppwriteType;
  /** Characters that a `string` holds; null for the other types. */
  readonly size: number | null;
  /** Null is refused. Only of the sequence: what another column may hold is the journal's affair. */
  readonly required: boolean;
}

export interface AppwriteIndex {
  readonly key: string;
  readonly columns: readonly string[];
}

/** A table in Appwrite. The `$id` of a row is its key in the journal. */
export interface AppwriteTable {
  readonly id: TableName;
  /** As the console shows it. */
  readonly name: string;
  readonly columns: readonly AppwriteColumn[];
  /** No index is unique: an upsert that meets another row's value in one reports success and writes nothing. */
  readonly indexes: readonly AppwriteIndex[];
}

/** Tables in the order in which they are delivered: the newest state first, since history refers to it. */
export const deliveryOrder: readonly TableName[] = [
  ...(['meetings', 'races', 'entrants', 'form'] as const),
  ...(['odds_history', 'money_flow_history', 'pool_history', 'bets', 'race_events', 'race_results'] as const),
  ...(['gaps', 'imports', 'polls'] as const),
];

/** The name of a column in Appwrite: `previous_odds` is `previousOdds`. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** What a table is in Appwrite. */
export function appwriteTable(id: TableName): AppwriteTable {
  return { id, name: displayName(id), columns: columnsOf(tables[id]), indexes: indexesOf(tables[id]) };
}

/** `odds_history` is shown as OddsHistory. */
function displayName(id: TableName): string {
  return camelCase(`_${id}`);
}

/**
 * The sequence comes first: it differs on every real write, and an upsert drops a change that PHP finds loosely
 * equal (0 and null, "" and null, false and null) when nothing else of the row differs.
 */
function columnsOf(table: Table): AppwriteColumn[] {
  const sequence = { key: 'seq', column: 'seq', type: 'bigint', size: null, required: true } as const;
  const own = Object.entries(table.columns)
    // A key that is named `id` is the row's $id and nothing else; one with a meaning is a column as well.
    .filter(([name]) => name !== 'id')
    .map(([name, column]) => columnOf(table.name, name, column));
  return [sequence, ...own];
}

const types: Readonly<Record<ColumnType, AppwriteType>> = {
  text: 'string',
  json: 'string',
  time: 'datetime',
  integer: 'bigint',
  real: 'double',
  boolean: 'boolean',
};

function columnOf(table: string, name: string, { type }: Column): AppwriteColumn {
  const size = types[type] === 'string' ? textSize(table, name, type === 'json') : null;
  return { key: camelCase(name), column: name, type: types[type], size, required: false };
}

function indexesOf(table: Table): AppwriteIndex[] {
  return table.indexes.map((columns) => {
    const keys = columns.map(camelCase);
    return { key: `by_${keys.join('_')}`, columns: keys };
  });
}
