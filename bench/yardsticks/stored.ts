import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { allTables } from '../../src/sinks/appwrite/selection.ts';
import type { StandInProcess } from '../../test/support/sink-processes.ts';

/** What a store was asked to do, and what it holds in the end. */
export interface Stored {
  /** Requests that write; transactions of a file. */
  readonly requests: number;
  /** Rows written, one that was written twice counted twice in Appwrite. */
  readonly rows: number;
  /** Of the file; of Appwrite's rows as JSON. */
  readonly bytes: number;
}

/** Of an Appwrite stand-in. */
export async function inAppwrite(store: StandInProcess): Promise<Stored> {
  const writes = ['createRow', 'updateRow', 'upsertRows'];
  const requests = (await store.requests()).filter(({ route }) => writes.includes(route)).length;
  let [rows, bytes] = [0, 0];
  for (const { table } of allTables()) {
    rows += (await store.ledger(table.id)).written;
    bytes += Buffer.byteLength(JSON.stringify(await store.rows(table.id)));
  }
  return { requests, rows, bytes };
}

/** Of a SQLite file; each of the rows that `transactions` counts was written by a transaction of its own. */
export function inFile(file: string, transactions: string, tables: readonly string[]): Stored {
  const db = new DatabaseSync(file, { readOnly: true });
  try {
    const count = (table: string): number =>
      Number(db.prepare(`SELECT count(*) AS n FROM "${table}"`).get()?.n);
    return {
      requests: count(transactions),
      rows: tables.reduce((sum, table) => sum + count(table), 0),
      bytes: statSync(file).size,
    };
  } finally {
    db.close();
  }
}
