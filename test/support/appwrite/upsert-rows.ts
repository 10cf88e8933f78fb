import { permit } from './auth.ts';
import type { Column } from './catalog.ts';
import type { Acting } from './create-rows.ts';
import { encoded, ownTime, sent } from './create-rows.ts';
import { decode } from './column-values.ts';
import { storedTime } from './datetime.ts';
import { Refusal } from './errors.ts';
import { uniqueId } from './ids.ts';
import type { Json, JsonObject } from './json.ts';
import { expand, permissions as permissionList } from './permissions.ts';
import { looselyEqual } from './php.ts';
import { insertOrUpdate } from './row-sql.ts';
import { answered, existing, type Row, type RowTable } from './row-table.ts';
import { checkStructure, ownKeys } from './structure.ts';

const sorted = (list: Json | undefined): string =>
  JSON.stringify(Array.isArray(list) ? list.map(String).toSorted() : []);

/**
 * Whether the server sees a difference, before it looks at any type: each column that was sent against the stored
 * one by PHP's `==`, so that 0, "", false and null are the same, and a new row of nothing else is no row. A row
 * that leaves out a column of the stored one always differs.
 */
function differs(columns: readonly Column[], row: Row, old: Row | null): boolean {
  if (row.$permissions !== undefined && sorted(row.$permissions) !== sorted(old?.$permissions)) return true;
  const kinds = new Map(columns.map((column) => [column.key, column]));
  const own = Object.entries(row).filter(([key]) => !ownKeys.has(key));
  const changed = own.some(([key, value]) => {
    const column = kinds.get(key);
    return !looselyEqual(column && old ? decode(column, old[key] ?? null) : null, value);
  });
  return changed || (old !== null && columns.some(({ key }) => !(key in row)));
}

function merged(opened: RowTable, row: Row, old: Row | null, now: string): Row {
  const result: Row = {
    ...row,
    $id: row.$id ?? uniqueId(),
    $createdAt: ownTime(row.$createdAt, (old?.$createdAt as string | undefined) ?? now),
    $updatedAt: ownTime(row.$updatedAt, now),
    $permissions: row.$permissions ?? old?.$permissions ?? [],
  };
  for (const { key, required, default: standard } of opened.columns) {
    if (!required && !(key in row)) result[key] = old ? (old[key] ?? null) : standard;
  }
  return encoded(opened, result);
}

export interface Upserted {
  /** Rows written, as they are answered. */
  readonly rows: JsonObject[];
  readonly total: number;
}

/**
 * Creates or updates rows, all or none, and those only in which the server sees a difference. Ids are not looked
 * at, but none may come twice among the rows to be written. A row changed after the time that `unlessAfter` gives
 * for it (stored form) is a conflict.
 */
export function upsertRows(
  { core, caller, request }: Acting,
  opened: RowTable,
  data: readonly JsonObject[],
  unlessAfter?: (id: string) => string | undefined,
): Upserted {
  const { table, columns } = opened;
  core.faults.taste(table.id, data);
  const now = storedTime(Date.now());
  const ids = data.flatMap(({ $id }) => (typeof $id === 'string' ? [$id] : []));
  const stored = existing(core, opened, ids);
  const rows: { row: Row; old: Row | null }[] = [];
  for (const item of data) {
    const old = typeof item.$id === 'string' ? (stored.get(item.$id) ?? null) : null;
    const given = sent(item);
    if (given.$permissions !== undefined) {
      if (!permissionList.accepts(given.$permissions)) {
        throw new Refusal('row_invalid_structure', 'Attribute "$permissions" has invalid type.');
      }
      given.$permissions = expand(given.$permissions, 'row');
    }
    if (!differs(columns, given, old)) continue;
    permit(caller, table.permissions, old ? 'update' : 'create');
    const row = merged(opened, given, old, now);
    checkStructure(columns, row);
    const latest = old ? unlessAfter?.(old.$id as string) : undefined;
    if (latest !== undefined && (old?.$updatedAt as string) > latest)
      throw new Refusal('row_update_conflict');
    rows.push({ row, old });
  }
  if (new Set(rows.map(({ row }) => row.$id)).size !== rows.length) {
    throw new Refusal('row_already_exists', 'multiple');
  }
  const written = core.store.atomic(() =>
    rows.map(({ row, old }) => {
      const { id, sequence } = insertOrUpdate(core, opened, row);
      const itself = id === row.$id;
      core.ledger.write(request, table, id, itself ? (old ? 'update' : 'create') : 'overwrite');
      return answered(opened, { ...row, $sequence: itself ? sequence : '' });
    }),
  );
  return { rows: written, total: written.length };
}
