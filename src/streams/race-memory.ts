import { BehaviorSubject, ReplaySubject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { RaceTimes } from './cadence.ts';
import type { PollState } from './due.ts';
import { raceTimes } from './race-state.ts';
import type { RaceState } from './race-state.ts';

/**
 * What a race's actor knows, and what of it decides when the race is polled. There are very many of them: two subjects
 * take far less memory than the operators that would tell the same of one.
 */
export class RaceMemory {
  readonly #times$ = new ReplaySubject<RaceTimes>(1);
  readonly #polls$: BehaviorSubject<PollState>;
  #value: RaceState;
  #times: RaceTimes | null = null;
  #correctionMs: number;

  /** @param correctionMs milliseconds by which the feed's clock is ahead of ours */
  constructor(value: RaceState, correctionMs: number) {
    this.#value = value;
    this.#correctionMs = correctionMs;
    this.#polls$ = new BehaviorSubject(value.polls);
    this.#tellTimes();
  }

  get value(): RaceState {
    return this.#value;
  }

  /** What the plan goes by: none before anything told of the race, and then whenever it is another. */
  get times$(): Observable<RaceTimes> {
    return this.#times$;
  }

  /** What the next due goes by, beside the plan. */
  get polls$(): Observable<PollState> {
    return this.#polls$;
  }

  next(value: RaceState): void {
    this.#value = value;
    this.#tellTimes();
    if (value.polls !== this.#polls$.value) this.#polls$.next(value.polls);
  }

  /** The feed's clock is found to be ahead of ours by another time. */
  correct(correctionMs: number): void {
    this.#correctionMs = correctionMs;
    this.#tellTimes();
  }

  /** Our clock was set: all that waits for a time is to look at it again. */
  tellAgain(): void {
    if (this.#times !== null) this.#times$.next(this.#times);
    this.#polls$.next(this.#value.polls);
  }

  #tellTimes(): void {
    const times = raceTimes(this.#value, this.#correctionMs);
    // Told again it would be the same plan, but with every poll another timer.
    if (times === null || (this.#times !== null && sameTimes(this.#times, times))) return;
    this.#times = times;
    this.#times$.next(times);
  }
}

function sameTimes(a: RaceTimes, b: RaceTimes): boolean {
  return (
    a.status === b.status &&
    a.advertisedStart === b.advertisedStart &&
    a.since === b.since &&
    a.endedAt === b.endedAt
  );
}
