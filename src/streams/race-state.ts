import type { Baseline } from '../domain/baseline.ts';
import { diffEvent } from '../domain/diff.ts';
import type { Difference } from '../domain/diff.ts';
import { diffSame, isStill } from '../domain/diff-same.ts';
import type { Standing } from '../domain/diff-same.ts';
import { rowId } from '../domain/ids.ts';
import type { Print } from '../domain/print.ts';
import { FeedError } from '../domain/source.ts';
import type { FeedFault, Received, Same } from '../domain/source.ts';
import type { EventSnapshot } from '../domain/snapshot.ts';
import { tables } from '../domain/tables.ts';
import type { Change, GapRow, PollRow } from '../domain/tables.ts';
import { messageOf } from '../domain/thrown.ts';
import { epochMillis, timestamp } from '../domain/time.ts';
import type { Cadence, RaceTimes } from './cadence.ts';
import { duesBetween } from './due.ts';
import type { Dues, PollState } from './due.ts';
import { longestAheadMs } from './feed-clock.ts';
import { closeGap, openGap, repairs } from './gap.ts';
import type { PollOutcome, PollTimes } from './poll.ts';

/** What a race's actor knows: it moves only after the changes that lead to it are committed. */
export interface RaceState {
  readonly baseline: Baseline;
  readonly polls: PollState;
  /** The gap that the next good poll closes. */
  readonly gap: GapRow | null;
  /** Epoch milliseconds at which a listing last told another start or status; −Infinity when none did. */
  readonly movedAt: number;
  /** The newest response, when another one like it would change nothing; else null. */
  readonly known: KnownResponse | null;
}

export interface KnownResponse {
  readonly print: Print;
  /** What it said of the race: a listing can have said something else since. */
  readonly standing: Standing;
  readonly notGranted: readonly string[];
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
  /** The response as received, when it could not be used. */
  readonly body: Uint8Array | null;
}

/** What an outcome leads to. A response that breaks a rule of the record is as malformed as one that is no JSON. */
export function stepOf(state: RaceState, outcome: PollOutcome, rules: RaceRules): Step {
  if (outcome.kind === 'failed') return afterFailedPoll(state, outcome, failureOf(outcome.error), rules);
  try {
    return outcome.kind === 'same'
      ? afterSamePoll(state, outcome, outcome.received, rules)
      : afterReadPoll(state, outcome, outcome.received, rules);
  } catch (error) {
    const body = new TextEncoder().encode(JSON.stringify(saidBy(outcome)));
    const message = messageOf(error);
    const malformed = new FeedError('malformed', `The response breaks a rule of the record: ${message}`, {
      cause: error,
      body,
    });
    return afterFailedPoll(state, outcome, failureOf(malformed), rules);
  }
}

/** What is kept of a response that broke a rule: what was made of it. */
function saidBy(outcome: Exclude<PollOutcome, { kind: 'failed' }>): unknown {
  return outcome.kind === 'same' ? outcome.received : outcome.received.snapshot;
}

function failureOf(error: FeedError): PollFailure {
  return {
    reason: error.fault,
    detail: error.message,
    body: error.body,
  };
}

/** A response was had and read. */
function afterReadPoll(
  state: RaceState,
  times: PollTimes,
  received: Received<EventSnapshot>,
  rules: RaceRules,
): Step {
  const { snapshot } = received;
  requirePresent(snapshot, times.finishedAt + rules.correctionMs);
  const difference = diffEvent(state.baseline, snapshot, times.finishedAt);
  const answer: GoodAnswer = {
    bytes: received.bytes,
    generatedAt: snapshot.generatedAt,
    repaired: repairs(snapshot.runners, state.baseline.entrants),
    known: knownAfter(state, difference, received),
  };
  return afterGoodPoll(state, times, difference, answer, rules);
}

/** A response was had that says what the newest one said: prices that it dates are recorded, whatever time passed. */
function afterSamePoll(state: RaceState, times: PollTimes, received: Same, rules: RaceRules): Step {
  const { sameAt, bytes, print } = received;
  if (state.known === null) throw new TypeError('It is told to be as a response that is not known.');
  const known = print === undefined ? state.known : { ...state.known, print };
  if (sameAt !== null) requireTime(sameAt, times.finishedAt + rules.correctionMs);
  const difference =
    sameAt === null
      ? { changes: [], baseline: state.baseline }
      : diffSame(state.baseline, known.standing, sameAt, times.finishedAt);
  const answer: GoodAnswer = { bytes, generatedAt: sameAt, repaired: true, known };
  return afterGoodPoll(state, times, difference, answer, rules);
}

/** What is known after a response was read; one that came late leaves what was known, if it changed nothing. */
function knownAfter(
  state: RaceState,
  { baseline, changes }: Difference,
  { snapshot, print, notGranted }: Received<EventSnapshot>,
): KnownResponse | null {
  if (snapshot.generatedAt < (state.baseline.generatedAt ?? -Infinity)) {
    return changes.length === 0 ? state.known : null;
  }
  if (print == null || !isStill(baseline, snapshot.runners)) return null;
  const { status, advertised_start, protest } = snapshot.race;
  return { print, standing: { status, advertised_start, protest }, notGranted };
}

interface GoodAnswer {
  readonly bytes: number;
  /** Epoch milliseconds, the feed's clock; null when it was not told. */
  readonly generatedAt: number | null;
  /** Whether its dated prices tell all since the last response. */
  readonly repaired: boolean;
  /** Once this is committed. */
  readonly known: KnownResponse | null;
}

/** The differences, the poll itself, and the gap that it ends or that its lateness left. */
function afterGoodPoll(
  state: RaceState,
  times: PollTimes,
  difference: Difference,
  answer: GoodAnswer,
  rules: RaceRules,
): Step {
  const recorded = difference.changes.filter(({ table }) => tables[table].kind === 'history').length;
  const gap = endedGap(state, times, answer.repaired, rules);
  const poll: PollRow = {
    ...pollRow(state.baseline.raceId, times),
    outcome: recorded > 0 ? 'changed' : 'unchanged',
    reason: null,
    bytes: answer.bytes,
    changes: recorded,
    source_time: answer.generatedAt === null ? null : timestamp(answer.generatedAt),
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
      movedAt: state.movedAt,
      known: answer.known,
    },
    recorded,
    poll,
    gaps,
    failure: null,
  };
}

/**
 * A response dated far ahead would be the newest one, and a price dated so the last one, until that time comes.
 * @param feedNow what the feed's clock shows, epoch milliseconds
 */
function requirePresent({ generatedAt, runners }: EventSnapshot, feedNow: number): void {
  requireTime(generatedAt, feedNow);
  const latest = feedNow + longestAheadMs;
  for (const { columns, fluctuations } of runners) {
    const ahead = fluctuations.find(({ at }) => at > latest);
    if (ahead === undefined) continue;
    const { entrant_id: id } = columns;
    throw new Error(`a price of ${id} is dated ${timestamp(ahead.at)}, which is yet to come.`);
  }
}

function requireTime(generatedAt: number, feedNow: number): void {
  if (generatedAt <= feedNow + longestAheadMs) return;
  throw new Error(`it is dated ${timestamp(generatedAt)}, which is yet to come.`);
}

/** No usable response: the failure is a row of its own, and a gap is open from the due that it missed. */
export function afterFailedPoll(
  state: RaceState,
  times: PollTimes,
  failure: PollFailure,
  rules: RaceRules,
): Step {
  const { raceId } = state.baseline;
  const from = missedPolls(state, times, rules)?.first ?? times.due;
  const gap = state.gap ?? openGap(raceId, from, from < rules.runningSince ? 'stopped' : failure.reason);
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
      movedAt: state.movedAt,
      known: state.known,
    },
    recorded: 0,
    poll,
    gaps,
    failure,
  };
}

/**
 * A listing told of the race.
 * @param now epoch milliseconds of our clock
 */
export function afterListing(state: RaceState, baseline: Baseline, now: number): RaceState {
  const before = state.baseline.race;
  const race = baseline.race;
  const moved = before?.status !== race?.status || before?.advertisedStart !== race?.advertisedStart;
  // While it was settled no poll was due, so that none is missing.
  const revived = before?.settledAt != null && race?.settledAt === null;
  return {
    ...state,
    baseline,
    polls: revived ? { ...state.polls, lastGoodAt: null } : state.polls,
    movedAt: moved ? now : state.movedAt,
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

function endedGap(state: RaceState, times: PollTimes, repaired: boolean, rules: RaceRules): GapRow | null {
  const { startedAt } = times;
  if (state.gap !== null) {
    const dues = duesSince(state, epochMillis(state.gap.from_time) - 1, startedAt, rules);
    return closeGap(state.gap, startedAt, dues, repaired);
  }
  const missed = missedPolls(state, times, rules);
  if (missed === null) return null;
  const stopped = missed.first < rules.runningSince;
  const late = missed.count > 1 && startedAt > missed.lateAfter;
  if (!stopped && !late) return null;
  const gap = openGap(state.baseline.raceId, missed.first, stopped ? 'stopped' : 'late');
  return closeGap(gap, startedAt, missed, repaired);
}

/**
 * The polls that were due since the last good one and before this one; null when there was none. By a start that
 * was not known yet none was.
 */
function missedPolls(state: RaceState, { due, startedAt }: PollTimes, rules: RaceRules): Dues | null {
  const { polls, movedAt } = state;
  if (polls.lastGoodAt === null) return null;
  const after = due < movedAt ? polls.lastGoodAt : Math.max(polls.lastGoodAt, movedAt);
  return duesSince(state, after, startedAt, rules);
}

function duesSince(state: RaceState, after: number, before: number, rules: RaceRules): Dues | null {
  const race = raceTimes(state.baseline, rules.correctionMs);
  if (race === null) return null;
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
