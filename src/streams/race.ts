import { Observable, ReplaySubject, Subscription, concatMap, defer, of, take, takeWhile } from 'rxjs';
import { stands } from '../domain/arbitration.ts';
import type { Baseline } from '../domain/baseline.ts';
import type { Print } from '../domain/print.ts';
import { hasEnded, raceStatus } from '../domain/status.ts';
import { timestamp } from '../domain/time.ts';
import type { RaceTimes } from './cadence.ts';
import { phaseOf } from './due.ts';
import { plans } from './plans.ts';
import { poll } from './poll.ts';
import { dues, polling } from './polling.ts';
import type { Due } from './polling.ts';
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
  // There are very many of them: what only has to be done is subscribed to, and is no part of the stream.
  return new Observable<RaceReport>((subscriber) => {
    const { watchdog } = context;
    const memory = new RaceMemory(restore(raceId, context), context.feedClock.correctionMs);
    const ask$ = new ReplaySubject<Due>(1);
    const fail = (error: unknown): void => {
      subscriber.error(error);
    };
    subscriber.add(() => {
      watchdog.expect(raceId, null);
    });
    subscriber.add(tellStart(raceId, memory, fail, context));
    subscriber.add(followClock(memory, fail, context));
    // The orders come first: of a race that nothing else has told of, the first one does.
    subscriber.add(takeOrders(order$, memory, ask$, fail, context));
    polled(raceId, memory, ask$, context).subscribe(subscriber);
  });
}

function polled(
  raceId: string,
  memory: RaceMemory,
  ask$: Observable<Due>,
  context: RaceContext,
): Observable<RaceReport> {
  const { cadence, scheduler, watchdog, random, log } = context;
  const plan$ = memory.times$.pipe(
    plans(cadence, scheduler, (plan) => {
      tellPlan(memory.value.baseline, plan, log);
    }),
  );
  const aim = (due: number | null): void => {
    watchdog.expect(raceId, due);
  };
  return polling(
    dues(plan$, memory.polls$, scheduler, aim, random),
    ask$,
    (due) => pollOnce(memory, due, context),
    () => defer(() => of(settle(memory, context))),
  ).pipe(takeWhile((report) => report.kind !== 'settled', true));
}

function tellStart(
  raceId: string,
  memory: RaceMemory,
  error: (error: unknown) => void,
  { log }: RaceContext,
): Subscription {
  const next = (times: RaceTimes): void => {
    // By our clock it could be of no year that is written: the year 10000, or the one before 0.
    const start = memory.value.baseline.race?.advertisedStart ?? times.advertisedStart;
    log('race.started', { race_id: raceId, start: timestamp(start), status: times.status });
  };
  return memory.times$.pipe(take(1)).subscribe({ next, error });
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
  const error = (cause: unknown): void => {
    fail(new Error('The clock cannot be followed any more.', { cause }));
  };
  followed.add(feedClock.correction$.subscribe({ next: correct, error }));
  followed.add(clockSet$.subscribe({ next: tellAgain, error }));
  return followed;
}

/** @param fail told what an order that is a fault of our own threw */
function takeOrders(
  order$: Observable<RaceOrder>,
  memory: RaceMemory,
  ask$: ReplaySubject<Due>,
  fail: (error: unknown) => void,
  context: RaceContext,
): Subscription {
  const take = (order: RaceOrder): void => {
    try {
      if (isToPoll(order, memory, context)) ask$.next({ kind: 'poll', due: context.scheduler.now() });
    } catch (error) {
      fail(error);
    }
  };
  return order$.subscribe({ next: take, error: fail });
}

/**
 * Takes an order, and returns whether an immediate poll is due: it was asked for, or the listing reported a race Final,
 * whose reads follow the one that saw it so, or the listing names one that seemed to be removed or contradicts what stands
 * by something new.
 */
function isToPoll(order: RaceOrder, memory: RaceMemory, context: RaceContext): boolean {
  if (order.kind !== 'listed') return order.kind === 'poll';
  const before = memory.value;
  takeListed(memory, order, context);
  // A listing holds no results. A race of which nothing was known is due at once in any case.
  if (before.baseline.race === null) return false;
  return (
    isMissing(before) ||
    (!isFinal(before) && isFinal(memory.value)) ||
    contradictsAnew(before.baseline, memory.value.baseline)
  );
}

/** Whether a listing is the first to say something that does not stand: the event decides. */
function contradictsAnew({ listed: before }: Baseline, { listed }: Baseline): boolean {
  if (listed === null || listed.isAgreed) return false;
  return before === null || !stands(before, listed);
}

function restore(raceId: string, { store, scheduler }: RaceContext): RaceState {
  return {
    baseline: store.baseline(raceId),
    polls: { phase: phaseOf(raceId), last: null, lastGoodAt: store.lastGoodPollAt(raceId) },
    since: store.unchangedSince(raceId) ?? scheduler.now(),
    gap: store.openGap(raceId),
    moved: null,
    known: null,
    older: null,
  };
}

function isMissing({ polls }: RaceState): boolean {
  return polls.last !== null && polls.last.missing > 0;
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
