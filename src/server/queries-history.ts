import * as tables from '../domain/tables.ts';
import type { Prepare } from '../journal/writer.ts';
import * as contract from './contract/history.ts';
import type { GapList, HistoryPart } from './contract/answers.ts';
import type { OddsKind } from './contract/history.ts';
import { pageOf, placeOf } from './cursor.ts';
import type { Page } from './cursor.ts';
import { viewOf } from './view.ts';
import type { View } from './view.ts';

/** The history of races, page by page. */

export const views = {
  odds: viewOf(tables.oddsHistory, contract.odds),
  money: viewOf(tables.moneyFlowHistory, contract.money),
  pools: viewOf(tables.poolHistory, contract.pool),
  bets: viewOf(tables.bets, contract.bet),
  events: viewOf(tables.raceEvents, contract.raceEvent),
  results: viewOf(tables.raceResults, contract.result),
  gaps: viewOf(tables.gaps, contract.gap),
  polls: viewOf(tables.polls, contract.poll),
} as const;

/** The time that a part's rows are ordered by. */
const orders: Readonly<Record<HistoryPart, string>> = {
  odds: 'source_time',
  money: 'source_time',
  pools: 'source_time',
  bets: 'coalesce(placed_at, observed_at)',
  events: 'source_time',
  results: 'source_time',
  gaps: 'from_time',
  polls: 'started_at',
};

export type HistoryRow<P extends HistoryPart> = ReturnType<(typeof views)[P]['read']>;

export interface HistoryQuery {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly kind?: OddsKind | undefined;
  readonly entrant_id?: string | undefined;
}

/** Rows of a race in the order of their times. */
export function history<P extends HistoryPart>(
  prepare: Prepare,
  part: P,
  raceId: string,
  query: HistoryQuery,
): Page<HistoryRow<P>> {
  const { order, key } = query.cursor === undefined ? { order: '', key: '0' } : placeOf(query.cursor);
  const filters = (['kind', 'entrant_id'] as const).filter((name) => query[name] !== undefined);
  const sql = historySql(part, filters);
  const values = filters.map((name) => query[name] ?? null);
  const stored = prepare(sql).all(raceId, order, Number(key), ...values, query.limit + 1);
  const { rows, next } = pageOf(stored, query.limit, (row) => ({
    order: String(row.place),
    key: String(row.seq),
  }));
  const view = views[part] as View<HistoryRow<P>>;
  return { rows: rows.map(view.read), next };
}

export function historySql(part: HistoryPart, filters: readonly ('kind' | 'entrant_id')[]): string {
  const { table, columns } = views[part];
  const order = orders[part];
  const also = filters.map((name) => ` AND ${name} = ?`).join('');
  return `SELECT ${columns}, ${order} AS place FROM ${table}
    WHERE race_id = ? AND (${order}, seq) > (?, ?)${also} ORDER BY ${order}, seq LIMIT ?`;
}

/** Gaps of all races, the newest first. */
export function listGaps(
  prepare: Prepare,
  { open, limit, cursor }: { open: boolean; limit: number; cursor?: string | undefined },
): Page<GapList['gaps'][number]> {
  const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : Number(placeOf(cursor).key);
  const stored = prepare(gapsSql(open)).all(before, limit + 1);
  const { rows, next } = pageOf(stored, limit, ({ seq }) => ({ order: '', key: String(seq) }));
  const named = rows.map((row) => ({
    ...views.gaps.read(row),
    meeting: row.meeting as string | null,
    race_number: row.number as number | null,
    name: row.race as string | null,
  }));
  return { rows: named, next };
}

/** Few gaps are open among very many that are closed: `+` has them found by that, and not by their number. */
export function gapsSql(open: boolean): string {
  const number = open ? '+gaps.seq' : 'gaps.seq';
  return `SELECT ${views.gaps.columns}, meetings.name AS meeting, races.race_number AS number, races.name AS race
    FROM gaps LEFT JOIN races USING (race_id) LEFT JOIN meetings USING (meeting_id)
    WHERE ${open ? 'to_time IS NULL AND ' : ''}${number} < ? ORDER BY ${number} DESC LIMIT ?`;
}
