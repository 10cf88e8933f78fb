import { isUtf8 } from 'node:buffer';
import { diffEvent } from '../domain/diff.ts';
import { rowId } from '../domain/ids.ts';
import type { Log } from '../domain/log-events.ts';
import { RowError } from '../domain/row-error.ts';
import type { EventSnapshot } from '../domain/snapshot.ts';
import { tables } from '../domain/tables.ts';
import type { Change, PollRow } from '../domain/tables.ts';
import { messageOf } from '../domain/thrown.ts';
import { timestamp } from '../domain/time.ts';
import type { Journal } from '../journal/journal.ts';
import type { KeptResponse } from '../journal/quarantine.ts';
import { decodeEvent } from '../sources/tab/last-starts.ts';
import { limits } from '../sources/tab/limits.ts';
import { parseEvent } from '../sources/tab/parse.ts';
import { misdating, requirePastPrices } from '../streams/response-time.ts';
import { emptyCounts } from './replay.ts';
import type { ReplayCounts } from './replay.ts';

/**
 * Takes the responses of races that a journal has in quarantine through the present parser and the rules of the record, in
 * the order in which they came, each in a transaction of its own. Nothing is taken out of quarantine: what is recorded
 * already gives nothing new, however often it is replayed.
 *
 * @param progress called after every response with the counts so far
 */
export function replayQuarantine(
  journal: Journal,
  log: Log,
  progress: (counts: ReplayCounts) => void = () => undefined,
): ReplayCounts {
  const counts = emptyCounts();
  for (const response of journal.quarantined()) {
    counts.lines++;
    const outcome = outcomeOf(response, journal);
    switch (outcome.kind) {
      case 'taken':
        counts.taken++;
        counts.rows += outcome.rows;
        counts[outcome.rows > 0 ? 'changed' : 'unchanged']++;
        break;
      case 'unusable':
        counts.unusable++;
        log('replay.problem', { file: `quarantine/${response.id}`, line: null, reason: outcome.reason });
        break;
      default:
        counts[outcome.kind]++;
    }
    progress(counts);
  }
  return counts;
}

type Outcome =
  | { readonly kind: 'taken'; readonly rows: number }
  | { readonly kind: 'already_recorded' | 'listings' | 'not_used' }
  /** In one sentence. */
  | { readonly kind: 'unusable'; readonly reason: string };

function outcomeOf({ raceId, receivedAt, body }: KeptResponse, journal: Journal): Outcome {
  // The next listing said what this one did.
  if (raceId === null) return { kind: 'listings' };
  if (body === null) return { kind: 'not_used' };
  const baseline = journal.baseline(raceId);
  let snapshot: EventSnapshot;
  let changes: readonly Change[];
  try {
    snapshot = snapshotOf(raceId, receivedAt, body);
    const listed = journal.lastReport(raceId);
    ({ changes } = diffEvent({ ...baseline, listed }, snapshot, receivedAt));
  } catch (error) {
    return { kind: 'unusable', reason: messageOf(error) };
  }
  const isNewest = snapshot.generatedAt > (baseline.generatedAt ?? -Infinity);
  if (!isNewest && changes.length === 0) return { kind: 'already_recorded' };
  const rows = changes.filter(({ table }) => tables[table].kind === 'history').length;
  // By its poll the journal knows the newest response that was taken.
  const poll = isNewest ? [pollOf(snapshot, receivedAt, body.length, rows, journal)] : [];
  try {
    journal.commit([...changes, ...poll.map((row): Change => ({ table: 'polls', row }))]);
  } catch (error) {
    // It was put into quarantine for that, perhaps, and is not to end the replay of the others.
    if (!(error instanceof RowError)) throw error;
    return { kind: 'unusable', reason: messageOf(error) };
  }
  return { kind: 'taken', rows };
}

/** @throws Error with one sentence for a body that cannot be used as it is kept */
function snapshotOf(raceId: string, receivedAt: number, body: Buffer): EventSnapshot {
  if (body.includes('[redacted]')) {
    throw new Error('A credential was blanked out of it, so that it is not as the feed served it.');
  }
  if (body.length >= limits.bodyBytes) {
    throw new Error(`It was larger than ${limits.bodyBytes} bytes, and only its beginning is kept.`);
  }
  if (!isUtf8(body)) throw new Error('It is not UTF-8.');
  const snapshot = parseEvent(decodeEvent(body));
  if (snapshot.raceId !== raceId) throw new Error('It is that of another race.');
  const how = misdating(snapshot.generatedAt, receivedAt);
  if (how !== null) throw new Error(`It ${how}.`);
  requirePastPrices(snapshot, receivedAt);
  return snapshot;
}

function pollOf(
  { raceId, generatedAt }: EventSnapshot,
  receivedAt: number,
  bytes: number,
  changes: number,
  journal: Journal,
): PollRow {
  let startedAt = receivedAt;
  // The poll that failed then has a row of its own.
  while (journal.hasPoll(rowId(raceId, timestamp(startedAt)))) startedAt++;
  return {
    id: rowId(raceId, timestamp(startedAt)),
    race_id: raceId,
    started_at: timestamp(startedAt),
    lateness_ms: null,
    duration_ms: null,
    outcome: changes > 0 ? 'changed' : 'unchanged',
    reason: null,
    bytes,
    changes,
    source_time: timestamp(generatedAt),
  };
}
