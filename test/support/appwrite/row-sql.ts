import { rowsOf, type Column } from './catalog.ts';
import { toCell } from './column-values.ts';
import type { Core } from './core.ts';
import { Refusal } from './errors.ts';
import type { Json } from './json.ts';
import type { Row, RowTable } from './row-table.ts';
import { isDuplicate, quoted } from './store.ts';

const own = ['_uid', '_createdAt', '_updatedAt', '_permissions'];

/** A double as the database keeps it: not all its digits. */
function rounded({ type }: Column, value: Json, digits: number): Json {
  return type === 'double' && typeof value === 'number' ? Number(value.toPrecision(digits)) : value;
}

function cells({ settings }: Core, { columns }: RowTable, row: Row): (null | number | bigint | string)[] {
  return [
    toCell(row.$id ?? null),
    toCell(row.$createdAt ?? null),
    toCell(row.$updatedAt ?? null),
    JSON.stringify(row.$permissions ?? []),
    ...columns.map((column) => toCell(rounded(column, row[column.key] ?? null, settings.doubleDigits))),
  ];
}

function insertion({ table, columns }: RowTable): { names: string[]; sql: string } {
  const names = [...own, ...columns.map(({ key }) => key)].map(quoted);
  const places = names.map(() => '?').join(', ');
  return { names, sql: `INSERT INTO ${quoted(rowsOf(table))} (${names.join(', ')}) VALUES (${places})` };
}

/** Puts a new row there and gives its `$sequence`; what is there already is a 409 about `named`. */
export function insert(core: Core, opened: RowTable, row: Row, named: string): string {
  try {
    const { sql } = insertion(opened);
    return String(core.store.statement(sql).run(...cells(core, opened, row)).lastInsertRowid);
  } catch (error) {
    if (isDuplicate(error)) throw new Refusal('row_already_exists', named);
    throw error;
  }
}

/**
 * Inserts or updates as MariaDB does: `ON DUPLICATE KEY UPDATE` without asking which key. A row that meets the
 * value of another one in a unique index therefore overwrites that one, keeps its id and leaves no row of its own.
 */
export function insertOrUpdate(core: Core, opened: RowTable, row: Row): { id: string; sequence: string } {
  const { names, sql } = insertion(opened);
  const set = names
    .filter((name) => name !== '"_uid"' && name !== '"_createdAt"')
    .map((name) => `${name} = excluded.${name}`);
  const done = core.store
    .statement(`${sql} ON CONFLICT DO UPDATE SET ${set.join(', ')} RETURNING _uid, _id`)
    .get(...cells(core, opened, row));
  return { id: String(done?._uid), sequence: String(done?._id) };
}

export function update(core: Core, opened: RowTable, row: Row): void {
  const { names } = insertion(opened);
  try {
    core.store
      .statement(
        `UPDATE ${quoted(rowsOf(opened.table))} SET ${names.map((name) => `${name} = ?`).join(', ')} WHERE _uid = ?`,
      )
      .run(...cells(core, opened, row), row.$id as string);
  } catch (error) {
    if (isDuplicate(error)) throw new Refusal('row_already_exists', row.$id as string);
    throw error;
  }
}

export function remove({ store }: Core, { table }: RowTable, id: Json | undefined): void {
  store.statement(`DELETE FROM ${quoted(rowsOf(table))} WHERE _uid = ?`).run(toCell(id ?? null));
}
