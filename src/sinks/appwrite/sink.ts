import {
  ReplaySubject,
  Subject,
  distinctUntilChanged,
  filter,
  firstValueFrom,
  ignoreElements,
  map,
  merge,
  race,
  retry,
  startWith,
  switchMap,
  takeUntil,
  tap,
  timer,
} from 'rxjs';
import type { Observable, SchedulerLike, Subscription } from 'rxjs';
import type { Log } from '../../domain/log-events.ts';
import type { Followable } from '../journal/cursors.ts';
import type { Followed } from '../journal/followed.ts';
import type { Journal } from '../journal/journal.ts';
import type { Appwrite } from './client.ts';
import { follow } from './follow.ts';
import type { FollowStep } from './follow.ts';
import { outletOf } from './outlet.ts';
import { Rounds } from './rounds.ts';
import type { SelectedTable } from './selection.ts';
import { Telling, sinkName } from './telling.ts';
import { pausedMs, waitAfter } from './wait.ts';

export interface SinkOptions {
  readonly selection: readonly SelectedTable[];
  /** Rows of a request at the most. */
  readonly batchRows: number;
  /** Requests under way at once. */
  readonly inFlight: number;
  /** Milliseconds of the scheduler for which rows are gathered before they are sent. */
  readonly lingerMs: number;
  readonly scheduler: SchedulerLike;
  readonly log: Log;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}

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
        }),
        // Rounds that fail are steps: this is a journal that cannot even be looked at.
        retry({ delay: (error) => this.#afterFault(error) }),
      )
      .subscribe(this.#step$);
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
    const outcome = firstValueFrom(merge(again$, race(everything$, idle$)), { defaultValue: false });
    nudge();
    return outcome;
  }

  /**
   * Starts no further call, lets those under way end, and closes the connections.
   * @param mostMs real milliseconds to wait for them; then they are given up
   */
  async stop(mostMs: number): Promise<void> {
    this.#rounds.stop();
    if (this.#work?.closed === false) {
      const ended = firstValueFrom(race(this.#step$.pipe(ignoreElements()), timer(mostMs)), {
        defaultValue: null,
      });
      this.#stop$.next();
      await ended;
      this.#work.unsubscribe();
      this.#telling.delivered();
    }
    await this.#appwrite.close();
  }
}

/** What a sink follows in the journal, for the tables that it delivers. */
export function partsOf(selection: readonly SelectedTable[]): Followable[] {
  return selection.map(({ table, kinds }) => ({ table: table.id, kinds }));
}
