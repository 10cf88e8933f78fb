import {
  BehaviorSubject,
  ReplaySubject,
  Subject,
  catchError,
  defer,
  distinctUntilChanged,
  filter,
  finalize,
  firstValueFrom,
  ignoreElements,
  lastValueFrom,
  map,
  merge,
  of,
  race,
  repeat,
  retry,
  startWith,
  switchMap,
  takeUntil,
  takeWhile,
  tap,
  timer,
} from 'rxjs';
import type { Observable, SchedulerLike, Subscription } from 'rxjs';
import type { Log } from '../../domain/log-events.ts';
import type { Followable } from '../../journal/cursors.ts';
import type { Followed } from '../../journal/followed.ts';
import type { Journal } from '../../journal/journal.ts';
import { advice } from './advice.ts';
import type { Appwrite } from './client.ts';
import { AppwriteError } from './errors.ts';
import { follow } from './follow.ts';
import type { FollowStep } from './follow.ts';
import { outletOf } from './outlet.ts';
import { Rounds } from './rounds.ts';
import type { SelectedTable } from './selection.ts';
import { Telling, sinkName } from './telling.ts';
import { isPause, pausedMs, waitAfter } from './wait.ts';

export interface SinkOptions {
  readonly selection: readonly SelectedTable[];
  /** Rows of a request at the most. */
  readonly batchRows: number;
  /** Requests under way at once. */
  readonly inFlight: number;
  /** Milliseconds of the scheduler between two rounds, and for which a row of a race near its jump is gathered. */
  readonly lingerMs: number;
  readonly scheduler: SchedulerLike;
  readonly log: Log;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}

/** How often a sink that is to stop tries again what failed, and the real milliseconds between two tries. */
const lastTries = 4;
const againMs = 250;

/** Delivers a journal to Appwrite, from {@link start} until {@link stop}. */
export class AppwriteSink {
  readonly #appwrite: Appwrite;
  readonly #options: SinkOptions;
  readonly #followed: Followed;
  readonly #parts: readonly Followable[];
  readonly #rounds: Rounds;
  readonly #telling: Telling;
  readonly #step$ = new Subject<FollowStep>();
  readonly #nudge$ = new Subject<void>();
  readonly #stop$ = new ReplaySubject<void>(1);
  readonly #obstacles$ = new BehaviorSubject<readonly string[]>([]);
  /** Why tables are left alone, by their names. */
  readonly #closed = new Map<string, string>();
  #work: Subscription | null = null;

  constructor(appwrite: Appwrite, journal: Journal, options: SinkOptions) {
    const { scheduler, log } = options;
    const outlet = outletOf(appwrite);
    this.#appwrite = appwrite;
    this.#options = options;
    this.#followed = journal.followed(sinkName);
    this.#parts = partsOf(options.selection);
    this.#rounds = new Rounds({
      ...options,
      outlet,
      followed: this.#followed,
      onRefused: (table, { outgoing, reason }) => {
        log('sink.dead_letter', { sink: sinkName, table, row: outgoing.key, reason });
      },
      onClosed: (table, reason) => {
        if (reason === null) this.#closed.delete(table);
        else this.#closed.set(table, reason);
        this.#telling.closed(table, reason);
      },
    });
    this.#telling = new Telling({
      log,
      now: () => scheduler.now(),
      totals: () => ({ ...this.#rounds.totals, calls: outlet.calls }),
      lag: () => this.#followed.lag(this.#parts),
    });
  }

  /**
   * Why nothing more is delivered before somebody sets it right, one sentence for each reason; none while there is
   * no such reason. It tells at once how that stands.
   */
  get obstacles$(): Observable<readonly string[]> {
    return this.#obstacles$;
  }

  start(): void {
    const { lingerMs, scheduler, random, log, selection } = this.#options;
    const { endpoint, databaseId: database } = this.#appwrite;
    this.#followed.follow(this.#parts);
    log('sink.started', {
      sink: sinkName,
      endpoint,
      database,
      tables: selection.map(({ table }) => table.id),
    });
    this.#work = follow(() => this.#rounds.round(), {
      lingerMs,
      waitAfter: (error, failures) => waitAfter(error, failures, random()),
      scheduler,
      nudge$: this.#nudge$,
      stop$: this.#stop$,
    })
      .pipe(
        tap((step) => {
          this.#telling.step(step);
          this.#obstacles$.next(this.#obstaclesAfter(step));
        }),
        // Rounds that fail are steps: this is a journal that cannot even be looked at.
        retry({ delay: (error) => this.#afterFault(error) }),
      )
      .subscribe(this.#step$);
  }

  #obstaclesAfter(step: FollowStep): readonly string[] {
    if (step.kind === 'failed') return isPause(step.error) ? [advice(step.error)] : [];
    return step.more ? [] : [...this.#closed.values()];
  }

  #afterFault(error: unknown): Observable<unknown> {
    this.#telling.fault(error, pausedMs);
    return timer(pausedMs, this.#options.scheduler).pipe(takeUntil(this.#stop$));
  }

  /**
   * Waits until everything that the journal holds is delivered; nothing is gathered meanwhile.
   * @param idleMs real milliseconds without any row delivered, after which it waits no longer
   * @returns whether everything is
   */
  flush(idleMs: number): Promise<boolean> {
    const nudge = (): void => {
      this.#nudge$.next();
    };
    const everything$ = this.#step$.pipe(
      map((step) => step.kind === 'done' && this.#followed.lag(this.#parts).rows === 0),
      filter((everything) => everything),
    );
    const idle$ = this.#step$.pipe(
      map(() => this.#rounds.totals.rows),
      startWith(this.#rounds.totals.rows),
      distinctUntilChanged(),
      switchMap(() => timer(idleMs)),
      map(() => false),
    );
    // The wait for the next round begins only once the step before it is told.
    const again$ = this.#step$.pipe(
      tap(() => {
        queueMicrotask(nudge);
      }),
      ignoreElements(),
    );
    const outcome = firstValueFrom(
      merge(again$, race(everything$, idle$)).pipe(
        finalize(() => {
          this.#rounds.hurry = false;
        }),
      ),
      { defaultValue: false },
    );
    this.#rounds.hurry = true;
    nudge();
    return outcome;
  }

  /**
   * Delivers what the journal still holds, as far as it can be delivered without delay, and closes the connections.
   * @param mostMs real milliseconds for that; then a call that is under way is given up
   */
  async stop(mostMs: number): Promise<void> {
    if (this.#work?.closed === false) {
      const deadline = performance.now() + mostMs;
      this.#rounds.hurry = true;
      const ended = firstValueFrom(race(this.#step$.pipe(ignoreElements()), timer(mostMs)), {
        defaultValue: null,
      });
      this.#stop$.next();
      if ((await ended) === null) await this.#deliverRest(Math.max(0, deadline - performance.now()));
      this.#work.unsubscribe();
      this.#telling.delivered();
    }
    await this.#appwrite.close();
  }

  /** Rounds until nothing is left that can be delivered; what fails by chance is tried again. */
  #deliverRest(mostMs: number): Promise<boolean> {
    const left$ = defer(() => this.#rounds.round()).pipe(
      repeat(),
      takeWhile((more) => more),
      retry({ count: lastTries, resetOnSuccess: true, delay: (error) => passingOnly(error) }),
      catchError((error: unknown) => {
        this.#telling.step({ kind: 'failed', error, failures: lastTries + 1, waitMs: 0 });
        return of(true);
      }),
      takeUntil(timer(mostMs)),
    );
    return lastValueFrom(left$, { defaultValue: false });
  }
}

/**
 * The pause before another try.
 * @throws the error that no other try would change
 */
function passingOnly(error: unknown): Observable<unknown> {
  if (error instanceof AppwriteError && error.passes) return timer(againMs);
  throw error;
}

/** What a sink follows in the journal, for the tables that it delivers. */
export function partsOf(selection: readonly SelectedTable[]): Followable[] {
  return selection.map(({ table, kinds }) => ({ table: table.id, kinds }));
}
