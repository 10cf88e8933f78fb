import {
  NEVER,
  Subject,
  Subscription,
  asyncScheduler,
  filter,
  firstValueFrom,
  ignoreElements,
  lastValueFrom,
  race,
  tap,
  timer,
} from 'rxjs';
import type { Observable } from 'rxjs';
import type { Log } from '../domain/log-events.ts';
import type { Change } from '../domain/tables.ts';
import { errorOf } from '../domain/thrown.ts';
import { openJournal } from '../journal/journal.ts';
import type { Journal } from '../journal/journal.ts';
import type { AppwriteSink } from '../sinks/appwrite/sink.ts';
import { RequestBudget } from '../streams/budget.ts';
import { Commits } from '../streams/commits.ts';
import { ReportedDrifts } from '../streams/drift.ts';
import { FeedClock } from '../streams/feed-clock.ts';
import { feedOf } from '../streams/feed.ts';
import { timeTroubles } from '../streams/heartbeat.ts';
import type { RacedayContext } from '../streams/race-context.ts';
import type { RacedayReport } from '../streams/raceday.ts';
import { Watchdog } from '../streams/watchdog.ts';
import { StepErrors } from './errors.ts';
import type { OpenFeed } from './open-feed.ts';
import type { Settings } from './settings/settings.ts';
import type { ReadBackDemand } from './open-sink.ts';
import { LogGrowth, logLimit } from './log-growth.ts';
import { saveLost } from './save-lost.ts';
import { toldStore } from './guarded-store.ts';

/** Real time that polls under way get to end in, once the service is to stop. */
const drainMs = 1_000;

/** Real time that the remote sink gets to deliver the rest in: a disk that is thrown away takes it along. */
const deliverMs = 5_000;

/** Real time that a poll may wait for its turn before it is missed: beside a fast clock, that is a long time. */
const queueMs = 5_000;

/** Real time between two looks whether the journal's files are in their place; a commit looks as well. */
const filesEveryMs = 1_000;

/** What was done since the start. */
export interface ServiceTotals {
  polls: number;
  failed: number;
  changes: number;
}

/** A recorder that runs, from {@link startService} until {@link Service.stop}. */
export class Service {
  readonly journal: Journal;
  readonly feed: OpenFeed;
  readonly totals: ServiceTotals = { polls: 0, failed: 0, changes: 0 };
  readonly #report$ = new Subject<RacedayReport>();
  readonly #committed$ = new Subject<readonly Change[]>();
  readonly #budget: RequestBudget;
  readonly #context: RacedayContext;
  readonly #troubles: Observable<never>;
  readonly #log: Log;
  readonly #settings: Settings;
  readonly #logGrowth = new LogGrowth();
  #sink: AppwriteSink | null = null;
  #work: Subscription | null = null;

  constructor(feed: OpenFeed, journal: Journal, settings: Settings, log: Log) {
    this.feed = feed;
    this.journal = journal;
    this.#log = log;
    this.#settings = settings;
    this.#budget = new RequestBudget(feed.limits, feed.scheduler);
    const store = toldStore(journal, this.#committed$, (error) => {
      this.#fail(error);
    });
    const clockSet$ = new Subject<number>();
    this.#troubles = timeTroubles(feed.scheduler, () => performance.now(), feed.speed, asyncScheduler).pipe(
      tap((trouble) => {
        if (trouble.kind === 'stalled') {
          log('loop.stalled', { stall_ms: trouble.ms });
        } else {
          log('clock.jumped', { jump_ms: trouble.ms });
          clockSet$.next(trouble.ms);
        }
      }),
      ignoreElements(),
    );
    this.#context = {
      clockSet$,
      feedClock: new FeedClock(log),
      reportedDrifts: new ReportedDrifts(),
      watchdog: new Watchdog(
        feed.scheduler,
        Math.max(feed.deadlineMs, queueMs * feed.speed),
        this.#budget,
        log,
      ),
      scheduler: feed.scheduler,
      feed: feedOf(feed.source),
      store,
      commits: new Commits(store, setImmediate),
      budget: this.#budget,
      cadences: settings.cadences,
      countries: new Set(settings.countries),
      categories: new Set(settings.categories),
      deadlineMs: feed.deadlineMs,
      runningSince: feed.scheduler.now(),
      log,
      random: Math.random,
    };
  }

  /** What the race day tells, while it runs; errors with what ended it. */
  get report$(): Observable<RacedayReport> {
    return this.#report$;
  }

  /** What the race day has written to the journal, once it is durable. */
  get committed$(): Observable<readonly Change[]> {
    return this.#committed$;
  }

  /** How much of what the feed's host allows is in use. */
  get budget(): Pick<RequestBudget, 'underWay' | 'waiting' | 'heldUntil'> {
    return this.#budget;
  }

  /**
   * Opens the remote sink that is configured; a new journal is filled from it first, as far as it can be unless it
   * is demanded.
   * @throws AppwriteError when what is demanded cannot be read
   */
  async connect(readBack?: Partial<ReadBackDemand>): Promise<void> {
    const { appwrite } = this.#settings;
    if (appwrite === null) return;
    const { openSink } = await import('./open-sink.ts');
    this.#sink = await openSink(appwrite, this.journal, this.feed.scheduler, this.#log, readBack);
  }

  /**
   * Waits until the remote sink has what the journal holds; without one that is so at once.
   * @param idleMs real milliseconds without any row delivered, after which it waits no longer
   * @returns whether it has
   */
  async delivered(idleMs: number): Promise<boolean> {
    return (await this.#sink?.flush(idleMs)) ?? true;
  }

  /**
   * Resolves once the remote sink can deliver nothing more before somebody sets something right.
   * @returns one sentence for each reason
   */
  hindered(): Promise<readonly string[]> {
    const obstacles$ = this.#sink?.obstacles$ ?? NEVER;
    return firstValueFrom(obstacles$.pipe(filter((reasons) => reasons.length > 0)), { defaultValue: [] });
  }

  /** Starts the work, that of `raceday` or of `importOnce`. Listen to {@link report$} before. */
  start(work: (context: RacedayContext) => Observable<RacedayReport>): void {
    // An answer that has come in time is still to be committed, by a thread that may have much to do.
    this.journal.begin(this.feed.deadlineMs + queueMs * this.feed.speed);
    this.#work = new Subscription();
    this.#work.add(
      this.#troubles.subscribe({
        error: (error: unknown) => {
          this.#fail(error);
        },
      }),
    );
    this.#work.add(
      timer(filesEveryMs, filesEveryMs, asyncScheduler).subscribe({
        next: () => {
          this.#requireJournal();
        },
        error: (error: unknown) => {
          this.#fail(error);
        },
      }),
    );
    this.#sink?.start();
    this.#work.add(
      work({ ...this.#context, runningSince: this.feed.scheduler.now() }).subscribe({
        next: (report) => {
          this.#count(report);
          this.#report$.next(report);
        },
        error: (error: unknown) => {
          this.#fail(error);
        },
        complete: () => {
          this.#report$.complete();
        },
      }),
    );
  }

  #requireJournal(): void {
    try {
      const { file, bytes } = this.journal.log;
      if (this.#logGrowth.isNew(bytes)) {
        this.#log('journal.log_grows', { log: file, bytes, limit_bytes: logLimit });
      }
      for (const file of this.journal.requireInPlace()) {
        this.#log('journal.lock_restored', { journal: this.journal.file, file });
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#report$.error(errorOf(error));
  }

  /**
   * Starts nothing more, lets the polls under way end for a moment, delivers what is left, and closes everything,
   * whatever of that fails.
   * @param last closes what else is to be closed before the journal is
   * @throws what failed; StepErrors when several steps did
   */
  async stop(last: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    let isDrained = false;
    let isLost = false;
    const save = async (): Promise<void> => {
      isLost ||= await saveLost(this.journal, this.#log);
    };
    await inTurn([
      async () => {
        await lastValueFrom(race(this.#budget.drain(), timer(drainMs)), { defaultValue: undefined });
        isDrained = this.#work !== null && this.#budget.underWay === 0;
      },
      () => this.#work?.unsubscribe(),
      // Only now the journal holds all that there is to deliver.
      () => this.#sink?.stop(this.journal.lost === null ? deliverMs : 0),
      // Before the server ends: until then it reports why.
      save,
      last,
      () => this.feed.close(),
      save,
      () => {
        if (isDrained && !isLost) this.journal.ended();
      },
      () => {
        this.journal.close();
      },
    ]);
  }

  #count(report: RacedayReport): void {
    if (report.kind !== 'polled') return;
    this.totals.polls++;
    this.totals.changes += report.changes;
    if (report.outcome === 'failed') this.totals.failed++;
  }
}

/**
 * Takes every step in turn, whatever becomes of those before it.
 * @throws what failed; StepErrors when several did
 */
async function inTurn(steps: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length === 1) throw failures[0];
  if (failures.length > 1) throw new StepErrors(failures);
}

/**
 * Opens a journal for a feed; when that fails, the feed is closed again.
 * @throws JournalError
 */
export async function openService(
  feed: OpenFeed,
  db: string,
  settings: Settings,
  log: Log,
): Promise<Service> {
  try {
    const journal = openJournal(db, { source: feed.journalSource, now: () => feed.scheduler.now() });
    journal.setSource(feed.journalSource);
    return new Service(feed, journal, settings, log);
  } catch (error) {
    await feed.close();
    throw error;
  }
}
