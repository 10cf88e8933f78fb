import type { Call } from './core.ts';
import { createRows } from './create-rows.ts';
import { deleteRow, updateRow } from './change-row.ts';
import { Refusal } from './errors.ts';
import { isObject, type JsonObject } from './json.ts';
import { openTable } from './row-table.ts';
import { setStatus, stagedOf, type Staged } from './transactions.ts';
import { upsertRows } from './upsert-rows.ts';

/** Rows that the transaction itself has written: their later changes are no conflict. */
type Touched = Set<string>;

/** Does one operation and tells how many rows it wrote. */
function perform(call: Call, staged: Staged, touched: Touched): number {
  const table = openTable(call.core, staged.databaseId, staged.tableId);
  const nameOf = (id: unknown): string => `${table.table.pk}/${String(id)}`;
  const since = (id: string): string | undefined => (touched.has(nameOf(id)) ? undefined : staged.created);
  const note = (rows: readonly JsonObject[]): number => {
    for (const { $id } of rows) touched.add(nameOf($id));
    return rows.length;
  };
  const data = isObject(staged.data) ? staged.data : {};
  const rows = Array.isArray(staged.data) ? staged.data.filter(isObject) : [];
  const id = staged.rowId ?? '';
  switch (staged.action) {
    case 'create':
      return note(createRows(call, table, [{ $id: id, ...data }], id));
    case 'bulkCreate':
      return note(createRows(call, table, rows));
    case 'upsert':
      // The row's id counts only inside the data; without it there, this is a new row.
      return note(upsertRows(call, table, [data], since).rows);
    case 'bulkUpsert':
      return note(upsertRows(call, table, rows, since).rows);
    case 'update':
      return note([updateRow(call, table, id, data, since(id))]);
    case 'delete':
      return note([deleteRow(call, table, id, since(id))]);
  }
}

/** The errors of a commit have types of their own. */
function asOfCommit(error: unknown, rowId: string | null): unknown {
  if (!(error instanceof Refusal)) return error;
  switch (error.type) {
    case 'row_already_exists':
    case 'row_update_conflict':
      return new Refusal('transaction_conflict');
    case 'row_invalid_structure':
      return new Refusal('document_invalid_structure', error.message);
    case 'row_not_found':
      return new Refusal('document_not_found', rowId ?? 'unknown');
    default:
      return error;
  }
}

/** Does everything that was put down, or nothing. */
export function commit(call: Call, id: string): void {
  const { store, ledger } = call.core;
  const touched: Touched = new Set();
  let current: string | null = null;
  try {
    const events = store.atomic(() =>
      stagedOf(call, id).map((staged) => {
        current = staged.rowId;
        const { table } = openTable(call.core, staged.databaseId, staged.tableId);
        return { table, rows: perform(call, staged, touched) };
      }),
    );
    for (const { table, rows } of events) ledger.event(table, rows);
    setStatus(call, id, 'committed');
  } catch (error) {
    setStatus(call, id, 'failed');
    throw asOfCommit(error, current);
  }
}
