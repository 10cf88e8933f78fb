import * as checks from './checks.ts';
import { may, must } from './checks.ts';
import { findTable } from './catalog.ts';
import { commit } from './commit.ts';
import type { Answer, Call } from './core.ts';
import { Refusal } from './errors.ts';
import type { Json, JsonObject } from './json.ts';
import * as transactions from './transactions.ts';
import type { Staged, StagedAction } from './transactions.ts';

const actions: readonly string[] = ['create', 'update', 'upsert', 'delete', 'bulkCreate', 'bulkUpsert'];

const id = ({ input }: Call): string => must(input, 'transactionId', checks.uid);

export function createTransaction(call: Call): Answer {
  const created = transactions.createTransaction(call);
  return { status: 201, body: transactions.describe(call, created) };
}

export function getTransaction(call: Call): Answer {
  return { status: 200, body: transactions.describe(call, id(call)) };
}

export function deleteTransaction(call: Call): Answer {
  transactions.describe(call, id(call));
  call.core.store.statement('DELETE FROM transactions WHERE id = ?').run(id(call));
  return { status: 204 };
}

export function updateTransaction(call: Call): Answer {
  const committed = may(call.input, 'commit', checks.boolean, false);
  const rolledBack = may(call.input, 'rollback', checks.boolean, false);
  if (committed === rolledBack) {
    const message = committed
      ? 'Cannot commit and rollback at the same time'
      : 'Either commit or rollback must be true';
    throw new Refusal('general_bad_request', '', message);
  }
  transactions.pending(call, id(call));
  if (committed) commit(call, id(call));
  else transactions.setStatus(call, id(call), 'rolled_back');
  return { status: 200, body: transactions.describe(call, id(call)) };
}

function isStaged(value: JsonObject): boolean {
  const single = typeof value.action === 'string' && !value.action.startsWith('bulk');
  return (
    typeof value.databaseId === 'string' &&
    typeof value.tableId === 'string' &&
    typeof value.action === 'string' &&
    actions.includes(value.action) &&
    (!single || typeof value.rowId === 'string') &&
    (value.action === 'delete' || typeof value.data === 'object')
  );
}

const operation: checks.Check<JsonObject> = {
  says: 'Value must be a valid operation',
  accepts: (value: Json): value is JsonObject => checks.object.accepts(value) && isStaged(value),
};

export function createOperations(call: Call): Answer {
  const operations = may(call.input, 'operations', checks.list(operation, 100), []);
  if (operations.length === 0) {
    throw new Refusal('general_bad_request', '', 'Operations array cannot be empty');
  }
  const staged = operations.map((item): Omit<Staged, 'created'> => ({
    databaseId: item.databaseId as string,
    tableId: item.tableId as string,
    action: item.action as StagedAction,
    rowId: (item.rowId as string | undefined) ?? null,
    data: item.data ?? {},
  }));
  transactions.pending(call, id(call));
  for (const { databaseId, tableId } of staged) findTable(call.core.store, databaseId, tableId);
  transactions.stage(call, id(call), staged);
  return { status: 201, body: transactions.describe(call, id(call)) };
}
