import { Observable, Subscription, asyncScheduler } from 'rxjs';
import type { SchedulerAction, SchedulerLike } from 'rxjs';

/** Where a simulated clock stands: at real time `real` it shows `simulated`, and runs `speed` times as fast. */
export interface ClockOrigin {
  /** Epoch milliseconds. */
  readonly real: number;
  /** Epoch milliseconds. */
  readonly simulated: number;
  readonly speed: number;
}

/** The time that a simulated clock shows now, epoch milliseconds. */
export function simulatedNow(origin: ClockOrigin, realNow: number): number {
  return origin.simulated + (realNow - origin.real) * origin.speed;
}

/** A scheduler whose clock runs `speed` times as fast as the real one: every delay takes a part of its time. */
export function simulatedScheduler(origin: ClockOrigin): SchedulerLike {
  return {
    now: () => simulatedNow(origin, Date.now()),
    schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T): Subscription {
      return new ScaledAction(work, origin.speed).schedule(state, delay);
    },
  };
}

/** RxJS's operators re-schedule the action that runs, so that scaling must live in the action. */
class ScaledAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #work: (this: SchedulerAction<T>, state?: T) => void;
  readonly #speed: number;
  #pending: Subscription | null = null;

  constructor(work: (this: SchedulerAction<T>, state?: T) => void, speed: number) {
    super(() => this.#pending?.unsubscribe());
    this.#work = work;
    this.#speed = speed;
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed) return this;
    this.#pending?.unsubscribe();
    const pending = asyncScheduler.schedule(() => {
      this.#work(state);
      // Work that did not re-schedule itself has ended.
      if (this.#pending === pending) this.unsubscribe();
    }, delay / this.#speed);
    this.#pending = pending;
    return this;
  }
}

/**
 * Longest single timer. Clocks jump and timers do not notice, so that a long wait looks at the clock again; and
 * a timer over 2^31 ms would fire at once.
 */
export const longestTimerMs = 60_000;

/** Milliseconds after which to look at the clock again for a time that is waited for, 0 when it has passed. */
export function waitMs(due: number, scheduler: SchedulerLike): number {
  const left = due - scheduler.now();
  return left < longestTimerMs ? Math.max(0, left) : longestTimerMs;
}

/**
 * Emits a value once, when the clock reaches the time that it is due at; at once when it has passed. Never before: timers
 * fire up to a millisecond early, and what was due would be due again.
 *
 * @param due epoch milliseconds
 */
export function at<T>(due: number, scheduler: SchedulerLike, value: T): Observable<T> {
  return new Observable((subscriber) =>
    scheduler.schedule(
      function () {
        if (scheduler.now() < due) {
          this.schedule(undefined, waitMs(due, scheduler));
          return;
        }
        subscriber.next(value);
        subscriber.complete();
      },
      waitMs(due, scheduler),
    ),
  );
}
