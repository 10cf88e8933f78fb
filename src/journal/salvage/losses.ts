import { rowId } from '../../domain/ids.ts';
import { tables } from '../../domain/tables.ts';
import type { GapRow, TableName } from '../../domain/tables.ts';
import { timestamp } from '../../domain/time.ts';
import type { Prepare } from '../writer.ts';
import type { Loss } from './salvage.ts';

/** A race that lost rows of its history. Times in epoch milliseconds, our clock. */
export interface Affected {
  readonly raceId: string;
  /** From then on what is recorded can be out of date: what was lost can have held until now. */
  readonly from: number;
  readonly windows: readonly Window[];
  /** Whether it can have been polled at times of which nothing tells any more. */
  readonly lostPolls: boolean;
}

/** The time in which rows that a table lost were written. */
export interface Window {
  readonly table: TableName;
  readonly from: number;
  /** Infinity at a table's end. */
  readonly to: number;
}

/** How long a race can go between two polls, and for one of them. */
const longestPauseMs = 31 * 60_000;
const longestPollMs = 60_000;

interface KnownRace {
  readonly race_id: string;
  readonly start: string | null;
  readonly settled: string | null;
  readonly first: string | null;
  readonly last: string | null;
}

const knownRaces = `SELECT race_id, advertised_start AS start, settled_at AS settled, first, last
  FROM (SELECT race_id FROM races UNION SELECT race_id FROM entrants UNION SELECT race_id FROM polls
    UNION SELECT race_id FROM odds_history UNION SELECT race_id FROM pool_history)
  LEFT JOIN races USING (race_id)
  LEFT JOIN (SELECT race_id, min(started_at) AS first, max(started_at) AS last FROM polls GROUP BY race_id)
    USING (race_id)`;

/**
 * The races that lost rows of their history, each with the time in which these were written. A row's number is the
 * time of its writing, so that those beside a hole tell when the rows in it were.
 */
export function affectedRaces(prepare: Prepare, losses: readonly Loss[]): Affected[] {
  const races = prepare(knownRaces).all() as unknown as KnownRace[];
  const known = new Set(races.map(({ race_id }) => race_id));
  const windows = losses.flatMap((loss) => windowOf(loss, known));
  const lostPolls = windows.some(({ table }) => table === 'polls');
  return races.flatMap((race) => {
    const met = windows.filter(
      ({ raceId, from, to }) =>
        (raceId === null || raceId === race.race_id) && isLive(race, from, to, lostPolls),
    );
    if (met.length === 0) return [];
    const from = Math.min(...met.map((window) => window.from));
    return [{ raceId: race.race_id, from: beginOf(prepare, race, from, lostPolls), windows: met, lostPolls }];
  });
}

function windowOf(loss: Loss, known: ReadonlySet<string>): (Window & { readonly raceId: string | null })[] {
  const { table } = loss;
  if (!isHistory(table)) return [];
  // The race that a lost row says it is of can be what is wrong with the row.
  const raceId = loss.raceId !== null && known.has(loss.raceId) ? loss.raceId : null;
  return [{ table, raceId, from: Math.floor(loss.after / 1000), to: Math.ceil(loss.upTo / 1000) }];
}

function isHistory(table: string): table is TableName {
  return table in tables && tables[table as TableName].kind === 'history';
}

function isLive({ first, last, settled }: KnownRace, from: number, to: number, lostPolls: boolean): boolean {
  if (settled !== null && Date.parse(settled) < from) return false;
  if (first === null || last === null) return lostPolls;
  const slack = lostPolls ? longestPauseMs : 0;
  const isOver = settled !== null && Date.parse(last) + slack + longestPollMs < from;
  return Date.parse(first) - slack <= to && !isOver;
}

/** A poll that lost its rows began before they were written, but not before the one before it. */
function beginOf(prepare: Prepare, { race_id, first }: KnownRace, from: number, lostPolls: boolean): number {
  const sql = 'SELECT max(started_at) AS time FROM polls WHERE race_id = ? AND started_at <= ?';
  const { time } = prepare(sql).get(race_id, timestamp(from)) as { time: string | null };
  if (time !== null) return Date.parse(time);
  if (!lostPolls && first !== null) return Date.parse(first);
  return from;
}

/** A time that is to be told as a gap. Epoch milliseconds, our clock. */
export interface Untold {
  readonly raceId: string;
  readonly from: number;
  /** Null: nothing since then tells that what is recorded holds. */
  readonly to: number | null;
}

/**
 * Tells times as gaps. What was lost can be what held until the next change, however late that came: the gap of a
 * live race is left open, for its next poll to close, and that of a settled one goes to its end.
 */
export function gapsOf(prepare: Prepare, times: readonly Untold[]): GapRow[] {
  return times.flatMap(({ raceId, from, to: known }) => {
    const to = endOf(prepare, raceId, known);
    if (to !== null && to <= from) return [];
    const [fromTime, toTime] = [timestamp(from), to === null ? null : timestamp(to)];
    const polls = prepare(
      'SELECT count(*) AS n FROM polls WHERE race_id = ? AND started_at >= ? AND started_at < ?',
    ).get(raceId, fromTime, toTime ?? '9');
    return [
      {
        id: rowId(raceId, null, fromTime, 'journal'),
        race_id: raceId,
        entrant_id: null,
        from_time: fromTime,
        to_time: toTime,
        reason: 'journal',
        expected_polls: Math.max(1, Number(polls?.n)),
        repaired: false,
      },
    ];
  });
}

/** A race whose own row is lost is one that was not settled: should a listing bring it back, its next poll tells. */
function endOf(prepare: Prepare, raceId: string, known: number | null): number | null {
  const time = (sql: string): number | null => {
    const value = prepare(sql).get(raceId)?.time;
    return typeof value === 'string' ? Date.parse(value) : null;
  };
  // One gap at a time is open: the next poll closes one.
  const open = time(
    'SELECT from_time AS time FROM gaps WHERE race_id = ? AND entrant_id IS NULL AND to_time IS NULL',
  );
  const settled = time('SELECT settled_at AS time FROM races WHERE race_id = ?');
  const ends = [known, open, settled].filter((end) => end !== null);
  return ends.length === 0 ? null : Math.min(...ends);
}
