import { listColumns, listIndexes, type Index } from './catalog.ts';
import * as checks from './checks.ts';
import { may, must } from './checks.ts';
import type { Answer, Call } from './core.ts';
import { Refusal } from './errors.ts';
import { tableOf } from './handle-tables.ts';
import { checkIndex, indexTypes, type IndexDefinition } from './index-rules.ts';
import { page } from './page.ts';
import { indexAnswer } from './schema-answers.ts';
import { addIndex, dropIndex } from './schema-writes.ts';

function find(call: Call, key: string): Index {
  const index = listIndexes(call.core.store, tableOf(call)).find((other) => other.key === key);
  if (!index) throw new Refusal('column_index_not_found', key);
  return index;
}

const key = ({ input }: Call): string => must(input, 'key', checks.key);

/** Answered at once, available later, and refused while a column of it is still in the making. */
export function createIndex(call: Call): Answer {
  const { core, input } = call;
  const { store, faults, settings } = core;
  const keys = must(input, 'columns', checks.list(checks.anyKey, 100));
  const lengths = may(input, 'lengths', checks.list(checks.nullable(checks.range(0, 768)), 100), []);
  const index: IndexDefinition = {
    key: key(call),
    type: must(input, 'type', checks.oneOf(...indexTypes)),
    columns: keys,
    lengths: keys.map((_key, at) => lengths[at] ?? 0),
    orders: may(input, 'orders', checks.list(checks.oneOf('asc', 'desc', 'ASC', 'DESC'), 100), []),
  };
  const table = tableOf(call);
  const columns = listColumns(store, table);
  for (const name of keys.filter((other) => !other.startsWith('$'))) {
    const column = columns.find((other) => other.key === name);
    if (!column) throw new Refusal('column_unknown', name);
    if (column.status !== 'available') throw new Refusal('column_not_available', name);
  }
  checkIndex(index, columns);
  if (listIndexes(store, table).some((other) => other.key === index.key)) {
    throw new Refusal('column_index_already_exists', index.key);
  }
  const readyAt = settings.processingMs === 0 ? 0 : Date.now() + settings.processingMs;
  store.atomic(() => {
    addIndex(store, table, index, { readyAt, outcome: faults.outcome(index.key) });
  });
  return { status: 202, body: indexAnswer(find(call, index.key)) };
}

export function getIndex(call: Call): Answer {
  return { status: 200, body: indexAnswer(find(call, key(call))) };
}

export function allIndexes(call: Call): Answer {
  const all = listIndexes(call.core.store, tableOf(call)).map(indexAnswer);
  const { total, items } = page(call.input, all, 'key');
  return { status: 200, body: { total, indexes: items } };
}

export function deleteIndex(call: Call): Answer {
  const { store } = call.core;
  const table = tableOf(call);
  const index = find(call, key(call));
  store.atomic(() => {
    dropIndex(store, table, index.key);
  });
  return { status: 204 };
}
