import { numberedTables, quoted } from '../journal/ddl.ts';
import type { StoredRow } from '../journal/rows.ts';
import type { Prepare } from '../journal/writer.ts';
import type { StreamEventName } from './contract/stream.ts';
import { views } from './queries-history.ts';
import { racesWritten } from './queries-races.ts';
import type { StoredRace } from './queries-races.ts';
import { runnersWritten } from './queries-runners.ts';
import type { View } from './view.ts';

/** What was written after a number, over all tables, in the order of writing. */

/** A row that was written, as the event that tells it. */
export type Written =
  | { readonly name: 'race'; readonly row: StoredRace }
  | {
      readonly name: Exclude<StreamEventName, 'hello' | 'reset' | 'race'>;
      readonly row: { readonly seq: number; readonly race_id: string };
    };

const history = {
  odds: views.odds,
  money: views.money,
  pool: views.pools,
  bet: views.bets,
  race_event: views.events,
  result: views.results,
  gap: views.gaps,
  poll: views.polls,
} as const satisfies Partial<Record<StreamEventName, View<unknown>>>;

const told = ['races', 'entrants', ...Object.values(history).map(({ table }) => table)];

/** The number of the newest row of the journal; 0 when it is empty. */
export function newestSeq(prepare: Prepare): number {
  return Number(prepare(newestSeqSql).get()?.seq ?? 0);
}

const each = numberedTables.map((table) => `SELECT max(seq) AS seq FROM ${quoted(table)}`);
export const newestSeqSql = `SELECT max(seq) AS seq FROM (${each.join(' UNION ALL ')})`;

// Each part is read in the order of its numbers and no further than it is needed.
const numbers = told.map((table) => `SELECT seq FROM ${table} WHERE seq > $after`);
export const numbersSql = `SELECT max(seq) AS seq, count(*) AS rows FROM (
  SELECT seq FROM (${numbers.join(' UNION ALL ')}) ORDER BY seq LIMIT $most)`;

export interface WrittenPage {
  readonly rows: Written[];
  /** The number up to which it tells everything. */
  readonly end: number;
  readonly more: boolean;
}

/** What was written after a number, at most so many rows. */
export function writtenAfter(prepare: Prepare, after: number, most: number): WrittenPage {
  const { seq, rows: count } = prepare(numbersSql).get({ after, most }) as StoredRow;
  if (seq === null) return { rows: [], end: after, more: false };
  const end = Number(seq);
  const rows: Written[] = [
    ...racesWritten(prepare, after, end).map((row): Written => ({ name: 'race', row })),
    ...runnersWritten(prepare, after, end).map((row): Written => ({ name: 'runner', row })),
  ];
  for (const [name, view] of Object.entries(history)) {
    const stored = prepare(viewWrittenSql(view)).all(after, end);
    for (const row of stored) rows.push({ name: name as keyof typeof history, row: view.read(row) });
  }
  rows.sort((a, b) => a.row.seq - b.row.seq);
  return { rows, end, more: count === most };
}

export function viewWrittenSql({ table, columns }: View<unknown>): string {
  return `SELECT ${columns} FROM ${table} WHERE seq > ? AND seq <= ?`;
}

const counts = told.map(
  (table) => `(SELECT count(*) FROM (SELECT 1 FROM ${table} WHERE seq > $after LIMIT $most))`,
);
export const behindSql = `SELECT ${counts.join(' + ')} AS rows`;

/** Rows written after a number; of each table at most so many are counted. */
export function rowsAfter(prepare: Prepare, after: number, most: number): number {
  return Number(prepare(behindSql).get({ after, most })?.rows ?? 0);
}
