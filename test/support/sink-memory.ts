import type { Observable } from 'rxjs';
import { appwriteTable } from '../../src/sinks/appwrite/appwrite-tables.ts';
import type { TableName } from '../../src/domain/tables.ts';
import { tables } from '../../src/domain/tables.ts';
import type { Outgoing } from '../../src/sinks/appwrite/encode.ts';
import { outgoing } from '../../src/sinks/appwrite/encode.ts';
import { AppwriteError } from '../../src/sinks/appwrite/errors.ts';
import type { AppwriteFault } from '../../src/sinks/appwrite/errors.ts';
import type { Outlet } from '../../src/sinks/appwrite/outlet.ts';
import type { RoundsContext } from '../../src/sinks/appwrite/rounds.ts';
import type { SelectedTable } from '../../src/sinks/appwrite/selection.ts';
import { cursorName } from '../../src/journal/cursors.ts';
import type { StoredRow } from '../../src/journal/rows.ts';

/** A journal's row with its number and its key, and nothing else that is not null. */
export function storedRow(table: TableName, seq: number, values: StoredRow = {}): StoredRow {
  const names = Object.keys(tables[table].columns);
  const empty = Object.fromEntries(names.map((name) => [name, null]));
  return { ...empty, [tables[table].key]: `${table}-${seq}`, seq, ...values };
}

export function outgoingRow(table: TableName, seq: number, values: StoredRow = {}): Outgoing {
  return outgoing(appwriteTable(table), storedRow(table, seq, values));
}

export function selected(...ids: TableName[]): SelectedTable[] {
  return ids.map((id) => ({ table: appwriteTable(id), kinds: null }));
}

export function callError(
  fault: AppwriteFault,
  about: ConstructorParameters<typeof AppwriteError>[2] = {},
): AppwriteError {
  return new AppwriteError(fault, `a call: ${fault}`, about);
}

/** An outlet that does with each call what the test says, and keeps what it was asked for. */
export function outletOf(
  answer: (tableId: string, ids: readonly string[]) => Observable<ReadonlySet<string>>,
  numbers: Outlet['numbers'] = () => {
    throw new Error('Not asked for.');
  },
) {
  const asked: { table: string; ids: readonly string[] }[] = [];
  const outlet: Outlet = {
    get calls() {
      return asked.length;
    },
    upsert: (table, rows) => {
      const ids = rows.map(({ $id }) => $id);
      asked.push({ table, ids });
      return answer(table, ids);
    },
    numbers,
  };
  return { outlet, asked };
}

/** A journal in memory, as a sink follows it, with what it was told. */
export function followedOf(rows: Partial<Record<TableName, readonly StoredRow[]>>) {
  const cursors = new Map<string, number>();
  const refused: string[] = [];
  const followed: RoundsContext['followed'] = {
    cursor: (part) => cursors.get(cursorName(part)) ?? 0,
    page: (part, most, after) => {
      const cursor = after ?? cursors.get(cursorName(part)) ?? 0;
      const next = (rows[part.table] ?? []).filter(({ seq }) => Number(seq) > cursor);
      const page = next.slice(0, most);
      return { rows: page, end: Number(page.at(-1)?.seq ?? cursor), more: page.length === most };
    },
    raceTimes: (race) => {
      const row = rows.races?.find(({ race_id }) => race_id === race);
      return row === undefined ? null : { start: Number(row.advertised_start), ended: null };
    },
    acknowledge: (part, seq, letters) => {
      cursors.set(cursorName(part), seq);
      refused.push(...letters.map(({ key }) => key));
    },
  };
  return { followed, cursors, refused };
}
