import { sinkStatuses } from '../journal/lag.ts';
import type { SinkStatus } from '../journal/lag.ts';
import type { Prepare } from '../journal/writer.ts';
import type { Poll } from './contract/history.ts';
import type { ImportResult } from './contract/status.ts';

/** What the journal alone knows of the recorder. */

export interface JournalSigns {
  readonly openGaps: number;
  readonly deadLetters: number;
  /** Every sink that ever followed the journal. */
  readonly sinks: readonly SinkStatus[];
}

export const openGapsSql = 'SELECT count(*) AS n FROM gaps WHERE to_time IS NULL';

export function journalSigns(prepare: Prepare): JournalSigns {
  const sinks = sinkStatuses(prepare);
  return {
    openGaps: Number(prepare(openGapsSql).get()?.n),
    deadLetters: sinks.reduce((sum, { deadLetters }) => sum + deadLetters, 0),
    sinks,
  };
}

export function openGapIds(prepare: Prepare): string[] {
  return prepare('SELECT id FROM gaps WHERE to_time IS NULL')
    .all()
    .map(({ id }) => String(id));
}

const shownFailures = 100;

export const newestImportSql = 'SELECT * FROM imports WHERE seq = (SELECT max(seq) FROM imports)';

/** The newest import; null before the first. */
export function newestImport(prepare: Prepare): ImportResult | null {
  const row = prepare(newestImportSql).get();
  if (row === undefined) return null;
  const failed = JSON.parse(String(row.failed)) as Partial<ImportResult['failed'][number]>[];
  return {
    started_at: String(row.started_at),
    finished_at: row.finished_at as string | null,
    dates: JSON.parse(String(row.dates)) as string[],
    meetings: Number(row.meetings),
    races: Number(row.races),
    failed: failed.slice(0, shownFailures).map(({ date, meeting_id, race_id, reason }) => ({
      date: date ?? null,
      meeting_id: meeting_id ?? null,
      race_id: race_id ?? null,
      reason: reason ?? '',
    })),
    failed_count: failed.length,
  };
}

export const recentPollsSql =
  'SELECT seq, started_at, outcome, lateness_ms FROM polls WHERE started_at > ? ORDER BY started_at DESC LIMIT 50000';
const pollsAfterSql =
  'SELECT seq, started_at, outcome, lateness_ms FROM polls WHERE seq > ? ORDER BY seq LIMIT 50000';

export interface RecentPoll {
  readonly seq: number;
  readonly started_at: string;
  readonly outcome: Poll['outcome'];
  readonly lateness_ms: number | null;
}

/** Polls that were started after a time. */
export function recentPolls(prepare: Prepare, since: string): RecentPoll[] {
  return prepare(recentPollsSql).all(since) as unknown as RecentPoll[];
}

/** Polls whose rows were written after a number. */
export function pollsAfter(prepare: Prepare, seq: number): RecentPoll[] {
  return prepare(pollsAfterSql).all(seq) as unknown as RecentPoll[];
}
