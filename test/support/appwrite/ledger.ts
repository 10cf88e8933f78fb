import type { Table } from './catalog.ts';
import type { Store } from './store.ts';

/** `overwrite`: a row that was hit by an upsert of another one with the same value in a unique index. */
export type WriteAction = 'create' | 'update' | 'delete' | 'overwrite';

/** One row that really changed. */
export interface RowWrite {
  /** Epoch milliseconds. */
  readonly at: number;
  /** Number of the request, as in the request log. */
  readonly request: number;
  readonly database: string;
  readonly table: string;
  readonly row: string;
  readonly action: WriteAction;
}

/** What was really written, to judge a writer by; it survives a restart on the same file. */
export interface Ledger {
  /** Every write, oldest first. */
  writes(table?: string): RowWrite[];
  /** Number of rows written, those written twice counted twice. */
  written(table?: string): number;
  /** Rows written more than once, with how often. */
  repeated(table?: string): { table: string; row: string; times: number }[];
  /** Events that realtime would have sent: one for each row of a bulk request, one for each single call. */
  events(table?: string): number;
  clear(): void;
}

export interface WritableLedger extends Ledger {
  write(request: number, table: Table, row: string, action: WriteAction): void;
  event(table: Table, count: number): void;
}

export function createLedger(store: Store): WritableLedger {
  const events = new Map<string, number>();
  const only = (table?: string): [string, string[]] =>
    table === undefined ? ['', []] : ['WHERE tbl = ?', [table]];
  return {
    writes(table) {
      const [where, values] = only(table);
      const found = store.statement(`SELECT * FROM writes ${where} ORDER BY pk`).all(...values);
      return found.map((cells) => ({
        at: Number(cells.at),
        request: Number(cells.request),
        database: cells.database as string,
        table: cells.tbl as string,
        row: cells.row as string,
        action: cells.action as WriteAction,
      }));
    },
    written(table) {
      const [where, values] = only(table);
      return Number(store.statement(`SELECT count(*) AS n FROM writes ${where}`).get(...values)?.n);
    },
    repeated(table) {
      const [where, values] = only(table);
      const found = store
        .statement(
          `SELECT tbl, row, count(*) AS n FROM writes ${where} GROUP BY database, tbl, row HAVING n > 1`,
        )
        .all(...values);
      return found.map(({ tbl, row, n }) => ({ table: tbl as string, row: row as string, times: Number(n) }));
    },
    events: (table) =>
      table === undefined
        ? [...events.values()].reduce((sum, count) => sum + count, 0)
        : (events.get(table) ?? 0),
    clear() {
      events.clear();
      store.execute('DELETE FROM writes');
    },
    write(request, table, row, action) {
      store
        .statement('INSERT INTO writes (at, request, database, tbl, row, action) VALUES (?, ?, ?, ?, ?, ?)')
        .run(Date.now(), request, table.databaseId, table.id, row, action);
    },
    event(table, count) {
      if (count > 0) events.set(table.id, (events.get(table.id) ?? 0) + count);
    },
  };
}
