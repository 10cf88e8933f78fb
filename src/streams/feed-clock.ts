import { BehaviorSubject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Log } from '../domain/log-events.ts';

/** How many responses the offset is the median of. */
const observed = 21;

/** A feed clock that is off by less is taken to agree with ours. */
const toleranceMs = 5_000;

/** A response dated further from our clock says nothing of the feed's: one of them at the start would be the median. */
const maxOffsetMs = 86_400_000;

/** A correction that changes by less is left as it is: each change re-targets every race. */
const stepMs = 1_000;

/**
 * How far the feed's clock is ahead of ours. Starts are told by the feed's clock and polls are made by ours, so
 * that a difference would put every band in the wrong place: past five seconds it is told and corrected for.
 */
export class FeedClock {
  readonly #offsets: number[] = [];
  readonly #correction$ = new BehaviorSubject(0);
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** Milliseconds to add to our clock to get the feed's; 0 while they agree. */
  get correctionMs(): number {
    return this.#correction$.value;
  }

  get correction$(): Observable<number> {
    return this.#correction$;
  }

  /** Our clock was set: what was observed by it tells nothing any more. The next response does. */
  forget(): void {
    this.#offsets.length = 0;
  }

  /**
   * Takes a response into account. A time between asking and receiving agrees with ours.
   * @param generatedAt the feed's time of the response, epoch milliseconds
   */
  observe(generatedAt: number, startedAt: number, finishedAt: number): void {
    const offset = generatedAt - Math.min(Math.max(generatedAt, startedAt), finishedAt);
    if (Math.abs(offset) > maxOffsetMs) return;
    this.#offsets.push(offset);
    if (this.#offsets.length > observed) this.#offsets.shift();
    const middle = median(this.#offsets);
    const correction = Math.abs(middle) > toleranceMs ? middle : 0;
    const before = this.#correction$.value;
    if (Math.abs(correction - before) < stepMs && (correction === 0) === (before === 0)) return;
    this.#log('feed.clock', { offset_ms: middle, corrected: correction !== 0 });
    this.#correction$.next(correction);
  }
}

/** Of two in the middle the one that is nearer to 0: of two responses one may be odd. */
function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const lower = sorted[(sorted.length - 1) >> 1] ?? 0;
  const upper = sorted[sorted.length >> 1] ?? 0;
  return Math.abs(lower) < Math.abs(upper) ? lower : upper;
}
