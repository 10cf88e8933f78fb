import { listColumns, listIndexes, rowsOf, type Column } from './catalog.ts';
import * as checks from './checks.ts';
import { may, must } from './checks.ts';
import { rowBytes, rowBytesLimit, type ColumnDefinition } from './column-types.ts';
import { complaint, encode } from './column-values.ts';
import { columnOf } from './column-endpoints.ts';
import type { Answer, Call } from './core.ts';
import { Refusal } from './errors.ts';
import { tableOf } from './handle-tables.ts';
import { page } from './page.ts';
import { columnAnswer } from './schema-answers.ts';
import { addColumn, changeColumn, dropColumn } from './schema-writes.ts';
import { isDuplicate, quoted } from './store.ts';

function find(call: Call, key: string): Column {
  const column = listColumns(call.core.store, tableOf(call)).find((other) => other.key === key);
  if (!column) throw new Refusal('column_not_found', key);
  return column;
}

const key = ({ input }: Call): string => must(input, 'key', checks.key);

function checkDefault(definition: ColumnDefinition): void {
  if (definition.required && definition.default !== null) {
    throw new Refusal('column_default_unsupported', 'Cannot set default value for required column');
  }
  const wrong = complaint(definition, encode(definition, definition.default));
  if (definition.default !== null && wrong !== null) throw new Refusal('column_value_invalid', wrong);
}

/** `POST …/columns/<type>`: answered at once, available later. */
export function createColumn(call: Call, kind: string): Answer {
  const { store, faults, settings } = call.core;
  const definition = columnOf(kind, call.input);
  const table = tableOf(call);
  checkDefault(definition);
  const columns = listColumns(store, table);
  if (rowBytes([...columns, definition]) >= rowBytesLimit) {
    throw new Refusal('column_limit_exceeded', table.id);
  }
  const readyAt = settings.processingMs === 0 ? 0 : Date.now() + settings.processingMs;
  try {
    store.atomic(() => {
      addColumn(store, table, definition, { readyAt, outcome: faults.outcome(definition.key) });
    });
  } catch (error) {
    if (isDuplicate(error)) throw new Refusal('column_already_exists', definition.key);
    throw error;
  }
  return { status: 202, body: columnAnswer(find(call, definition.key)) };
}

export function getColumn(call: Call): Answer {
  return { status: 200, body: columnAnswer(find(call, key(call))) };
}

/** 25 of them unless a limit is asked for; the table itself tells of all. */
export function allColumns(call: Call): Answer {
  const all = listColumns(call.core.store, tableOf(call)).map(columnAnswer);
  const { total, items } = page(call.input, all, 'key');
  return { status: 200, body: { total, columns: items } };
}

/** `PATCH …/columns/<type>/<key>`: whether it is required, its default, its size and its name. */
export function updateColumn(call: Call): Answer {
  const { core, input } = call;
  const { store } = core;
  const table = tableOf(call);
  const { status, created, updated, ...old } = find(call, key(call));
  if (status !== 'available') throw new Refusal('column_not_available', old.key);
  const changed: ColumnDefinition = {
    ...old,
    key: may(input, 'newKey', checks.key, old.key),
    required: must(input, 'required', checks.boolean),
    default: input.default ?? null,
    size: may(input, 'size', checks.range(1, 1_073_741_824), old.size),
    min: input.min ?? old.min,
    max: input.max ?? old.max,
  };
  checkDefault(changed);
  const others = listColumns(store, table).filter((column) => column.key !== old.key);
  if (rowBytes([...others, changed]) >= rowBytesLimit) throw new Refusal('column_limit_exceeded', table.id);
  if (changed.size < old.size && longest(call, old.key) > changed.size) {
    throw new Refusal('column_invalid_resize');
  }
  store.atomic(() => {
    changeColumn(store, table, old.key, changed);
  });
  return { status: 200, body: columnAnswer({ ...changed, status, created, updated }) };
}

/** Characters of the longest value of a column. */
function longest(call: Call, name: string): number {
  const found = call.core.store
    .statement(`SELECT max(length(${quoted(name)})) AS n FROM ${quoted(rowsOf(tableOf(call)))}`)
    .get();
  return Number(found?.n ?? 0);
}

export function deleteColumn(call: Call): Answer {
  const { store } = call.core;
  const table = tableOf(call);
  const column = find(call, key(call));
  if (listIndexes(store, table).some(({ columns }) => columns.includes(column.key))) {
    throw new Refusal('column_index_dependency', column.key);
  }
  store.atomic(() => {
    dropColumn(store, table, column.key);
  });
  return { status: 204 };
}
