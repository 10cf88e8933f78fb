import * as checks from './checks.ts';
import { indexLengthLimit, isTextType, type ColumnDefinition, type ColumnType } from './column-types.ts';
import { Refusal } from './errors.ts';
import type { Json, JsonObject } from './json.ts';

export interface IndexDefinition {
  readonly key: string;
  readonly type: string;
  readonly columns: readonly string[];
  /** Characters of each column, 0 for all. */
  readonly lengths: readonly number[];
  readonly orders: readonly string[];
}

export const indexTypes = ['key', 'fulltext', 'unique', 'spatial'];

const ownColumns: ReadonlyMap<string, { type: ColumnType; size: number }> = new Map([
  ['$id', { type: 'string', size: 255 }],
  ['$createdAt', { type: 'datetime', size: 0 }],
  ['$updatedAt', { type: 'datetime', size: 0 }],
]);

const refuse = (message: string): never => {
  throw new Refusal('column_index_invalid', message);
};

/** Refuses an index that the database could not make. */
export function checkIndex(index: IndexDefinition, columns: readonly ColumnDefinition[]): void {
  const { key, type, columns: keys, lengths } = index;
  if (keys.length === 0) refuse('No attributes provided for index');
  const lower = keys.map((name) => name.toLowerCase());
  if (new Set(lower).size !== lower.length) refuse('Duplicate attributes provided');
  if (['primary', '_created_at', '_updated_at', '_tenant_id'].includes(key.toLowerCase())) {
    refuse('Index key name is reserved');
  }
  let whole = 0;
  keys.forEach((name, at) => {
    const column = ownColumns.get(name) ?? columns.find((other) => other.key === name);
    if (!column) return refuse(`Invalid index attribute "${name}" not found`);
    const text = isTextType(column.type);
    const length = lengths[at] ?? 0;
    if (type === 'fulltext' && !text) {
      refuse(`Attribute "${name}" cannot be part of a fulltext index, must be of type string`);
    }
    if (!text && length > 0) refuse(`Cannot set a length on "${column.type}" attributes`);
    const most = text ? column.size : column.type === 'double' ? 2 : 1;
    const used = text && length > 0 ? length : most;
    if (used < 0) refuse(`Negative index length provided for ${name}`);
    if (used > most) refuse(`Index length ${used} is larger than the size for ${name}: ${most}"`);
    whole += used;
  });
  if (type !== 'fulltext' && whole > indexLengthLimit) {
    refuse(`Index length is longer than the maximum: ${indexLengthLimit}`);
  }
}

const strings = (value: Json | undefined): string[] | null =>
  Array.isArray(value) && value.every((item) => typeof item === 'string') ? value : null;

function inlineIndex(given: JsonObject, at: number): IndexDefinition {
  const bad = (message: string): never => {
    throw new Refusal('general_argument_invalid', message);
  };
  const { key, type } = given;
  if (typeof key !== 'string') return bad(`Index at position ${at} is missing required field 'key'`);
  if (typeof type !== 'string') return bad(`Index at position ${at} is missing required field 'type'`);
  const columns =
    strings(given.attributes) ??
    bad(`Index at position ${at} is missing required field 'attributes' (must be an array)`);
  if (!checks.key.accepts(key)) return bad(`Invalid key for index at position ${at}: ${checks.key.says}`);
  if (!indexTypes.includes(type)) return bad(`Invalid type for index '${key}': ${type}`);
  if (columns.length === 0) return bad(`Index '${key}' must have at least one attribute`);
  const lengths = Array.isArray(given.lengths) ? given.lengths.map(Number) : [];
  const orders = strings(given.orders) ?? [];
  if (lengths.length > 0 && lengths.length !== columns.length) {
    return bad(
      `Index '${key}': lengths array length (${lengths.length}) must match attributes array length (${columns.length})`,
    );
  }
  if (orders.length > 0 && orders.length !== columns.length) {
    return bad(
      `Index '${key}': orders array length (${orders.length}) must match attributes array length (${columns.length})`,
    );
  }
  const order = orders.find((item) => !['ASC', 'DESC', ''].includes(item));
  if (order !== undefined) {
    return bad(`Invalid order '${order}' in index '${key}'. Must be 'ASC' or 'DESC'`);
  }
  return { key, type, columns, lengths: columns.map((_name, place) => lengths[place] ?? 0), orders };
}

/** The indexes of `createTable`, which call their columns `attributes`. */
export function inlineIndexes(
  given: readonly JsonObject[],
  columns: readonly ColumnDefinition[],
): IndexDefinition[] {
  const indexes = given.map(inlineIndex);
  const keys = indexes.map(({ key }) => key);
  const twice = keys.find((key, at) => keys.indexOf(key) !== at);
  if (twice !== undefined) throw new Refusal('general_argument_invalid', `Duplicate index key: ${twice}`);
  for (const index of indexes) checkIndex(index, columns);
  return indexes;
}
