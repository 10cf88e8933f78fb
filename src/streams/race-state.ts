import type { Baseline } from '../domain/baseline.ts';
import { diffEvent } from '../domain/diff.ts';
import { rowId } from '../domain/ids.ts';
import { FeedError } from '../domain/source.ts';
import type { FeedFault, Received } from '../domain/source.ts';
import type { EventSnapshot } from '../domain/snapshot.ts';
import { tables } from '../domain/tables.ts';
import type { Change, GapRow, PollRow } from '../domain/tables.ts';
import { epochMillis, timestamp } from '../domain/time.ts';
import type { Cadence, RaceTimes } from './cadence.ts';
import { duesBetween } from './due.ts';
import type { PollState } from './due.ts';
import { closeGap, openGap, repairs } from './gap.ts';
import type { PollOutcome, PollTimes } from './poll.ts';

/** What a race's actor knows: it moves only after the changes that lead to it are committed. */
export interface RaceState {
  readonly baseline: Baseline;
  readonly polls: PollState;
  /** The gap that the next good poll closes. */
  readonly gap: GapRow | null;
}

/** What is fixed for a race while the service runs. */
export interface RaceRules {
  readonly cadence: Cadence;
  /** Epoch milliseconds: polls due before fell into a stop of the process. */
  readonly runningSince: number;
  /** Milliseconds by which the feed's clock, which tells starts, is ahead of ours. */
  readonly correctionMs: number;
}

/** What a poll leads to: rows to commit and, once that is done, the next state. */
export interface Step {
  readonly changes: readonly Change[];
  readonly state: RaceState;
  /** Rows among the changes that go to history tables. */
  readonly recorded: number;
  readonly poll: PollRow;
  /** Gaps opened or closed by it. */
  readonly gaps: readonly GapRow[];
  /** Why the poll gave nothing; null when it was good. */
  readonly failure: PollFailure | null;
}

export interface PollFailure {
  readonly reason: FeedFault | 'journal';
  /** One sentence. */
  readonly detail: string;
  /** Milliseconds for which the host asked to be left alone. */
  readonly retryAfterMs: number | null;
  /** The response as received, when it could not be used. */
  readonly body: Uint8Array | null;
}

/** What an outcome leads to. A response that breaks a rule of the record is as malformed as one that is no JSON. */
export function stepOf(state: RaceState, outcome: PollOutcome, rules: RaceRules): Step {
  if (outcome.kind === 'failed') return afterFailedPoll(state, outcome, failureOf(outcome.error), rules);
  try {
    return afterGoodPoll(state, outcome, outcome.received, rules);
  } catch (error) {
    const body = new TextEncoder().encode(JSON.stringify(outcome.received.snapshot));
    const message = error instanceof Error ? error.message : String(error);
    const malformed = new FeedError('malformed', `The response breaks a rule of the record: ${message}`, {
      cause: error,
      body,
    });
    return afterFailedPoll(state, outcome, failureOf(malformed), rules);
  }
}

function failureOf(error: FeedError): PollFailure {
  return {
    reason: error.fault,
    detail: error.message,
    retryAfterMs: error.retryAfterMs,
    body: error.body,
  };
}

/** A response was had: its differences, the poll itself, and the gap that it ends or that its lateness left. */
function afterGoodPoll(
  state: RaceState,
  times: PollTimes,
  received: Received<EventSnapshot>,
  rules: RaceRules,
): Step {
  const { raceId } = state.baseline;
  const { snapshot, bytes } = received;
  const difference = diffEvent(state.baseline, snapshot, times.finishedAt);
  const recorded = difference.changes.filter(({ table }) => tables[table].kind === 'history').length;
  const gap = endedGap(state, times, snapshot, rules);
  const poll: PollRow = {
    ...pollRow(raceId, times),
    outcome: recorded > 0 ? 'changed' : 'unchanged',
    reason: null,
    bytes,
    changes: recorded,
    source_time: timestamp(snapshot.generatedAt),
  };
  const gaps = gap === null ? [] : [gap];
  return {
    changes: [...difference.changes, ...gapChanges(gaps), { table: 'polls', row: poll }],
    state: {
      baseline: difference.baseline,
      polls: {
        phase: state.polls.phase,
        last: { startedAt: times.startedAt, finishedAt: times.finishedAt, failures: 0 },
        lastGoodAt: times.startedAt,
      },
      gap: null,
    },
    recorded,
    poll,
    gaps,
    failure: null,
  };
}

/** No usable response: the failure is a row of its own, and a gap is open from the due that it missed. */
export function afterFailedPoll(
  state: RaceState,
  times: PollTimes,
  failure: PollFailure,
  rules: RaceRules,
): Step {
  const { raceId } = state.baseline;
  const gap = state.gap ?? openGap(raceId, ...beginning(state, times, failure.reason, rules));
  const poll: PollRow = {
    ...pollRow(raceId, times),
    outcome: 'failed',
    reason: failure.reason,
    bytes: null,
    changes: 0,
    source_time: null,
  };
  const gaps = state.gap === null ? [gap] : [];
  return {
    changes: [...gapChanges(gaps), { table: 'polls', row: poll }],
    state: {
      baseline: state.baseline,
      polls: {
        ...state.polls,
        last: {
          startedAt: times.startedAt,
          finishedAt: times.finishedAt,
          failures: (state.polls.last?.failures ?? 0) + 1,
        },
      },
      gap,
    },
    recorded: 0,
    poll,
    gaps,
    failure,
  };
}

/**
 * What the cadence goes by, on our clock; null before anything told of the race.
 * @param correctionMs milliseconds by which the feed's clock is ahead of ours
 */
export function raceTimes(baseline: Baseline, correctionMs: number): RaceTimes | null {
  if (baseline.race === null) return null;
  const { status, advertisedStart, endedAt } = baseline.race;
  return { status, advertisedStart: advertisedStart - correctionMs, endedAt };
}

function beginning(
  state: RaceState,
  times: PollTimes,
  reason: string,
  rules: RaceRules,
): [from: number, reason: string] {
  const missed = missedDues(state, state.polls.lastGoodAt, times.startedAt, rules);
  const from = missed?.first ?? times.due;
  return [from, from < rules.runningSince ? 'stopped' : reason];
}

function endedGap(
  state: RaceState,
  times: PollTimes,
  snapshot: EventSnapshot,
  rules: RaceRules,
): GapRow | null {
  const repaired = repairs(snapshot.runners, state.baseline.entrants);
  const { startedAt } = times;
  if (state.gap !== null) {
    const dues = missedDues(state, epochMillis(state.gap.from_time) - 1, startedAt, rules);
    return closeGap(state.gap, startedAt, dues, repaired);
  }
  const missed = missedDues(state, state.polls.lastGoodAt, startedAt, rules);
  if (missed === null) return null;
  const stopped = missed.first < rules.runningSince;
  const late = missed.count > 1 && startedAt - missed.first > missed.everyMs;
  if (!stopped && !late) return null;
  const gap = openGap(state.baseline.raceId, missed.first, stopped ? 'stopped' : 'late');
  return closeGap(gap, startedAt, missed, repaired);
}

function missedDues(state: RaceState, after: number | null, before: number, rules: RaceRules) {
  const race = raceTimes(state.baseline, rules.correctionMs);
  if (race === null || after === null) return null;
  return duesBetween(rules.cadence, race, state.polls.phase, after, before);
}

function pollRow(
  raceId: string,
  times: PollTimes,
): Pick<PollRow, 'id' | 'race_id' | 'started_at' | 'lateness_ms' | 'duration_ms'> {
  const startedAt = timestamp(times.startedAt);
  return {
    id: rowId(raceId, startedAt),
    race_id: raceId,
    started_at: startedAt,
    lateness_ms: Math.max(0, Math.round(times.startedAt - times.due)),
    duration_ms: Math.round(times.finishedAt - times.startedAt),
  };
}

function gapChanges(gaps: readonly GapRow[]): Change[] {
  return gaps.map((row) => ({ table: 'gaps', row }));
}
