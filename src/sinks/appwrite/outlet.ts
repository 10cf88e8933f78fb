import { Query } from 'node-appwrite';
import type { TablesDB } from 'node-appwrite';
import { Observable } from 'rxjs';
import type { Appwrite } from './client.ts';
import type { AppwriteRow } from './encode.ts';
import { AppwriteError } from './errors.ts';

/** What delivering needs of Appwrite. Subscribing calls; unsubscribing gives the call up. Errors are AppwriteErrors. */
export interface Outlet {
  /** Calls made so far. */
  readonly calls: number;
  /** Writes rows; tells the ids of those in which the server saw a difference. */
  upsert(tableId: string, rows: readonly AppwriteRow[]): Observable<ReadonlySet<string>>;
  /** The `seq` of those of the rows that are there, by id. */
  numbers(tableId: string, ids: readonly string[]): Observable<ReadonlyMap<string, number>>;
}

export function outletOf(appwrite: Appwrite): Outlet {
  const { databaseId } = appwrite;
  let calls = 0;
  const call = <T>(work: (tables: TablesDB) => Promise<T>): Observable<T> =>
    new Observable<T>((subscriber) => {
      const controller = new AbortController();
      subscriber.add(() => {
        controller.abort();
      });
      calls++;
      appwrite.ask(work, controller.signal).then(
        (value) => {
          subscriber.next(value);
          subscriber.complete();
        },
        (error: unknown) => {
          subscriber.error(error);
        },
      );
    });
  return {
    get calls() {
      return calls;
    },
    upsert: (tableId, rows) =>
      call(async (tables) => {
        const answer: unknown = await tables.upsertRows({ databaseId, tableId, rows: [...rows] });
        return new Set(answeredRows(answer).map((row) => String(row.$id)));
      }),
    numbers: (tableId, ids) =>
      call(async (tables) => {
        const queries = [Query.equal('$id', [...ids]), Query.limit(ids.length), Query.select(['$id', 'seq'])];
        const answer: unknown = await tables.listRows({ databaseId, tableId, queries });
        return new Map(answeredRows(answer).map((row) => [String(row.$id), Number(row.seq)]));
      }),
  };
}

/**
 * The rows of an answer.
 * @throws AppwriteError when it is not one of Appwrite
 */
export function answeredRows(answer: unknown): Record<string, unknown>[] {
  const rows: unknown = (answer as { rows?: unknown } | undefined)?.rows;
  if (Array.isArray(rows) && rows.every((row) => typeof row === 'object' && row !== null)) {
    return rows as Record<string, unknown>[];
  }
  throw new AppwriteError(
    'misdirected',
    'An answer that should hold rows holds none; check APPWRITE_ENDPOINT.',
  );
}
