import { Subject, Subscription, asyncScheduler, ignoreElements, lastValueFrom, race, tap, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Log } from '../domain/log-events.ts';
import { openJournal } from '../sinks/journal/journal.ts';
import type { Journal } from '../sinks/journal/journal.ts';
import type { AppwriteSink } from '../sinks/appwrite/sink.ts';
import { RequestBudget } from '../streams/budget.ts';
import { FeedClock } from '../streams/feed-clock.ts';
import { feedOf } from '../streams/feed.ts';
import { timeTroubles } from '../streams/heartbeat.ts';
import type { RacedayContext, RacedayReport } from '../streams/raceday.ts';
import { Watchdog } from '../streams/watchdog.ts';
import type { OpenFeed } from './feed.ts';
import type { Settings } from './settings.ts';

/** Real time that polls under way get to end in, once the service is to stop. */
const drainMs = 1_000;

/** Real time that a poll may wait for its turn before it is missed: beside a fast clock, that is a long time. */
const queueMs = 5_000;

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
  readonly #budget: RequestBudget;
  readonly #context: RacedayContext;
  readonly #troubles: Observable<never>;
  readonly #log: Log;
  readonly #settings: Settings;
  #sink: AppwriteSink | null = null;
  #work: Subscription | null = null;

  constructor(feed: OpenFeed, journal: Journal, settings: Settings, log: Log) {
    this.feed = feed;
    this.journal = journal;
    this.#log = log;
    this.#settings = settings;
    this.#budget = new RequestBudget(feed.limits, feed.scheduler);
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
      watchdog: new Watchdog(feed.scheduler, Math.max(feed.deadlineMs, queueMs * feed.speed), log),
      scheduler: feed.scheduler,
      feed: feedOf(feed.source),
      store: journal,
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

  /** Opens the remote sink that is configured; a new journal is filled from it first, as far as it can be. */
  async connect(): Promise<void> {
    const { appwrite } = this.#settings;
    if (appwrite === null) return;
    const { openSink } = await import('./sink.ts');
    this.#sink = await openSink(appwrite, this.journal, this.feed.scheduler, this.#log);
  }

  /**
   * Waits until the remote sink has what the journal holds; without one that is so at once.
   * @param idleMs real milliseconds without any row delivered, after which it waits no longer
   * @returns whether it has
   */
  async delivered(idleMs: number): Promise<boolean> {
    return (await this.#sink?.flush(idleMs)) ?? true;
  }

  /** Starts the work, that of `raceday` or of `importOnce`. Listen to {@link report$} before. */
  start(work: (context: RacedayContext) => Observable<RacedayReport>): void {
    this.#work = new Subscription();
    this.#work.add(
      this.#troubles.subscribe({
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

  #fail(error: unknown): void {
    this.#report$.error(error instanceof Error ? error : new Error(String(error)));
  }

  /** Starts nothing more, lets the polls under way end for a moment, and closes everything. */
  async stop(): Promise<void> {
    const polls = lastValueFrom(race(this.#budget.drain(), timer(drainMs)), { defaultValue: undefined });
    await Promise.all([polls, this.#sink?.stop(drainMs)]);
    this.#work?.unsubscribe();
    await this.feed.close();
    this.journal.close();
  }

  #count(report: RacedayReport): void {
    if (report.kind !== 'polled') return;
    this.totals.polls++;
    this.totals.changes += report.changes;
    if (report.outcome === 'failed') this.totals.failed++;
  }
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
