import {
  BehaviorSubject,
  Subject,
  combineLatest,
  defer,
  distinctUntilChanged,
  filter,
  finalize,
  ignoreElements,
  map,
  merge,
  of,
  startWith,
  take,
  takeWhile,
  tap,
} from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { diffListed } from '../domain/diff-listing.ts';
import type { Log } from '../domain/log-events.ts';
import type { ListedRace } from '../domain/snapshot.ts';
import type { FeedFault } from '../domain/source.ts';
import { hasEnded, raceStatus } from '../domain/status.ts';
import { timestamp } from '../domain/time.ts';
import type { RequestBudget } from './budget.ts';
import type { Cadence, RaceTimes } from './cadence.ts';
import { tryCommit, tryQuarantine } from './commit.ts';
import { phaseOf } from './due.ts';
import type { FeedClock } from './feed-clock.ts';
import { holdHost } from './hold.ts';
import { plans } from './plans.ts';
import { poll } from './poll.ts';
import type { PollOutcome } from './poll.ts';
import { dues, polling } from './polling.ts';
import type { Feed, Store } from './ports.ts';
import { tellNotGranted, tellPlan, tellRaceChange, tellStep } from './race-log.ts';
import { afterFailedPoll, afterListing, raceTimes, stepOf } from './race-state.ts';
import type { RaceRules, RaceState, Step } from './race-state.ts';
import type { Watchdog } from './watchdog.ts';

/** What an actor is given from outside. */
export type RaceOrder =
  | { readonly kind: 'listed'; readonly race: ListedRace; readonly generatedAt: number }
  /** Poll now, out of turn. */
  | { readonly kind: 'poll' }
  /** Go on from what the journal holds. */
  | { readonly kind: 'resume' };

/** What an actor tells of itself. */
export type RaceReport =
  | {
      readonly kind: 'polled';
      readonly raceId: string;
      readonly outcome: 'changed' | 'unchanged' | 'failed';
      /** Of a failure. */
      readonly reason: FeedFault | 'journal' | null;
      readonly changes: number;
      readonly latenessMs: number;
    }
  | { readonly kind: 'settled'; readonly raceId: string };

export interface RaceContext {
  readonly scheduler: SchedulerLike;
  readonly feed: Feed;
  readonly store: Store;
  readonly budget: RequestBudget;
  readonly cadence: Cadence;
  /** Milliseconds of the scheduler's clock for a request and its response. */
  readonly deadlineMs: number;
  /** Epoch milliseconds at which the service started. */
  readonly runningSince: number;
  readonly feedClock: FeedClock;
  readonly watchdog: Watchdog;
  /** Emits when the clock was set: everything that waits for a time is to look at it again. */
  readonly clockSet$: Observable<unknown>;
  readonly log: Log;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}

/**
 * The actor of a race: polls it by its plan, records what changed, and ends when it is settled. Failed polls are
 * observations, so that it errors only by a fault of our own; then it can be subscribed to again and goes on
 * from the journal.
 */
export function race(
  raceId: string,
  order$: Observable<RaceOrder>,
  context: RaceContext,
): Observable<RaceReport> {
  return defer(() => {
    const { scheduler, feedClock, watchdog, log } = context;
    const state$ = new BehaviorSubject(restore(raceId, context));
    const clockSet$ = context.clockSet$.pipe(startWith(null));
    const times$ = combineLatest([state$, feedClock.correction$]).pipe(
      map(([{ baseline }, correctionMs]) => raceTimes(baseline, correctionMs)),
      filter((times) => times !== null),
      distinctUntilChanged(sameTimes),
    );
    const plan$ = combineLatest([times$, clockSet$]).pipe(
      map(([times]) => times),
      plans(context.cadence, scheduler),
      tap((plan) => {
        tellPlan(raceId, plan, log);
      }),
    );
    const polls$ = combineLatest([
      state$.pipe(
        map(({ polls }) => polls),
        distinctUntilChanged(),
      ),
      clockSet$,
    ]).pipe(map(([polls]) => polls));
    const due$ = dues(
      plan$,
      polls$,
      scheduler,
      (due) => {
        watchdog.expect(raceId, due);
      },
      context.random,
    );
    const finalTold$ = new Subject<void>();
    const ask$ = merge(order$.pipe(filter(({ kind }) => kind === 'poll')), finalTold$).pipe(
      map(() => scheduler.now()),
    );
    const listed$ = order$.pipe(
      filter((order) => order.kind === 'listed'),
      tap(({ race: listed, generatedAt }) => {
        const before = state$.value;
        takeListed(state$, listed, generatedAt, context);
        // The reads of a final race follow the one that saw it final, and a listing holds no results.
        if (!isFinal(before) && isFinal(state$.value)) finalTold$.next();
      }),
      ignoreElements(),
    );
    const polled$ = polling(
      due$,
      ask$,
      (due) =>
        pollOnce(state$.value, due, context).pipe(map((outcome) => takeOutcome(state$, outcome, context))),
      () => defer(() => of(settle(state$, context))),
    );
    const started$ = times$.pipe(
      take(1),
      tap(({ advertisedStart, status }) => {
        log('race.started', { race_id: raceId, start: timestamp(advertisedStart), status });
      }),
      ignoreElements(),
    );
    return merge(started$, listed$, polled$).pipe(
      takeWhile((report) => report.kind !== 'settled', true),
      finalize(() => {
        watchdog.expect(raceId, null);
      }),
    );
  });
}

function restore(raceId: string, { store }: RaceContext): RaceState {
  return {
    baseline: store.baseline(raceId),
    polls: { phase: phaseOf(raceId), last: null, lastGoodAt: store.lastGoodPollAt(raceId) },
    gap: store.openGap(raceId),
    movedAt: -Infinity,
  };
}

function isFinal({ baseline }: RaceState): boolean {
  return baseline.race !== null && raceStatus(baseline.race.status) === 'final';
}

function sameTimes(a: RaceTimes, b: RaceTimes): boolean {
  return a.status === b.status && a.advertisedStart === b.advertisedStart && a.endedAt === b.endedAt;
}

function pollOnce(state: RaceState, due: number, context: RaceContext): Observable<PollOutcome> {
  const { budget, feed, scheduler, deadlineMs } = context;
  const request$ = poll(feed.event(state.baseline.raceId), due, deadlineMs, scheduler);
  return budget.run(urgency(state, scheduler.now()), request$);
}

/** A race that has ended gives way to those that have not: its reads are in no hurry. */
const endedUrgencyMs = 3_600_000;

function urgency({ baseline }: RaceState, now: number): number {
  if (baseline.race === null) return 0;
  if (hasEnded(raceStatus(baseline.race.status))) return endedUrgencyMs;
  return Math.max(0, baseline.race.advertisedStart - now);
}

/** Commits what a poll led to and, only then, moves the state. */
function takeOutcome(
  state$: BehaviorSubject<RaceState>,
  outcome: PollOutcome,
  context: RaceContext,
): RaceReport {
  const before = state$.value;
  const { cadence, runningSince, feedClock } = context;
  const rules: RaceRules = { cadence, runningSince, correctionMs: feedClock.correctionMs };
  const step = committed(stepOf(before, outcome, rules), before, outcome, rules, context);
  if (outcome.kind === 'failed') holdHost(outcome.error, context);
  keepUnusable(step, outcome, context);
  tellStep(before, step, context.log);
  if (outcome.kind === 'taken') {
    const { snapshot, notGranted } = outcome.received;
    tellNotGranted(before, notGranted, context.log);
    feedClock.observe(snapshot.generatedAt, outcome.startedAt, outcome.finishedAt);
  }
  state$.next(step.state);
  if (isGone(step, outcome)) return drop(state$.value, context);
  return {
    kind: 'polled',
    raceId: before.baseline.raceId,
    outcome: step.failure !== null ? 'failed' : step.recorded > 0 ? 'changed' : 'unchanged',
    reason: step.failure?.reason ?? null,
    changes: step.recorded,
    latenessMs: step.poll.lateness_ms ?? 0,
  };
}

/** A commit that fails costs the poll: what is not durable did not happen. */
function committed(
  step: Step,
  before: RaceState,
  outcome: PollOutcome,
  rules: RaceRules,
  { store, log }: RaceContext,
): Step {
  const { raceId } = before.baseline;
  try {
    store.commit(step.changes);
    return step;
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    log('journal.failed', { race_id: raceId, reason: detail });
    return afterFailedPoll(before, outcome, { reason: 'journal', detail, body: null }, rules);
  }
}

/** A response that could not be used is kept. The poll is committed by then, and stands whatever comes of this. */
function keepUnusable({ state, failure }: Step, { finishedAt }: PollOutcome, context: RaceContext): void {
  if (failure?.body == null) return;
  const { raceId } = state.baseline;
  const { reason, detail, body } = failure;
  if (!tryQuarantine({ raceId, receivedAt: finishedAt, reason, body }, context)) return;
  context.log('poll.quarantined', { race_id: raceId, reason: detail, bytes: body.byteLength });
}

/** How long after its start a race that the feed does not know any more is still asked for. */
const longestMissingMs = 86_400_000;

function isGone(step: Step, { finishedAt }: PollOutcome): boolean {
  const { race } = step.state.baseline;
  return (
    step.failure?.reason === 'not_found' &&
    race !== null &&
    finishedAt - race.advertisedStart > longestMissingMs
  );
}

function drop(state: RaceState, context: RaceContext): RaceReport {
  const { raceId } = state.baseline;
  context.log('race.dropped', { race_id: raceId, reason: 'not_found' });
  return endRace(raceId, context);
}

function takeListed(
  state$: BehaviorSubject<RaceState>,
  listed: ListedRace,
  generatedAt: number,
  context: RaceContext,
): void {
  const before = state$.value;
  const now = context.scheduler.now();
  const { changes, baseline } = diffListed(before.baseline, listed, generatedAt, now);
  if (!tryCommit(changes, context, listed.raceId)) return;
  tellRaceChange(before.baseline, baseline, context.log);
  state$.next(afterListing(before, baseline, now));
}

function settle(state$: BehaviorSubject<RaceState>, context: RaceContext): RaceReport {
  const { raceId, race } = state$.value.baseline;
  context.log('race.settled', { race_id: raceId, status: race?.status ?? '' });
  return endRace(raceId, context);
}

function endRace(raceId: string, { store, scheduler }: RaceContext): RaceReport {
  store.commit([{ table: 'races', key: raceId, patch: { settled_at: timestamp(scheduler.now()) } }]);
  return { kind: 'settled', raceId };
}
