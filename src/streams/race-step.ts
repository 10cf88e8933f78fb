import { diffEvent } from '../domain/diff.ts';
import type { Difference } from '../domain/diff.ts';
import { diffSame, isStill } from '../domain/diff-same.ts';
import { rowId } from '../domain/ids.ts';
import type { FeedError, FeedFault, Received, Same } from '../domain/source.ts';
import type { EventSnapshot } from '../domain/snapshot.ts';
import { tables } from '../domain/tables.ts';
import type { Change, GapRow, PollRow } from '../domain/tables.ts';
import { messageOf } from '../domain/thrown.ts';
import { timestamp } from '../domain/time.ts';
import { openGap, repairs } from './gap.ts';
import type { PollOutcome, PollTimes } from './poll.ts';
import { requirePresent, requireTime } from './present.ts';
import { endedGap, missedPolls } from './race-missed.ts';
import type { KnownResponse, RaceRules, RaceState } from './race-state.ts';

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

/** What was made of a response, where its bytes are not to be had. */
function writtenOut(outcome: Exclude<PollOutcome, { kind: 'failed' }>): Uint8Array {
  const said = outcome.kind === 'same' ? outcome.received : outcome.received.snapshot;
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
      // What is missing from now on is told by what is known now, even where a listing came while this was under way.
      moved: null,
      known: answer.known,
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
  const from = missedPolls(state, times.startedAt, rules)?.first ?? times.due;
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
      moved: state.moved,
      known: state.known,
    },
    recorded: 0,
    poll,
    gaps,
    failure,
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
