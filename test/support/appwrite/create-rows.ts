import { customId } from './checks.ts';
import { encode } from './column-values.ts';
import type { Call } from './core.ts';
import { permit } from './auth.ts';
import { storedTime, toStored } from './datetime.ts';
import { Refusal } from './errors.ts';
import { uniqueId } from './ids.ts';
import type { Json, JsonObject } from './json.ts';
import { expand, permissions } from './permissions.ts';
import { insert } from './row-sql.ts';
import { answered, type Row, type RowTable } from './row-table.ts';
import { checkStructure } from './structure.ts';

/** Who changes rows, in which request. */
export type Acting = Pick<Call, 'core' | 'caller' | 'request'>;

/** Keys of a row that only the server sets. */
const readOnly = new Set(['$sequence', '$databaseId', '$tableId', '$collection', '$tenant']);

/** What was sent for a row, without what only the server sets. */
export function sent(data: JsonObject): Row {
  return Object.fromEntries(Object.entries(data).filter(([key]) => !readOnly.has(key)));
}

/** A time that came with the row, in stored form, or the other one. */
export function ownTime(given: Json | undefined, otherwise: string): string {
  return (typeof given === 'string' ? toStored(given) : null) ?? otherwise;
}

/** Puts times in stored form and defaults in the place of null. */
export function encoded({ columns }: RowTable, row: Row): Row {
  const result = { ...row };
  for (const column of columns) {
    const value = encode(column, row[column.key] ?? null);
    if (value !== null) result[column.key] = value;
  }
  return result;
}

function ready(opened: RowTable, data: JsonObject, now: string): Row {
  const given = sent(data).$permissions ?? [];
  if (!permissions.accepts(given)) throw new Refusal('general_bad_request', '', permissions.says);
  const id = data.$id === undefined || data.$id === 'unique()' ? uniqueId() : data.$id;
  const row = {
    ...sent(data),
    $id: id,
    $createdAt: ownTime(data.$createdAt, now),
    $updatedAt: ownTime(data.$updatedAt, now),
    $permissions: expand(given, 'row'),
  };
  return encoded(opened, row);
}

/**
 * Creates rows, all or none. A row that is there is a 409 that names the single row or, of several, nothing.
 * Unlike an upsert it looks at the ids.
 */
export function createRows(
  { core, caller, request }: Acting,
  opened: RowTable,
  data: readonly JsonObject[],
  named = '',
): JsonObject[] {
  const { table, columns } = opened;
  const now = storedTime(Date.now());
  const rows = data.map((item) => {
    if (!customId.accepts(item.$id ?? 'unique()'))
      throw new Refusal('general_bad_request', '', customId.says);
    permit(caller, table.permissions, 'create');
    return ready(opened, item, now);
  });
  core.faults.taste(table.id, data);
  for (const row of rows) checkStructure(columns, row);
  const created = core.store.atomic(() =>
    rows.map((row) => {
      const sequence = insert(core, opened, row, named);
      core.ledger.write(request, table, row.$id as string, 'create');
      return { ...row, $sequence: sequence };
    }),
  );
  return created.map((row) => answered(opened, row));
}
