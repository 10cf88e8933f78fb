import type { Column, Index, Table } from './catalog.ts';
import { isTextType, rowBytes, rowBytesLimit } from './column-types.ts';
import { toAnswer } from './datetime.ts';
import type { JsonObject } from './json.ts';

/** Tables, columns and indexes as they are answered. */

export function tableAnswer(table: Table, columns: readonly Column[], indexes: readonly Index[]): JsonObject {
  return {
    $id: table.id,
    $createdAt: toAnswer(table.created),
    $updatedAt: toAnswer(table.updated),
    $permissions: [...table.permissions],
    databaseId: table.databaseId,
    name: table.name,
    enabled: table.enabled,
    rowSecurity: table.rowSecurity,
    columns: columns.map(columnAnswer),
    indexes: indexes.map(indexAnswer),
    bytesMax: rowBytesLimit,
    bytesUsed: rowBytes(columns),
  };
}

/** What a column of its type tells besides what all of them do. */
function details(column: Column): JsonObject {
  const { type, size, min, max, elements, default: standard } = column;
  if (elements) return { elements: [...elements], format: 'enum', default: standard };
  if (type === 'string' || type === 'varchar') return { size, default: standard, encrypt: false };
  if (isTextType(type)) return { default: standard, encrypt: false };
  if (type === 'boolean') return { default: standard };
  if (type === 'datetime') return { format: '', default: standard };
  return { min, max, default: standard };
}

export function columnAnswer(column: Column): JsonObject {
  return {
    key: column.key,
    type: column.type,
    status: column.status,
    error: column.status === 'failed' ? 'Failed to create attribute/column' : '',
    required: column.required,
    array: false,
    $createdAt: toAnswer(column.created),
    $updatedAt: toAnswer(column.updated),
    ...details(column),
  };
}

export function indexAnswer(index: Index): JsonObject {
  return {
    $id: index.id,
    $createdAt: toAnswer(index.created),
    $updatedAt: toAnswer(index.updated),
    key: index.key,
    type: index.type,
    status: index.status,
    error: index.error,
    columns: [...index.columns],
    lengths: [...index.lengths],
    orders: [...index.orders],
  };
}
