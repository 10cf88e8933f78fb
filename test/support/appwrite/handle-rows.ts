import * as checks from './checks.ts';
import { may, must } from './checks.ts';
import type { Answer, Call } from './core.ts';
import { createRows } from './create-rows.ts';
import { deleteRow, updateRow } from './change-row.ts';
import { permit } from './auth.ts';
import { Refusal } from './errors.ts';
import type { JsonObject } from './json.ts';
import { expand, permissions } from './permissions.ts';
import { count, select } from './query-sql.ts';
import { checkPlan } from './query-check.ts';
import { planOf } from './query.ts';
import { answered, findRow, openTable, type RowTable } from './row-table.ts';
import { stagedSingle } from './transactions.ts';
import { upsertRows } from './upsert-rows.ts';

/** The SDK sends each query as JSON, of at most so many characters. */
export const queryTexts = checks.list(checks.text(4096), 100);

export function opened({ core, input }: Call): RowTable {
  return openTable(core, must(input, 'databaseId', checks.uid), must(input, 'tableId', checks.uid));
}

const rowId = (call: Call): string => must(call.input, 'rowId', checks.uid);

export function listRows(call: Call): Answer {
  const texts = may(call.input, 'queries', queryTexts, []);
  const counted = may(call.input, 'total', checks.boolean, true);
  const table = opened(call);
  const plan = planOf(texts);
  checkPlan(table, plan);
  permit(call.caller, table.table.permissions, 'read');
  const rows = select(call.core, table, plan).map((row) => answered(table, row, plan.select));
  return { status: 200, body: { total: counted ? count(call.core, table, plan) : 0, rows } };
}

export function getRow(call: Call): Answer {
  const id = rowId(call);
  const plan = planOf(may(call.input, 'queries', queryTexts, []));
  const table = opened(call);
  checkPlan(table, plan);
  permit(call.caller, table.table.permissions, 'read');
  const row = findRow(call.core, table, id);
  if (!row) throw new Refusal('row_not_found', id);
  return { status: 200, body: answered(table, row, plan.select) };
}

/** `POST …/rows` with `data`. */
export function createRow(call: Call): Answer {
  const { core, input } = call;
  const id = must(input, 'rowId', checks.customId);
  const data = may(input, 'data', checks.object, {});
  const given = may(input, 'permissions', permissions, null);
  const table = opened(call);
  if (Object.keys(data).length === 0) throw new Refusal('row_missing_data');
  const row: JsonObject = { ...data, $id: id, $permissions: given ?? [] };
  const staged = stagedSingle(call, 'create', id, row);
  if (staged) return staged;
  const [created] = createRows(call, table, [row], id);
  core.ledger.event(table.table, 1);
  return { status: 201, body: created ?? null };
}

/**
 * One row by the rules of a bulk upsert. What writes nothing is answered with the row as it is, and a new row
 * that the server takes for empty with something that has no id.
 */
export function upsertRow(call: Call): Answer {
  const { core, input } = call;
  const id = rowId(call);
  const data = may(input, 'data', checks.object, {});
  const given = may(input, 'permissions', permissions, null);
  if (Object.keys(data).length === 0 && given === null) throw new Refusal('row_missing_payload');
  const table = opened(call);
  const old = findRow(core, table, id);
  const kept = given ? expand(given, 'row') : (old?.$permissions ?? []);
  const row: JsonObject = { ...data, $id: id, $permissions: kept };
  const staged = stagedSingle(call, 'upsert', id, row);
  if (staged) return staged;
  const [written] = upsertRows(call, table, [row]).rows;
  core.ledger.event(table.table, 1);
  const now = written ?? (old ? answered(table, old) : phantom(table));
  return { status: 200, body: now };
}

function phantom({ table }: RowTable): JsonObject {
  return {
    $databaseId: table.databaseId,
    $tableId: table.id,
    $sequence: '',
    $createdAt: '',
    $updatedAt: '',
  };
}

export function patchRow(call: Call): Answer {
  const { core, input } = call;
  const id = rowId(call);
  const data = may(input, 'data', checks.object, {});
  const given = may(input, 'permissions', permissions, null);
  if (Object.keys(data).length === 0 && given === null) throw new Refusal('row_missing_payload');
  const table = opened(call);
  const change: JsonObject = given ? { ...data, $permissions: expand(given, 'row') } : data;
  const staged = stagedSingle(call, 'update', id, change);
  if (staged) return staged;
  const row = updateRow(call, table, id, change);
  core.ledger.event(table.table, 1);
  return { status: 200, body: row };
}

export function removeRow(call: Call): Answer {
  const id = rowId(call);
  const table = opened(call);
  const staged = stagedSingle(call, 'delete', id, {});
  if (staged) return staged;
  deleteRow(call, table, id);
  call.core.ledger.event(table.table, 1);
  return { status: 204 };
}
