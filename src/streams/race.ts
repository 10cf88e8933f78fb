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
import type { Observable } from 'rxjs';
import type { Print } from '../domain/print.ts';
import { hasEnded, raceStatus } from '../domain/status.ts';
import { timestamp } from '../domain/time.ts';
import type { RaceTimes } from './cadence.ts';
import { phaseOf } from './due.ts';
import { plans } from './plans.ts';
import { poll } from './poll.ts';
import type { PollOutcome } from './poll.ts';
import { dues, polling } from './polling.ts';
import type { RaceContext, RaceOrder, RaceReport } from './race-context.ts';
import { tellPlan } from './race-log.ts';
import { raceTimes } from './race-state.ts';
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
    known: null,
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
  const request$ = poll(feed.event(state.baseline.raceId, comparable(state)), due, deadlineMs, scheduler);
  return budget.run(urgency(state, scheduler.now()), request$);
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
