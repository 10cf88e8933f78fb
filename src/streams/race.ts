import {
  ReplaySubject,
  Subscription,
  concatMap,
  defer,
  finalize,
  ignoreElements,
  merge,
  of,
  take,
  takeWhile,
  tap,
} from 'rxjs';
import type { Observable } from 'rxjs';
import type { Print } from '../domain/print.ts';
import { hasEnded, raceStatus } from '../domain/status.ts';
import { timestamp } from '../domain/time.ts';
import { phaseOf } from './due.ts';
import { plans } from './plans.ts';
import { poll } from './poll.ts';
import { dues, polling } from './polling.ts';
import type { RaceContext, RaceOrder, RaceReport } from './race-context.ts';
import { tellPlan } from './race-log.ts';
import { RaceMemory } from './race-memory.ts';
import type { RaceState } from './race-state.ts';
import { settle, takeListed, takeOutcome } from './race-taking.ts';

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
    const { scheduler, watchdog, log } = context;
    const memory = new RaceMemory(restore(raceId, context), context.feedClock.correctionMs);
    // The orders come first: of a race that nothing else has told of, the first one does.
    const ask$ = new ReplaySubject<number>(1);
    const clock = followClock(
      memory,
      (error) => {
        ask$.error(new Error('The clock cannot be followed any more.', { cause: error }));
      },
      context,
    );
    const ordered$ = order$.pipe(
      tap((order) => {
        if (isToPoll(order, memory, context)) ask$.next(scheduler.now());
      }),
      ignoreElements(),
    );
    const plan$ = memory.times$.pipe(
      plans(context.cadence, scheduler),
      tap((plan) => {
        tellPlan(raceId, plan, log);
      }),
    );
    const due$ = dues(
      plan$,
      memory.polls$,
      scheduler,
      (due) => {
        watchdog.expect(raceId, due);
      },
      context.random,
    );
    const polled$ = polling(
      due$,
      ask$,
      (due) => pollOnce(memory, due, context),
      () => defer(() => of(settle(memory, context))),
    );
    const started$ = memory.times$.pipe(
      take(1),
      tap(({ advertisedStart, status }) => {
        log('race.started', { race_id: raceId, start: timestamp(advertisedStart), status });
      }),
      ignoreElements(),
    );
    return merge(started$, ordered$, polled$).pipe(
      takeWhile((report) => report.kind !== 'settled', true),
      finalize(() => {
        clock.unsubscribe();
        watchdog.expect(raceId, null);
      }),
    );
  });
}

/** @param fail told what cannot be followed any more */
function followClock(
  memory: RaceMemory,
  fail: (error: unknown) => void,
  { feedClock, clockSet$ }: RaceContext,
): Subscription {
  const followed = new Subscription();
  const correct = (correctionMs: number): void => {
    memory.correct(correctionMs);
  };
  const tellAgain = (): void => {
    memory.tellAgain();
  };
  followed.add(feedClock.correction$.subscribe({ next: correct, error: fail }));
  followed.add(clockSet$.subscribe({ next: tellAgain, error: fail }));
  return followed;
}

/** Takes an order. A poll is asked for, or wanted: the reads of a final race follow the one that saw it final. */
function isToPoll(order: RaceOrder, memory: RaceMemory, context: RaceContext): boolean {
  if (order.kind !== 'listed') return order.kind === 'poll';
  const before = memory.value;
  takeListed(memory, order.race, order.generatedAt, context);
  // A listing holds no results. A race of which nothing was known is due at once in any case.
  return before.baseline.race !== null && !isFinal(before) && isFinal(memory.value);
}

function restore(raceId: string, { store }: RaceContext): RaceState {
  return {
    baseline: store.baseline(raceId),
    polls: { phase: phaseOf(raceId), last: null, lastGoodAt: store.lastGoodPollAt(raceId) },
    gap: store.openGap(raceId),
    movedAt: -Infinity,
    known: null,
  };
}

function isFinal({ baseline }: RaceState): boolean {
  return baseline.race !== null && raceStatus(baseline.race.status) === 'final';
}

/** It has its place among the requests under way until what it led to is committed: none is left behind then. */
function pollOnce(memory: RaceMemory, due: number, context: RaceContext): Observable<RaceReport> {
  const { budget, feed, scheduler, deadlineMs } = context;
  const state = memory.value;
  const outcome$ = poll(feed.event(state.baseline.raceId, comparable(state)), due, deadlineMs, scheduler);
  return budget.run(
    urgency(state, scheduler.now()),
    outcome$.pipe(concatMap((outcome) => takeOutcome(memory, outcome, context))),
  );
}

/** A 304 tells no time by which a listing's word is older or newer: after another word the answer is had in full. */
function comparable({ known, baseline: { race } }: RaceState): Print | null {
  if (known === null || race === null) return null;
  const { status, advertised_start: start } = known.standing;
  const isAsSaid = race.status === status && timestamp(race.advertisedStart) === start;
  return isAsSaid || known.print.etag == null ? known.print : { ...known.print, etag: null };
}

/** A race that has ended gives way to those that have not: its reads are in no hurry. */
const endedUrgencyMs = 3_600_000;

function urgency({ baseline }: RaceState, now: number): number {
  if (baseline.race === null) return 0;
  if (hasEnded(raceStatus(baseline.race.status))) return endedUrgencyMs;
  return Math.max(0, baseline.race.advertisedStart - now);
}
