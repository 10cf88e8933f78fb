import { imports } from '../domain/tables.ts';
import { timestamp } from '../domain/time.ts';
import { sinkStatuses } from './lag.ts';
import type { SinkStatus } from './lag.ts';
import { counts } from './queries.ts';
import type { RowCounts } from './queries.ts';
import { decodeRow, listOf } from './rows.ts';
import type { Prepare } from './writer.ts';

/** How a journal stands. Times are RFC 3339 in UTC, on the clock that the journal was written by. */
export interface JournalStatus {
  readonly counts: RowCounts;
  readonly races: RaceStatus;
  /** When the newest poll was started; null before the first. */
  readonly lastPollAt: string | null;
  /** Polls of the last ten minutes up to the newest one. */
  readonly recentPolls: { readonly changed: number; readonly unchanged: number; readonly failed: number };
  readonly gaps: { readonly open: number; readonly total: number };
  /** The newest import; null before the first. */
  readonly lastImport: ImportStatus | null;
  /** Every sink that ever followed the journal. */
  readonly sinks: readonly SinkStatus[];
}

interface RaceStatus {
  /** Races that are not settled. */
  readonly live: number;
  /** Those of them past their start and not ended, at the time of the newest poll; the latest start first. */
  readonly running: readonly RaceLine[];
  /** Those still to start, the nearest first. */
  readonly next: readonly RaceLine[];
}

export interface RaceLine {
  readonly raceId: string;
  readonly raceNumber: number | null;
  readonly name: string | null;
  /** Name of the meeting. */
  readonly meeting: string | null;
  readonly start: string;
  readonly status: string;
}

interface ImportStatus {
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly dates: readonly string[];
  readonly meetings: number;
  readonly races: number;
  /** What could not be imported, as in the column `failed`. */
  readonly failed: readonly unknown[];
}

const recent = 10 * 60_000;

/** @param most races of each list */
export function readStatus(prepare: Prepare, most: number): JournalStatus {
  const lastPollAt = newestPoll(prepare);
  return {
    counts: counts(prepare),
    races: raceStatus(prepare, lastPollAt ?? '', most),
    lastPollAt,
    recentPolls:
      lastPollAt === null ? noPolls : pollsSince(prepare, timestamp(Date.parse(lastPollAt) - recent)),
    gaps: {
      open: count(prepare, 'SELECT count(*) AS n FROM gaps WHERE to_time IS NULL'),
      total: count(prepare, 'SELECT count(*) AS n FROM gaps'),
    },
    lastImport: lastImport(prepare),
    sinks: sinkStatuses(prepare),
  };
}

const noPolls = { changed: 0, unchanged: 0, failed: 0 };

function count(prepare: Prepare, sql: string): number {
  return Number(prepare(sql).get()?.n);
}

function newestPoll(prepare: Prepare): string | null {
  const { time } = prepare('SELECT max(started_at) AS time FROM polls').get() as { time: string | null };
  return time;
}

function pollsSince(prepare: Prepare, time: string): JournalStatus['recentPolls'] {
  const sql = 'SELECT outcome, count(*) AS n FROM polls WHERE started_at > ? GROUP BY outcome';
  const rows = prepare(sql).all(time) as { outcome: string; n: number }[];
  return { ...noPolls, ...Object.fromEntries(rows.map(({ outcome, n }) => [outcome, n])) };
}

const raceLines = `SELECT race_id AS raceId, race_number AS raceNumber, races.name, meetings.name AS meeting,
    advertised_start AS start, races.status
  FROM races LEFT JOIN meetings USING (meeting_id) WHERE settled_at IS NULL`;
const running = `${raceLines} AND ended_at IS NULL AND advertised_start <= ?
  ORDER BY advertised_start DESC, race_id LIMIT ?`;
const next = `${raceLines} AND ended_at IS NULL AND advertised_start > ? ORDER BY advertised_start, race_id LIMIT ?`;

function raceStatus(prepare: Prepare, time: string, most: number): RaceStatus {
  const lines = (sql: string) => prepare(sql).all(time, most) as unknown as RaceLine[];
  return {
    live: count(prepare, 'SELECT count(*) AS n FROM races WHERE settled_at IS NULL'),
    running: lines(running).map((line) => ({ ...line })),
    next: lines(next).map((line) => ({ ...line })),
  };
}

function lastImport(prepare: Prepare): ImportStatus | null {
  const stored = prepare('SELECT * FROM imports ORDER BY started_at DESC, seq DESC LIMIT 1').get();
  if (stored === undefined) return null;
  const row = decodeRow(imports, stored);
  return {
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    dates: listOf(row.dates).map(String),
    meetings: row.meetings,
    races: row.races,
    failed: listOf(row.failed),
  };
}
