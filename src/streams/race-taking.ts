import type { Observable } from 'rxjs';
import { diffListed } from '../domain/diff-listing.ts';
import { RowError } from '../domain/row-error.ts';
import type { Log } from '../domain/log-events.ts';
import { neverFinished, removedFromFeed } from '../domain/status.ts';
import type { OwnStatus } from '../domain/status.ts';
import { tryCommit, tryQuarantine } from './commit.ts';
import { reportDrifts } from './drift.ts';
import { holdHost } from './hold.ts';
import type { PollOutcome } from './poll.ts';
import type { RaceContext, RaceOrder, RaceReport } from './race-context.ts';
import { isRemoved, endingOf } from './race-ending.ts';
import { tellGap, tellNotGranted, tellRaceChange, tellStep } from './race-log.ts';
import { afterListing } from './race-missed.ts';
import type { RaceMemory } from './race-memory.ts';
import type { RaceRules, RaceState } from './race-state.ts';
import { afterFailedPoll, generatedAtOf, stepOf, stepOfUnusable } from './race-step.ts';
import type { Step } from './race-step.ts';

/** Commits what a poll led to and, only then, moves the state. */
export function takeOutcome(
  memory: RaceMemory,
  outcome: PollOutcome,
  context: RaceContext,
): Observable<RaceReport> {
  return context.commits.run(() => {
    const before = memory.value;
    const rules = rulesOf(context);
    const step = stepOf(before, outcome, rules);
    const generatedAt = feedTimeOf(outcome, step);
    if (generatedAt !== null) context.feedClock.observe(generatedAt, outcome.startedAt, outcome.finishedAt);
    return {
      changes: step.changes,
      finish: (failure) => {
        const taken = failure === null ? step : afterFailure(failure, before, outcome, rules, context);
        return moveOn(memory, taken, outcome, context);
      },
    };
  });
}

/** What a poll led to is durable, or it failed for that. */
function moveOn(memory: RaceMemory, step: Step, outcome: PollOutcome, context: RaceContext): RaceReport {
  const before = memory.value;
  if (outcome.kind === 'failed') holdHost(outcome.error, context);
  keepUnusable(step, outcome, context);
  reportOdd(step, outcome, context);
  tellStep(before, step, context.log);
  if (outcome.kind !== 'failed') tellNotGranted(before, notGrantedBy(outcome, before), context.log);
  memory.next(step.state);
  if (step.failure !== null && isRemoved(step.state, outcome.finishedAt, rulesOf(context))) {
    context.log('race.dropped', { race_id: before.baseline.raceId, reason: 'not_found' });
    end(memory, removedFromFeed, context);
    return { kind: 'settled', raceId: before.baseline.raceId };
  }
  return {
    kind: 'polled',
    raceId: before.baseline.raceId,
    outcome: step.failure !== null ? 'failed' : step.recorded > 0 ? 'changed' : 'unchanged',
    reason: step.failure?.reason ?? null,
    changes: step.recorded,
    latenessMs: step.poll.lateness_ms ?? 0,
  };
}

/**
 * The feed's time as it answered; null when it is not known, as of what lay in a cache. That has an `Age`, or is older
 * than the newest response.
 */
function feedTimeOf(outcome: PollOutcome, { state }: Step): number | null {
  if (outcome.kind === 'failed' || outcome.received.isCached === true) return null;
  const generatedAt = generatedAtOf(outcome);
  return generatedAt !== null && generatedAt < (state.baseline.generatedAt ?? -Infinity) ? null : generatedAt;
}

function notGrantedBy(
  outcome: Exclude<PollOutcome, { kind: 'failed' }>,
  { known }: RaceState,
): readonly string[] {
  return outcome.kind === 'same' ? (known?.notGranted ?? []) : outcome.received.notGranted;
}

/** What is not durable did not happen: a commit that fails costs the poll. */
function afterFailure(
  failure: Error,
  before: RaceState,
  outcome: PollOutcome,
  rules: RaceRules,
  context: RaceContext,
): Step {
  if (failure instanceof RowError && outcome.kind !== 'failed') {
    // The journal is well, and what the response led to is of no table: the next one like it would fail too.
    const step = stepOfUnusable(before, outcome, failure, rules);
    if (tryCommit(step.changes, context, before.baseline.raceId)) return step;
  }
  return notCommitted(failure, before, outcome, rules, context.log);
}

function notCommitted(
  { message: detail }: Error,
  before: RaceState,
  outcome: PollOutcome,
  rules: RaceRules,
  log: Log,
): Step {
  log('journal.failed', { race_id: before.baseline.raceId, reason: detail });
  return afterFailedPoll(before, outcome, { reason: 'journal', detail, body: null }, rules);
}

/** A response that could not be used is kept. The poll is committed by then, and stands whatever comes of this. */
function keepUnusable({ state, failure }: Step, { finishedAt }: PollOutcome, context: RaceContext): void {
  if (failure?.body == null) return;
  const { raceId } = state.baseline;
  const { reason, detail, body } = failure;
  if (!tryQuarantine({ raceId, receivedAt: finishedAt, reason, body }, context)) return;
  context.log('poll.quarantined', { race_id: raceId, reason: detail, bytes: body.byteLength });
}

/** What of a response that was taken is not as documented. */
function reportOdd({ failure, poll }: Step, outcome: PollOutcome, context: RaceContext): void {
  if (failure !== null || outcome.kind !== 'taken') return;
  const { snapshot, body } = outcome.received;
  const { drifts = [], lost = [] } = snapshot;
  if (drifts.length + lost.length === 0) return;
  reportDrifts({ raceId: poll.race_id, receivedAt: outcome.finishedAt, drifts, lost, body }, context);
}

/** Commits what a listing told of the race and, only then, moves the state. */
export function takeListed(
  memory: RaceMemory,
  { race: listed, generatedAt, isRewound = false }: Extract<RaceOrder, { kind: 'listed' }>,
  context: RaceContext,
): void {
  const before = isRewound ? withoutListing(memory.value) : memory.value;
  const now = context.scheduler.now();
  const { changes, baseline } = diffListed(before.baseline, listed, generatedAt, now);
  if (!tryCommit(changes, context, listed.raceId)) return;
  tellRaceChange(before.baseline, baseline, context.log);
  memory.next(afterListing(before, baseline, now, rulesOf(context)));
}

/** Which listing is the newer one is decided by then. */
function withoutListing(state: RaceState): RaceState {
  return { ...state, baseline: { ...state.baseline, listed: null } };
}

function rulesOf({ cadence, runningSince, feedClock }: RaceContext): RaceRules {
  return { cadence, runningSince, correctionMs: feedClock.correctionMs };
}

/** The last read was made: the race is polled no more. */
export function settle(memory: RaceMemory, context: RaceContext): RaceReport {
  const { raceId, race } = memory.value.baseline;
  // One that was settled before had a look because a listing contradicted that.
  if (race?.settledAt != null) return { kind: 'settled', raceId };
  const status = end(memory, neverFinished, context);
  context.log('race.settled', { race_id: raceId, status: status ?? '' });
  return { kind: 'settled', raceId };
}

/** Returns the status that the race has in the end; null when nothing is recorded of it. */
function end(memory: RaceMemory, own: OwnStatus, context: RaceContext): string | null {
  const { baseline } = memory.value;
  const ending = endingOf(memory.value, own, context.scheduler.now(), rulesOf(context));
  if (ending === null) return null;
  context.store.commit(ending.changes);
  tellRaceChange(baseline, { ...baseline, race: ending.race }, context.log);
  if (ending.gap !== null) tellGap(ending.gap, context.log);
  return ending.race.status;
}
