import { ignoreElements, interval, tap } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Log } from '../domain/log-events.ts';
import { timestamp } from '../domain/time.ts';
import type { RequestBudget } from './budget.ts';

const lookEveryMs = 30_000;

/** Grace beyond a poll's own deadline. */
const graceMs = 60_000;

/** Times in epoch milliseconds. */
interface AwaitedPoll {
  readonly due: number;
  /** A poll that fell due while the service was stopped can only be waited for from its start. */
  readonly since: number;
}

/** Knows when each race is to be polled next, and tells which one was not. */
export class Watchdog {
  readonly #awaited = new Map<string, AwaitedPoll>();
  readonly #scheduler: SchedulerLike;
  readonly #patienceMs: number;
  readonly #queue: Pick<RequestBudget, 'movedAt'>;
  readonly #log: Log;

  /**
   * @param deadlineMs milliseconds of the scheduler's clock that a poll may take
   * @param queue where polls wait for their turn; as long as it moves on, a race that waits is late and not stalled
   */
  constructor(scheduler: SchedulerLike, deadlineMs: number, queue: Pick<RequestBudget, 'movedAt'>, log: Log) {
    this.#scheduler = scheduler;
    this.#patienceMs = deadlineMs + graceMs;
    this.#queue = queue;
    this.#log = log;
  }

  /**
   * A race's next poll; null when none is to come.
   * @param due epoch milliseconds
   */
  expect(raceId: string, due: number | null): void {
    if (due === null) this.#awaited.delete(raceId);
    else this.#awaited.set(raceId, { due, since: Math.max(due, this.#scheduler.now()) });
  }

  /** Looks at all races from time to time; emits nothing. */
  watch(): Observable<never> {
    return interval(lookEveryMs, this.#scheduler).pipe(
      tap(() => {
        this.#look();
      }),
      ignoreElements(),
    );
  }

  #look(): void {
    const now = this.#scheduler.now();
    const moved = this.#queue.movedAt ?? -Infinity;
    for (const [raceId, { due, since }] of this.#awaited) {
      if (now - Math.max(since, moved) <= this.#patienceMs) continue;
      this.#log('race.stalled', { race_id: raceId, due: timestamp(due), late_ms: Math.round(now - due) });
      // Told once for each poll that is missing.
      this.#awaited.delete(raceId);
    }
  }
}
