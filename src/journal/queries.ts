import type { ListedState } from '../domain/baseline.ts';
import { gaps, meetings } from '../domain/tables.ts';
import type { GapRow } from '../domain/tables.ts';
import { meetingDigest } from './baseline.ts';
import { numberedTables, quoted } from './ddl.ts';
import type { NumberedTable } from './ddl.ts';
import { decodeRow, millis } from './rows.ts';
import type { Prepare } from './writer.ts';

/** A race that is not settled. Times in epoch milliseconds; `last_good_poll_at` leaves failed polls out. */
export interface LiveRace {
  readonly race_id: string;
  readonly meeting_id: string;
  readonly country: string | null;
  readonly type: string | null;
  readonly status: string;
  readonly advertised_start: number;
  readonly ended_at: number | null;
  readonly settled_at: null;
  readonly last_poll_at: number | null;
  readonly last_good_poll_at: number | null;
}

export type RowCounts = Readonly<Record<NumberedTable, number>>;

// Each is the first match from the end of the index (race_id, started_at), however many polls there are.
const newestPoll = (race: string): string =>
  `SELECT started_at FROM polls WHERE race_id = ${race} ORDER BY started_at DESC LIMIT 1`;
const newestGoodPoll = (race: string): string =>
  `SELECT started_at FROM polls WHERE race_id = ${race} AND outcome <> 'failed' ORDER BY started_at DESC LIMIT 1`;

const liveRacesSql = `SELECT race_id, meeting_id, country, type, status, advertised_start, ended_at, settled_at,
    (${newestPoll('races.race_id')}) AS last_poll_at, (${newestGoodPoll('races.race_id')}) AS last_good_poll_at
  FROM races WHERE settled_at IS NULL ORDER BY advertised_start, race_id`;

/** Every race that is not settled, by its start. */
export function liveRaces(prepare: Prepare): LiveRace[] {
  const rows = prepare(liveRacesSql).all() as unknown as StoredLiveRace[];
  return rows.map((row) => ({
    ...row,
    advertised_start: millis(row.advertised_start),
    ended_at: millis(row.ended_at),
    last_poll_at: millis(row.last_poll_at),
    last_good_poll_at: millis(row.last_good_poll_at),
  }));
}

type LiveTime = 'ended_at' | 'last_poll_at' | 'last_good_poll_at';
type StoredLiveRace = Omit<LiveRace, LiveTime | 'advertised_start'> &
  Record<LiveTime, string | null> & { advertised_start: string };

/** When a race was last polled, epoch milliseconds; null for never. */
export function lastPollAt(prepare: Prepare, raceId: string): number | null {
  return startedAt(prepare(newestPoll('?')).get(raceId));
}

/** When a race's last poll that did not fail was started, epoch milliseconds; null for never. */
export function lastGoodPollAt(prepare: Prepare, raceId: string): number | null {
  return startedAt(prepare(newestGoodPoll('?')).get(raceId));
}

/** Since when a race has had its start and status, on our clock, epoch milliseconds; null when nothing is known of it. */
export function unchangedSince(prepare: Prepare, raceId: string): number | null {
  const sql = `SELECT coalesce(
    (SELECT max(observed_at) FROM race_events WHERE race_id = ?1 AND entrant_id IS NULL AND kind IN ('status', 'start_time')),
    (SELECT min(started_at) FROM polls WHERE race_id = ?1)) AS started_at`;
  return startedAt(prepare(sql).get(raceId));
}

function startedAt(row: Record<string, unknown> | undefined): number | null {
  return millis((row?.started_at ?? null) as string | null);
}

export function hasPoll(prepare: Prepare, id: string): boolean {
  return prepare('SELECT 1 FROM polls WHERE id = ?').get(id) !== undefined;
}

export function openGap(prepare: Prepare, raceId: string): GapRow | null {
  const sql = 'SELECT * FROM gaps WHERE race_id = ? AND entrant_id IS NULL AND to_time IS NULL';
  const stored = prepare(sql).get(raceId);
  return stored === undefined ? null : decodeRow(gaps, stored);
}

export function isSettled(prepare: Prepare, raceId: string): boolean {
  return (
    prepare('SELECT 1 FROM races WHERE race_id = ? AND settled_at IS NOT NULL').get(raceId) !== undefined
  );
}

/** Gaps that nothing closed yet, the oldest first. */
export function openGaps(prepare: Prepare): GapRow[] {
  const sql = 'SELECT * FROM gaps WHERE to_time IS NULL ORDER BY from_time, id';
  return prepare(sql)
    .all()
    .map((stored) => decodeRow(gaps, stored));
}

/**
 * The digest of each listed meeting by its id, to tell whether the next listing changes it.
 * @param since first NZ date wanted, `YYYY-MM-DD`
 */
export function meetingDigests(prepare: Prepare, since: string): Map<string, string> {
  const rows = prepare('SELECT * FROM meetings WHERE date >= ?').all(since);
  return new Map(
    rows.map((stored) => {
      const row = decodeRow(meetings, stored);
      return [row.meeting_id, meetingDigest(row)];
    }),
  );
}

/** Rows of each table. */
export function counts(prepare: Prepare): RowCounts {
  const each = numberedTables.map((table) => `(SELECT count(*) FROM ${quoted(table)}) AS ${quoted(table)}`);
  return { ...prepare(`SELECT ${each.join(', ')}`).get() } as unknown as RowCounts;
}

export function getMeta(prepare: Prepare, key: string): string | null {
  const row = prepare('SELECT value FROM meta WHERE key = ?').get(key);
  return row === undefined ? null : String(row.value);
}

export function setMeta(prepare: Prepare, key: string, value: string): void {
  prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(key, value);
}

/** See `Journal.lastReport`. */
export function lastReport(prepare: Prepare, raceId: string): ListedState | null {
  const sql =
    'SELECT max(e.source_time) AS at, r.status, r.advertised_start AS start FROM races AS r JOIN race_events AS e ON e.race_id = r.race_id ' +
    "WHERE r.race_id = ? AND e.kind IN ('status', 'start_time')";
  const row = prepare(sql).get(raceId);
  if (row?.at == null) return null;
  const word = { status: String(row.status), advertisedStart: millis(String(row.start)) };
  return { generatedAt: millis(String(row.at)), ...word, isAgreed: true };
}
