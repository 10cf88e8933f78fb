import type { Baseline } from '../domain/baseline.ts';
import { diffDatedPrices, diffEvent } from '../domain/diff.ts';
import type { Difference } from '../domain/diff.ts';
import { diffSame, isStill } from '../domain/diff-same.ts';
import { rowId } from '../domain/ids.ts';
import { clockReset, rewind } from '../domain/rewind.ts';
import type { FeedError, FeedFault, Received, Same } from '../domain/source.ts';
import type { EventSnapshot } from '../domain/snapshot.ts';
import { tables } from '../domain/tables.ts';
import type { Change, GapRow, PollRow } from '../domain/tables.ts';
import { messageOf } from '../domain/thrown.ts';
import { timestamp } from '../domain/time.ts';
import { openGap, repairs } from './gap.ts';
import type { PollOutcome, PollTimes } from './poll.ts';
import { endedGap, missedPolls } from './race-missed.ts';
import { isListed } from './race-ending.ts';
import { withBaseline } from './race-state.ts';
import type { KnownResponse, RaceRules, RaceState } from './race-state.ts';
import { afterOlder, isReset, latestClock, misdating, requirePastPrices } from './response-time.ts';

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
  /** The feed's clock is found to have gone back: its newest time so far and the one that counts now, epoch milliseconds. */
  readonly reset: { readonly from: number; readonly to: number } | null;
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
  const failure = misdated(outcome, rules);
  if (failure !== null) return afterFailedPoll(state, outcome, failure, rules);
  try {
    return outcome.kind === 'same'
      ? afterSamePoll(state, outcome, outcome.received, rules)
      : afterReadPoll(state, outcome, outcome.received, rules);
  } catch (error) {
    return stepOfUnusable(state, outcome, error, rules);
  }
}

/** What a response leads to that was understood and yet breaks a rule of the record. */
export function stepOfUnusable(
  state: RaceState,
  outcome: Exclude<PollOutcome, { kind: 'failed' }>,
  error: unknown,
  rules: RaceRules,
): Step {
  const detail = `The response breaks a rule of the record: ${messageOf(error)}`;
  const body = outcome.received.body?.() ?? writtenOut(outcome);
  return afterFailedPoll(state, outcome, { reason: 'malformed', detail, body }, rules);
}

/** A response that cannot be of the time that it is dated. */
function misdated(outcome: Exclude<PollOutcome, { kind: 'failed' }>, rules: RaceRules): PollFailure | null {
  const generatedAt = generatedAtOf(outcome);
  const how =
    generatedAt === null ? null : misdating(generatedAt, latestClock(outcome.finishedAt, rules.correctionMs));
  if (how === null) return null;
  const body = outcome.received.body?.() ?? writtenOut(outcome);
  return { reason: 'misdated', detail: `The response ${how}.`, body };
}

/** The feed's time of a response, epoch milliseconds; null when it tells none. */
export function generatedAtOf(outcome: Exclude<PollOutcome, { kind: 'failed' }>): number | null {
  return outcome.kind === 'same' ? outcome.received.sameAt : outcome.received.snapshot.generatedAt;
}

/** What was made of a response, where its bytes are not to be had. */
function writtenOut(outcome: Exclude<PollOutcome, { kind: 'failed' }>): Uint8Array {
  const { kind, received } = outcome;
  const said = kind === 'same' ? { sameAt: received.sameAt, bytes: received.bytes } : received.snapshot;
  return new TextEncoder().encode(JSON.stringify(said));
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
  const { baseline } = state;
  requirePastPrices(snapshot, latestClock(times.finishedAt, rules.correctionMs));
  if (snapshot.generatedAt <= (baseline.generatedAt ?? -Infinity)) {
    return afterOlderPoll(state, times, received, rules);
  }
  const difference = diffEvent(baseline, snapshot, times.finishedAt);
  const answer: GoodAnswer = {
    bytes: received.bytes,
    generatedAt: snapshot.generatedAt,
    repaired: repairs(snapshot.runners, baseline.entrants),
    known: knownAfter(difference.baseline, received),
    older: null,
    reset: null,
  };
  return afterGoodPoll(state, times, difference, answer, rules);
}

/**
 * A response was read that is no newer than the newest one. With the same content nothing is missing; with another one
 * only its dated prices are recorded, and the rest is missing: a cache is in the way. Unless the feed's clock went back.
 */
function afterOlderPoll(
  state: RaceState,
  times: PollTimes,
  received: Received<EventSnapshot>,
  rules: RaceRules,
): Step {
  const { snapshot, bytes } = received;
  const { generatedAt } = snapshot;
  const newest = state.baseline.generatedAt ?? generatedAt;
  const older = generatedAt < newest ? afterOlder(state.older, generatedAt) : null;
  if (older !== null && isReset(older)) return afterClockReset(state, times, received, newest, rules);
  const asNewest = diffEvent({ ...state.baseline, generatedAt }, snapshot, times.finishedAt);
  const dated = diffDatedPrices(state.baseline, snapshot, times.finishedAt);
  const hasSameRace = asNewest.baseline.race?.digest === state.baseline.race?.digest;
  const content = hasSameRace ? asNewest.changes.filter((change) => !isOfRace(change)) : asNewest.changes;
  if (content.some((change) => isOther(change, state.baseline, generatedAt < newest))) {
    const detail = `The response is dated ${timestamp(generatedAt)}, no later than the newest one, and says something else.`;
    const failure: PollFailure = { reason: 'stale', detail, body: null };
    const failed = afterFailedPoll(state, times, failure, rules, dated.changes);
    const known = dated.changes.length === 0 ? state.known : null;
    return { ...failed, state: { ...failed.state, baseline: dated.baseline, known, older } };
  }
  const difference = generatedAt < newest ? dated : asNewest;
  const known = difference.changes.length === 0 ? state.known : null;
  const answer: GoodAnswer = { bytes, generatedAt, repaired: true, known, older, reset: null };
  return afterGoodPoll(state, times, difference, answer, rules);
}

/** Whether a change is of the race itself, which a listing can have changed while its event says the same. */
function isOfRace(change: Change): boolean {
  if (change.table === 'races') return true;
  return change.table === 'race_events' && 'row' in change && change.row.entrant_id === null;
}

/** Whether a change is of another content than that of the newest response. */
function isOther(change: Change, { entrants }: Baseline, isOlder: boolean): boolean {
  const row = 'row' in change ? change : null;
  if (row?.table === 'odds_history') {
    const { basis, kind, odds, entrant_id } = row.row;
    // A price with a date of its own counts whenever it is reported.
    if (basis === 'fluctuation') return false;
    // The price in force at an earlier time can be another than that of the newest response.
    if (isOlder && kind === 'fixed_win' && odds === entrants.get(entrant_id)?.prices.fixed_win) return false;
  }
  if (isOlder) return true;
  // A listing can have changed the race since.
  if (row?.table === 'race_events' && row.row.entrant_id === null) return false;
  // Of the same time, a row with a value of before would have the id of the one that recorded it then.
  return tables[change.table].kind === 'history';
}

/** The feed's clock went back: its responses count as it dates them, from this one on. */
function afterClockReset(
  state: RaceState,
  times: PollTimes,
  received: Received<EventSnapshot>,
  newest: number,
  rules: RaceRules,
): Step {
  const { snapshot, bytes } = received;
  const { generatedAt, meeting } = snapshot;
  const rewound = rewind(state.baseline, generatedAt, meeting.meeting_id);
  const difference = diffEvent(rewound.baseline, snapshot, times.finishedAt);
  const answer: GoodAnswer = {
    bytes,
    generatedAt,
    // By which clock the prices are dated that came between is not known.
    repaired: false,
    known: knownAfter(difference.baseline, received),
    older: null,
    reset: { from: newest, to: generatedAt },
  };
  const changes = [...rewound.changes, ...difference.changes];
  return afterGoodPoll(state, times, { changes, baseline: difference.baseline }, answer, rules);
}

/** A response was had that says what the newest one said: prices that it dates are recorded, whatever time passed. */
function afterSamePoll(state: RaceState, times: PollTimes, received: Same, rules: RaceRules): Step {
  const { sameAt, bytes, print } = received;
  if (state.known === null) throw new TypeError('It is told to be as a response that is not known.');
  const known = print === undefined ? state.known : { ...state.known, print };
  if (sameAt !== null && sameAt < (state.baseline.generatedAt ?? -Infinity)) {
    const older = afterOlder(state.older, sameAt);
    // The next one is read in whole: once the clock went back, what was recorded by it has to be looked at again.
    const next: GoodAnswer = { bytes, generatedAt: sameAt, repaired: true, known: null, older, reset: null };
    return afterGoodPoll(state, times, { changes: [], baseline: state.baseline }, next, rules);
  }
  const difference =
    sameAt === null
      ? { changes: [], baseline: state.baseline }
      : diffSame(state.baseline, known.standing, sameAt, times.finishedAt);
  const older = sameAt === null ? state.older : null;
  const answer: GoodAnswer = { bytes, generatedAt: sameAt, repaired: true, known, older, reset: null };
  return afterGoodPoll(state, times, difference, answer, rules);
}

/** What is known after the newest response was read. */
function knownAfter(
  baseline: Baseline,
  { snapshot, print, notGranted }: Received<EventSnapshot>,
): KnownResponse | null {
  if (print == null || !isStill(baseline, snapshot.runners)) return null;
  const { status, advertised_start, protest, race_number } = snapshot.race;
  return { print, standing: { status, advertised_start, protest, race_number }, notGranted };
}

interface GoodAnswer {
  readonly bytes: number;
  /** Epoch milliseconds, the feed's clock; null when it was not told. */
  readonly generatedAt: number | null;
  /** Whether its dated prices tell all since the last response. */
  readonly repaired: boolean;
  /** Once this is committed. */
  readonly known: KnownResponse | null;
  readonly older: RaceState['older'];
  readonly reset: Step['reset'];
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
    reason: answer.reset === null ? null : clockReset,
    bytes: answer.bytes,
    changes: recorded,
    source_time: answer.generatedAt === null ? null : timestamp(answer.generatedAt),
  };
  const gaps = gap === null ? [] : [gap];
  return {
    changes: [...difference.changes, ...gapChanges(gaps), { table: 'polls', row: poll }],
    state: {
      ...withBaseline(state, difference.baseline, times.finishedAt),
      polls: {
        phase: state.polls.phase,
        last: { startedAt: times.startedAt, finishedAt: times.finishedAt, failures: 0, missing: 0 },
        lastGoodAt: times.startedAt,
      },
      gap: null,
      // What is missing from now on is told by what is known now, even where a listing came while this was under way.
      moved: null,
      known: answer.known,
      older: answer.older,
    },
    recorded,
    poll,
    gaps,
    failure: null,
    reset: answer.reset,
  };
}

/**
 * No usable response: the failure is a row of its own, and a gap is open from the due that it missed.
 * @param recovered rows of what could be used of it all the same
 */
export function afterFailedPoll(
  state: RaceState,
  times: PollTimes,
  failure: PollFailure,
  rules: RaceRules,
  recovered: readonly Change[] = [],
): Step {
  const { raceId } = state.baseline;
  const from = missedPolls(state, times.startedAt, rules)?.first ?? times.due;
  const gap = state.gap ?? openGap(raceId, from, from < rules.runningSince ? 'stopped' : failure.reason);
  const isMissing = failure.reason === 'not_found' && !isListed(state, times.finishedAt, rules);
  const poll: PollRow = {
    ...pollRow(raceId, times),
    outcome: 'failed',
    reason: failure.reason,
    bytes: null,
    changes: recovered.length,
    source_time: null,
  };
  const gaps = state.gap === null ? [gap] : [];
  return {
    changes: [...recovered, ...gapChanges(gaps), { table: 'polls', row: poll }],
    state: {
      ...state,
      polls: {
        ...state.polls,
        last: {
          startedAt: times.startedAt,
          finishedAt: times.finishedAt,
          failures: (state.polls.last?.failures ?? 0) + 1,
          missing: isMissing ? (state.polls.last?.missing ?? 0) + 1 : 0,
        },
      },
      gap,
    },
    recorded: recovered.length,
    poll,
    gaps,
    failure,
    reset: null,
  };
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
