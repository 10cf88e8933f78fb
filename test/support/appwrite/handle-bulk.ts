import * as checks from './checks.ts';
import { may, must } from './checks.ts';
import type { Answer, Call } from './core.ts';
import { createRows } from './create-rows.ts';
import { deleteRow } from './change-row.ts';
import { Refusal } from './errors.ts';
import { createRow, opened, queryTexts } from './handle-rows.ts';
import { isText } from './json.ts';
import { checkPlan } from './query-check.ts';
import { select } from './query-sql.ts';
import { planOf } from './query.ts';
import { answered } from './row-table.ts';
import { stagedBulk } from './transactions.ts';
import { upsertRows } from './upsert-rows.ts';

const rowsParameter = ({ core }: Call) => checks.list(checks.object, core.settings.rowsPerRequest);

/** `POST …/rows`: several rows, or the one of `createRow`. */
export function createMany(call: Call): Answer {
  const { core, caller, input } = call;
  if (input.rows === undefined) return createRow(call);
  const rows = must(input, 'rows', rowsParameter(call));
  if (rows.length === 0) throw new Refusal('row_missing_data');
  if (!caller.isKey) throw new Refusal('general_unauthorized_scope');
  const table = opened(call);
  const staged = stagedBulk(call, 'bulkCreate', rows);
  if (staged) return staged;
  const created = createRows(call, table, rows);
  core.ledger.event(table.table, created.length);
  return { status: 201, body: { total: created.length, rows: created } };
}

export function upsertMany(call: Call): Answer {
  const rows = must(call.input, 'rows', rowsParameter(call));
  // A guest sees no database here, whatever the permissions of the table let it read.
  if (!call.caller.isKey) throw new Refusal('database_not_found', must(call.input, 'databaseId', checks.uid));
  const table = opened(call);
  const staged = stagedBulk(call, 'bulkUpsert', rows);
  if (staged) return staged;
  const { rows: written, total } = upsertRows(call, table, rows);
  call.core.ledger.event(table.table, total);
  return { status: 200, body: { total, rows: written } };
}

/** Deletes what the queries fit, all of it without a limit, and answers with the first of them. */
export function deleteMany(call: Call): Answer {
  const { core } = call;
  const texts = may(call.input, 'queries', queryTexts, []);
  const table = opened(call);
  const plan = planOf(texts);
  checkPlan(table, plan);
  const found = select(core, table, { ...plan, limit: plan.limit ?? Number.MAX_SAFE_INTEGER });
  core.store.atomic(() => {
    for (const { $id } of found) if (isText($id)) deleteRow(call, table, $id);
  });
  core.ledger.event(table.table, found.length);
  const rows = found.slice(0, core.settings.rowsPerRequest).map((row) => answered(table, row));
  return { status: 200, body: { total: found.length, rows } };
}
