import type { Baseline } from '../domain/baseline.ts';
import { diffEvent } from '../domain/diff.ts';
import { rowId } from '../domain/ids.ts';
import type { Log, LogFields } from '../domain/log-events.ts';
import { RowError } from '../domain/row-error.ts';
import { tables } from '../domain/tables.ts';
import type { Change } from '../domain/tables.ts';
import { messageOf } from '../domain/thrown.ts';
import { timestamp } from '../domain/time.ts';
import { JournalError } from '../journal/errors.ts';
import type { Journal } from '../journal/journal.ts';
import { classify } from '../sources/recording/classify.ts';
import { readRecording } from '../sources/recording/read.ts';
import type { RecordedResponse } from '../sources/recording/read.ts';
import { decodeEvent } from '../sources/tab/last-starts.ts';
import { ParseError, parseEvent, parseListing } from '../sources/tab/parse.ts';

/** What a replay came to: see `replay.finished`. */
export type ReplayCounts = Omit<LogFields<'replay.finished'>, 'duration_ms'>;

/** Returns the counts before anything was replayed. */
export function emptyCounts(): ReplayCounts {
  return {
    files: 0,
    lines: 0,
    taken: 0,
    changed: 0,
    unchanged: 0,
    already_recorded: 0,
    listings: 0,
    not_used: 0,
    unusable: 0,
    rows: 0,
  };
}

/**
 * Rows of one transaction, or some more: index pages are written once in each, and the disk is waited for.
 * A replay that is cut off is run again, and finds what it had recorded.
 */
const rowsPerCommit = 12_000;

/**
 * Takes recorded responses through the same parser, diff and journal as live ones. `observed_at` is the time of
 * receipt; listings are checked and counted but not stored.
 *
 * @param progress called after every response with the counts so far
 */
export async function replay(
  files: readonly string[],
  journal: Journal,
  log: Log,
  progress: (counts: ReplayCounts, file: string) => void = () => undefined,
): Promise<ReplayCounts> {
  const run = new Replay(journal);
  for (const file of files) {
    run.counts.files++;
    for await (const line of readRecording(file, decodeLine)) {
      run.counts.lines++;
      const problem = 'problem' in line ? line.problem : run.take(line);
      if (problem !== null) {
        run.counts.unusable++;
        log('replay.problem', { file, line: line.line, reason: problem });
      }
      progress(run.counts, file);
    }
  }
  run.flush();
  return run.counts;
}

/** The JSON of a line: past starts in the body of an event are parsed only where they are needed. */
function decodeLine(bytes: Buffer): unknown {
  return decodeEvent(bytes, (line) => (line as { body?: { data?: unknown } | null } | null)?.body?.data);
}

class Replay {
  readonly counts = emptyCounts();
  readonly #journal: Journal;
  readonly #baselines = new Map<string, Baseline>();
  readonly #pollsWaiting = new Set<string>();
  #waiting: Change[] = [];

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Takes a response; what keeps it from being used is returned as one sentence. */
  take(response: RecordedResponse): string | null {
    const recorded = classify(response.url);
    // A 304 says what a response before it said.
    if (recorded.kind === 'other' || response.status === 304) {
      this.counts.not_used++;
      return null;
    }
    if (response.status !== 200) return `it was answered with status ${response.status}`;
    try {
      if (recorded.kind === 'event') this.#takeEvent(response);
      else this.#takeListing(response);
      return null;
    } catch (error) {
      if (error instanceof JournalError || error instanceof RowError) throw error;
      return messageOf(error);
    }
  }

  /** Commits what is waiting. */
  flush(): void {
    this.#journal.commit(this.#waiting);
    this.#waiting = [];
    this.#pollsWaiting.clear();
  }

  #takeListing(response: RecordedResponse): void {
    const { rejected } = parseListing(response.body);
    if (rejected[0]) throw new ParseError(`meeting ${rejected[0].meetingId ?? '?'}: ${rejected[0].reason}`);
    this.counts.listings++;
  }

  #takeEvent(response: RecordedResponse): void {
    const snapshot = parseEvent(response.body);
    const { raceId } = snapshot;
    const startedAt = timestamp(response.startedAt ?? response.receivedAt);
    const id = rowId(raceId, startedAt);
    if (this.#pollsWaiting.has(id) || this.#journal.hasPoll(id)) {
      this.counts.already_recorded++;
      return;
    }
    const baseline = this.#baselines.get(raceId) ?? this.#journal.baseline(raceId);
    const difference = diffEvent(baseline, snapshot, response.receivedAt);
    const rows = difference.changes.filter(({ table }) => tables[table].kind === 'history').length;
    this.#baselines.set(raceId, difference.baseline);
    this.#pollsWaiting.add(id);
    this.#waiting.push(...difference.changes, {
      table: 'polls',
      row: {
        id,
        race_id: raceId,
        started_at: startedAt,
        lateness_ms: null,
        duration_ms: response.startedAt === null ? null : response.receivedAt - response.startedAt,
        outcome: rows > 0 ? 'changed' : 'unchanged',
        reason: null,
        bytes: null,
        changes: rows,
        source_time: timestamp(snapshot.generatedAt),
      },
    });
    this.counts.taken++;
    this.counts.rows += rows;
    this.counts[rows > 0 ? 'changed' : 'unchanged']++;
    if (this.#waiting.length >= rowsPerCommit) this.flush();
  }
}
