import { permit } from './auth.ts';
import { encoded, ownTime, sent, type Acting } from './create-rows.ts';
import { storedTime } from './datetime.ts';
import { Refusal } from './errors.ts';
import type { JsonObject } from './json.ts';
import { remove, update } from './row-sql.ts';
import { answered, findRow, type Row, type RowTable } from './row-table.ts';
import { checkStructure } from './structure.ts';

/** The stored row; refuses when it is not there, or was changed after a time. */
function stored({ core }: Acting, opened: RowTable, id: string, unlessAfter?: string): Row {
  const row = findRow(core, opened, id);
  if (!row) throw new Refusal('row_not_found', id);
  if (unlessAfter !== undefined && (row.$updatedAt as string) > unlessAfter) {
    throw new Refusal('row_update_conflict');
  }
  return row;
}

/** Changes columns of a row. Unlike an upsert it compares strictly: 0 is not null. */
export function updateRow(
  acting: Acting,
  opened: RowTable,
  id: string,
  data: JsonObject,
  unlessAfter?: string,
): JsonObject {
  const { core, caller, request } = acting;
  const { table, columns } = opened;
  const old = stored(acting, opened, id, unlessAfter);
  core.faults.taste(table.id, [data]);
  const row = encoded(opened, { ...old, ...sent(data), $id: id });
  checkStructure(columns, row);
  const changed = Object.keys(row).some(
    (key) => JSON.stringify(row[key], text) !== JSON.stringify(old[key], text),
  );
  permit(caller, table.permissions, changed ? 'update' : 'read');
  if (!changed) return answered(opened, old);
  row.$updatedAt = ownTime(data.$updatedAt, storedTime(Date.now()));
  core.store.atomic(() => {
    update(core, opened, row);
    core.ledger.write(request, table, id, 'update');
  });
  return answered(opened, row);
}

const text = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);

/** Removes a row and gives it as it was. */
export function deleteRow(acting: Acting, opened: RowTable, id: string, unlessAfter?: string): JsonObject {
  const { core, caller, request } = acting;
  const row = stored(acting, opened, id, unlessAfter);
  permit(caller, opened.table.permissions, 'delete');
  core.store.atomic(() => {
    remove(core, opened, row.$id);
    core.ledger.write(request, opened.table, row.$id as string, 'delete');
  });
  return answered(opened, row);
}
