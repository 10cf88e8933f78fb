import type { Observable } from 'rxjs';
import type { LogEvent } from '../domain/log-events.ts';
import type { Change } from '../domain/tables.ts';

/** What the server needs of the recorder that it tells of. */
export interface Recorder {
  readonly version: string;
  /** The computer's own clock when the service started, epoch milliseconds. */
  readonly startedAt: number;
  /** The recorder's clock, epoch milliseconds. */
  readonly now: () => number;
  /** How many times as fast as real time that clock runs. */
  readonly speed: number;
  readonly source: RecordedSource;
  /** File of the journal. */
  readonly journal: string;
  /** Everything that is logged, as it happens. */
  readonly event$: Observable<LogEvent>;
  /** What was committed, once it is durable. */
  readonly committed$: Observable<readonly Change[]>;
  readonly budget: () => BudgetUse;
  /** Milliseconds of the recorder's clock by which a sink may lag before the recorder is not ready. */
  readonly sinkLagLimitMs: number;
}

interface RecordedSource {
  readonly kind: 'tab' | 'simulator';
  readonly url: string;
  /** Of a simulated market; null for a real feed. */
  readonly seed: number | null;
}

/** How much of what the feed's host allows is in use. */
export interface BudgetUse {
  readonly inFlight: number;
  readonly inFlightLimit: number;
  /** Infinity for no limit. */
  readonly requestsPerSecond: number;
  readonly waiting: number;
  /** Epoch milliseconds before which no request is started; null when nothing is held. */
  readonly heldUntil: number | null;
}
