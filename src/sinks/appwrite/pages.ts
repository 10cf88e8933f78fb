import { setTimeout as wait } from 'node:timers/promises';
import { Query } from 'node-appwrite';
import type { AppwriteTable } from './appwrite-tables.ts';
import type { StoredRow } from '../../journal/rows.ts';
import type { Appwrite } from './client.ts';
import { storedRow } from './decode.ts';
import { AppwriteError } from './errors.ts';
import { answeredRows } from './outlet.ts';

/** Rows of a page; a form is a large document, and a current row has JSON in it. */
const pageRows = 500;
const largePageRows = 50;

/** Real milliseconds before a page is asked for again that could not be had. */
const againAfterMs = [500, 2_000, 5_000];

export interface PageSource {
  readonly appwrite: Appwrite;
  readonly signal: AbortSignal;
  /** Called for each page that was had. */
  readonly onPage: () => void;
}

/**
 * The rows that some queries find, page by page, in the form of a journal. Rows that no journal wrote are left out.
 * @throws AppwriteError when a page cannot be had in several tries
 */
async function* pagesOf(
  source: PageSource,
  table: AppwriteTable,
  queries: readonly string[],
): AsyncGenerator<StoredRow[]> {
  const most = table.id === 'form' || table.id === 'entrants' ? largePageRows : pageRows;
  let seen = 0;
  for (let last: string | null = null; ;) {
    const after = last === null ? [] : [Query.cursorAfter(last)];
    const { rows, total } = await page(source, table.id, [...queries, Query.limit(most), ...after]);
    yield rows.map((row) => storedRow(table, row)).filter((row) => row !== null);
    seen += rows.length;
    last = rows.length === 0 ? null : String(rows.at(-1)?.$id);
    // A server may give fewer at once than it was asked for.
    if (last === null || (rows.length < most && seen >= total)) return;
  }
}

/** All rows that some queries find. */
export async function allOf(
  source: PageSource,
  table: AppwriteTable,
  queries: readonly string[],
): Promise<StoredRow[]> {
  const rows: StoredRow[] = [];
  for await (const page of pagesOf(source, table, queries)) rows.push(...page);
  return rows;
}

/**
 * The newest row of each key, among those that some queries find.
 * @param wanted keys after which nothing more needs to be looked at; null: there may be others
 */
export async function newestOf(
  source: PageSource,
  table: AppwriteTable,
  queries: readonly string[],
  keyOf: (row: StoredRow) => string,
  wanted: ReadonlySet<string> | null = null,
): Promise<Map<string, StoredRow>> {
  const newest = new Map<string, StoredRow>();
  if (wanted?.size === 0) return newest;
  for await (const rows of pagesOf(source, table, [...queries, Query.orderDesc('seq')])) {
    for (const row of rows) {
      const key = keyOf(row);
      if (!newest.has(key)) newest.set(key, row);
    }
    if (wanted !== null && [...wanted].every((key) => newest.has(key))) break;
  }
  return newest;
}

async function page(
  { appwrite, signal, onPage }: PageSource,
  tableId: string,
  queries: string[],
): Promise<{ rows: Record<string, unknown>[]; total: number }> {
  const { databaseId } = appwrite;
  for (let tries = 0; ; tries++) {
    try {
      const answer = await appwrite.ask(
        (tables) => tables.listRows({ databaseId, tableId, queries }),
        signal,
      );
      onPage();
      return { rows: answeredRows(answer), total: answer.total };
    } catch (error) {
      const again = againAfterMs[tries];
      if (!(error instanceof AppwriteError && error.passes) || again === undefined || signal.aborted)
        throw error;
      await wait(Math.max(again, error.retryAfterMs ?? 0), undefined, { signal }).catch(() => {
        // Not that it was given up meanwhile, but why it had to wait.
        throw error;
      });
    }
  }
}
