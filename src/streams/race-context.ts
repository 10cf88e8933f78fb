import type { Observable, SchedulerLike } from 'rxjs';
import type { Log } from '../domain/log-events.ts';
import type { ListedRace } from '../domain/snapshot.ts';
import type { FeedFault } from '../domain/source.ts';
import type { RequestBudget } from './budget.ts';
import type { Cadence, CadenceTable } from './cadence.ts';
import type { Commits } from './commits.ts';
import type { ReportedDrifts } from './drift.ts';
import type { FeedClock } from './feed-clock.ts';
import type { Feed, Store } from './ports.ts';
import type { Watchdog } from './watchdog.ts';

/** What an actor is given from outside. */
export type RaceOrder =
  | {
      readonly kind: 'listed';
      readonly race: ListedRace;
      readonly generatedAt: number;
      /** Whether the clock of listings went back: it counts though an earlier one has a later time. */
      readonly isRewound?: boolean;
    }
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
  readonly commits: Commits;
  readonly budget: RequestBudget;
  readonly cadence: Cadence;
  /** Milliseconds of the scheduler's clock for a request and its response. */
  readonly deadlineMs: number;
  /** Epoch milliseconds at which the service started. */
  readonly runningSince: number;
  readonly feedClock: FeedClock;
  readonly reportedDrifts: ReportedDrifts;
  readonly watchdog: Watchdog;
  /** Emits when the clock was set: everything that waits for a time is to look at it again. */
  readonly clockSet$: Observable<unknown>;
  readonly log: Log;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}

export interface RacedayContext extends Omit<RaceContext, 'cadence'> {
  readonly cadences: CadenceTable;
  /** Countries to record, by the feed's codes (`NZ`, `AUS`). */
  readonly countries: ReadonlySet<string>;
  /** Racing codes to record: T, H, G. */
  readonly categories: ReadonlySet<string>;
}
