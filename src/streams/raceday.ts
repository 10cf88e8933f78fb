import {
  BehaviorSubject,
  EMPTY,
  Subject,
  concatMap,
  defer,
  exhaustMap,
  filter,
  finalize,
  from,
  ignoreElements,
  interval,
  map,
  merge,
  mergeMap,
  of,
  retry,
  share,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import type { Observable } from 'rxjs';
import { cadenceFor } from './cadence.ts';
import { nzDatesOfUtcDay, utcMidnights } from './days.ts';
import { backOff } from './due.ts';
import { importDay } from './import-day.ts';
import type { ImportStep } from './import-day.ts';
import { listDate, listingMemory, takeListing } from './listing.ts';
import type { ListingMemory } from './listing.ts';
import { race } from './race.ts';
import type { RaceOrder, RaceReport, RacedayContext } from './race-context.ts';
import { messageOf } from '../domain/thrown.ts';

/** What the race day tells: reports of its races, and finished imports. */
export type RacedayReport = RaceReport | Extract<ImportStep, { kind: 'imported' }>;

/** How often the present dates are listed between imports, for new, moved and abandoned races. */
const listingEveryMs = 120_000;

interface Addressed {
  readonly raceId: string;
  readonly country: string | null;
  readonly category: string | null;
  readonly order: RaceOrder;
}

/**
 * The service's work: imports at start and at every 00:00 UTC, lists every 2 minutes, and runs an actor for each
 * selected race until it is settled, those that an earlier run left unsettled among them. It never completes.
 */
export function raceday(context: RacedayContext): Observable<RacedayReport> {
  const { scheduler, store } = context;
  const resumed$ = defer(() => from(store.liveRaces())).pipe(
    map(({ race_id, country, type }) => addressed(race_id, country, type, { kind: 'resume' })),
  );
  const steps = (report$: Observable<RaceReport>): Observable<ImportStep> =>
    merge(
      merge(of(0), utcMidnights(scheduler)).pipe(concatMap(() => importDay(report$, context))),
      interval(listingEveryMs, scheduler).pipe(exhaustMap(() => listDay(context))),
    );
  // An import's races may wait for their turn for minutes, and it names those that it does not come to.
  return merge(
    actors(resumed$, steps, (report$) => report$, context),
    context.watchdog.watch(),
    context.clockSet$.pipe(
      tap(() => {
        context.feedClock.forget();
      }),
      ignoreElements(),
    ),
  );
}

/**
 * One import and no more: lists, has each selected race's event fetched once, and completes with its outcome.
 * @param dates NZ dates; those of the present UTC day when left out
 * @param until the scheduler's time at which it ends, and names what is not done by then
 */
export function importOnce(
  context: RacedayContext,
  dates: readonly string[] | undefined,
  until?: number,
): Observable<RacedayReport> {
  return actors(
    EMPTY,
    (report$) => importDay(report$, context, dates, until),
    (report$) =>
      report$.pipe(takeWhile((report) => report.kind === 'polled' && report.outcome === 'failed', true)),
    context,
  ).pipe(takeWhile((report) => report.kind !== 'imported', true));
}

/** Runs an actor for every race that is told of, and gives the steps what the actors report. */
function actors(
  first$: Observable<Addressed>,
  steps: (report$: Observable<RaceReport>) => Observable<ImportStep>,
  limit: (report$: Observable<RaceReport>) => Observable<RaceReport>,
  context: RacedayContext,
): Observable<RacedayReport> {
  return defer(() => {
    const report$ = new Subject<RaceReport>();
    const running = new Map<string, BehaviorSubject<RaceOrder>>();
    const memory = listingMemory(context);
    const step$ = steps(report$).pipe(share());
    const imported$ = step$.pipe(filter((step) => step.kind === 'imported'));
    const order$ = step$.pipe(concatMap((step) => from(orders(step, memory, context))));
    const actor$ = merge(first$, order$).pipe(
      mergeMap((told) => {
        const heard$ = running.get(told.raceId);
        if (heard$ === undefined) return limit(begun(told, running, context));
        heard$.next(told.order);
        return EMPTY;
      }),
      tap((report) => {
        report$.next(report);
      }),
    );
    return merge(imported$, actor$);
  });
}

/**
 * A race's actor, which hears orders for as long as it runs. One that fails by a fault of our own is started again, and
 * its siblings never notice. What stays of it for a day is but a few subscriptions: there are very many races.
 */
function begun(
  { raceId, country, category, order }: Addressed,
  running: Map<string, BehaviorSubject<RaceOrder>>,
  context: RacedayContext,
): Observable<RaceReport> {
  const cadence = cadenceFor(context.cadences, country, category);
  // Heard between two starts too: one that starts again goes by the newest order and not by its first.
  const order$ = new BehaviorSubject(order);
  running.set(raceId, order$);
  return race(raceId, order$, { ...context, cadence }).pipe(
    retry({
      delay: (error, failures) => restart(raceId, error, failures, context),
      resetOnSuccess: true,
    }),
    finalize(() => {
      running.delete(raceId);
    }),
  );
}

function restart(
  raceId: string,
  error: unknown,
  failures: number,
  context: RacedayContext,
): Observable<unknown> {
  const { scheduler, random, log } = context;
  const delayMs = backOff(failures, Infinity, random());
  const reason = messageOf(error);
  log('race.restarted', { race_id: raceId, reason, delay_ms: delayMs });
  return timer(delayMs, scheduler);
}

/** Lists the present dates once. */
function listDay(context: RacedayContext): Observable<ImportStep> {
  return from(nzDatesOfUtcDay(context.scheduler.now())).pipe(
    concatMap((date) => listDate(date, 1, context)),
    map((listing): ImportStep => ({ kind: 'listing', listing })),
  );
}

/** Meetings are written before the orders for their races are given: parents come before children. */
function orders(step: ImportStep, memory: ListingMemory, context: RacedayContext): Addressed[] {
  if (step.kind === 'imported') return [];
  if (step.kind === 'fetch') {
    const { raceId, country, category } = step.race;
    return [addressed(raceId, country, category, { kind: 'poll' })];
  }
  if (step.listing.kind === 'failed') return [];
  const { date, snapshot } = step.listing;
  const races = takeListing(step.listing, memory, context);
  const isRewound = memory.newest.get(date)?.abandonedAt != null;
  const order = { kind: 'listed', generatedAt: snapshot.generatedAt, isRewound } as const;
  return races.map((race) => addressed(race.raceId, race.country, race.category, { ...order, race }));
}

function addressed(
  raceId: string,
  country: string | null,
  category: string | null,
  order: RaceOrder,
): Addressed {
  return { raceId, country, category, order };
}
