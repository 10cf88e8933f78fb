import * as checks from './checks.ts';
import { may, must } from './checks.ts';
import type { Answer, Call } from './core.ts';
import { storedTime, toAnswer, toMilliseconds } from './datetime.ts';
import { Refusal } from './errors.ts';
import { uniqueId } from './ids.ts';
import { parseJson, stringifyJson, type Json, type JsonObject } from './json.ts';

/** Transactions: operations are put down, and done all together when it is committed. */

export type StagedAction = 'create' | 'update' | 'upsert' | 'delete' | 'bulkCreate' | 'bulkUpsert';

export interface Staged {
  readonly databaseId: string;
  readonly tableId: string;
  readonly action: StagedAction;
  readonly rowId: string | null;
  readonly data: Json;
  /** When it was put down, in stored form: rows changed later are a conflict. */
  readonly created: string;
}

/** Operations of a transaction; a bulk one counts as one. */
const mostOperations = 100;

interface Transaction {
  readonly id: string;
  readonly status: string;
  readonly operations: number;
  readonly created: string;
  readonly updated: string;
  readonly expires: string;
}

function findTransaction({ core }: Call, id: string): Transaction {
  const cells = core.store.statement('SELECT * FROM transactions WHERE id = ?').get(id);
  if (!cells) throw new Refusal('transaction_not_found', id);
  return {
    id,
    status: cells.status as string,
    operations: Number(cells.operations),
    created: cells.created as string,
    updated: cells.updated as string,
    expires: cells.expires_at as string,
  };
}

/** The transaction, if operations can be put down in it and it can be ended. */
export function pending(call: Call, id: string): Transaction {
  const transaction = findTransaction(call, id);
  if (transaction.status !== 'pending') throw new Refusal('transaction_not_ready');
  if (toMilliseconds(transaction.expires) < Date.now()) throw new Refusal('transaction_expired');
  return transaction;
}

export function describe(call: Call, id: string): JsonObject {
  const { status, operations, created, updated, expires } = findTransaction(call, id);
  return {
    $id: id,
    $createdAt: toAnswer(created),
    $updatedAt: toAnswer(updated),
    status,
    operations,
    expiresAt: toAnswer(expires),
  };
}

export function setStatus({ core }: Call, id: string, status: string): void {
  core.store
    .statement('UPDATE transactions SET status = ?, updated = ? WHERE id = ?')
    .run(status, storedTime(Date.now()), id);
}

export function createTransaction({ core, input }: Call): string {
  const ttl = may(input, 'ttl', checks.range(60, 3600), 300);
  const id = uniqueId();
  const now = Date.now();
  core.store
    .statement('INSERT INTO transactions VALUES (?, ?, 0, ?, ?, ?)')
    .run(id, 'pending', storedTime(now), storedTime(now), storedTime(now + ttl * 1000));
  return id;
}

/** Puts operations down in a transaction. */
export function stage(call: Call, id: string, operations: readonly Omit<Staged, 'created'>[]): void {
  const { store } = call.core;
  const { operations: already } = pending(call, id);
  if (already + operations.length > mostOperations) {
    throw new Refusal(
      'transaction_limit_exceeded',
      `Transaction already has ${already} operations, adding ${operations.length} would exceed the maximum of ${mostOperations}`,
    );
  }
  const now = storedTime(Date.now());
  store.atomic(() => {
    for (const operation of operations) {
      store
        .statement('INSERT INTO staged (id, created, operation) VALUES (?, ?, ?)')
        .run(id, now, stringifyJson({ ...operation }));
    }
    store
      .statement('UPDATE transactions SET operations = operations + ?, updated = ? WHERE id = ?')
      .run(operations.length, now, id);
  });
}

export function stagedOf({ core }: Call, id: string): Staged[] {
  const found = core.store
    .statement('SELECT created, operation FROM staged WHERE id = ? ORDER BY pk')
    .all(id);
  return found.map(({ created, operation }) => ({
    ...(parseJson(operation as string) as unknown as Staged),
    created: created as string,
  }));
}

/** The transaction that a call on rows names, if it names one. */
function named({ input }: Call): string | null {
  return may(input, 'transactionId', checks.uid, null);
}

function place({ input }: Call): { databaseId: string; tableId: string } {
  return { databaseId: must(input, 'databaseId', checks.uid), tableId: must(input, 'tableId', checks.uid) };
}

/** Puts a call on one row down in the transaction that it names; null when it names none. */
export function stagedSingle(
  call: Call,
  action: 'create' | 'update' | 'upsert' | 'delete',
  rowId: string,
  data: JsonObject,
): Answer | null {
  const id = named(call);
  if (id === null) return null;
  const where = place(call);
  stage(call, id, [{ ...where, action, rowId, data }]);
  if (action === 'delete') return { status: 204 };
  const mock = { $id: rowId, $tableId: where.tableId, $databaseId: where.databaseId, ...data };
  return { status: action === 'update' ? 200 : 201, body: mock };
}

/** The same of several rows. */
export function stagedBulk(
  call: Call,
  action: 'bulkCreate' | 'bulkUpsert',
  rows: readonly JsonObject[],
): Answer | null {
  const id = named(call);
  if (id === null) return null;
  stage(call, id, [{ ...place(call), action, rowId: null, data: [...rows] }]);
  return { status: 200, body: { total: rows.length, rows: [] } };
}
