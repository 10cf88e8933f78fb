import { Observable, Subject, Subscription, defer, filter, ignoreElements, startWith, take } from 'rxjs';
import type { SchedulerLike, Subscriber } from 'rxjs';
import { longestTimerMs } from './clock.ts';

export interface BudgetLimits {
  /** Requests started a second; Infinity for no limit. */
  readonly requestsPerSecond: number;
  /** Requests under way at once. */
  readonly inFlight: number;
}

/** How much waiting makes a request as urgent as one for a race so much nearer its jump. */
const agingFactor = 60;

/** A race so near its jump goes before what has waited for up to the head start: a day's import is such a queue. */
const nearMs = 300_000;
const headStartMs = 300_000;

interface Waiting {
  /** Smaller is sooner. */
  rank: number;
  readonly start: () => void;
}

/**
 * Shares what the host allows: the race nearest its jump is served first, and a far one that has waited long
 * enough is too. A host that asks to be left alone is, whatever is due.
 */
export class RequestBudget {
  readonly #limits: BudgetLimits;
  readonly #scheduler: SchedulerLike;
  readonly #waiting: Waiting[] = [];
  readonly #ended$ = new Subject<void>();
  #underWay = 0;
  #nextStart = -Infinity;
  #lastStart = -Infinity;
  #heldUntil = -Infinity;
  #lastNow = -Infinity;
  #draining = false;
  #wake: Subscription = Subscription.EMPTY;

  constructor(limits: BudgetLimits, scheduler: SchedulerLike) {
    this.#limits = limits;
    this.#scheduler = scheduler;
  }

  /** Requests that wait for their turn. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Epoch milliseconds at which the queue last moved on; null when nobody waits in it. */
  get movedAt(): number | null {
    return this.#waiting.length > 0 ? this.#lastStart : null;
  }

  /** Requests under way. */
  get underWay(): number {
    return this.#underWay;
  }

  /** Epoch milliseconds before which no request is started; null when nothing is held. */
  get heldUntil(): number | null {
    return this.#heldUntil > this.#now() ? this.#heldUntil : null;
  }

  /**
   * Subscribes to the work when its turn has come.
   * @param urgencyMs milliseconds to the race's jump, 0 when it is due or past
   */
  run<T>(urgencyMs: number, work$: Observable<T>): Observable<T> {
    return new Observable<T>((subscriber) => {
      const entry: Waiting = {
        rank: urgencyMs + agingFactor * (this.#now() - (urgencyMs <= nearMs ? headStartMs : 0)),
        start: () => {
          this.#start(work$, subscriber);
        },
      };
      this.#enqueue(entry);
      subscriber.add(() => {
        this.#remove(entry);
      });
      this.#serve();
    });
  }

  /**
   * Starts no request before a time.
   * @param until epoch milliseconds
   */
  hold(until: number): void {
    // Read before: a clock that went back since the last look must not bring this hold nearer.
    this.#now();
    this.#heldUntil = Math.max(this.#heldUntil, until);
  }

  /** Starts no further request; completes when those under way have ended. */
  drain(): Observable<never> {
    return defer(() => {
      this.#draining = true;
      this.#wake.unsubscribe();
      return this.#ended$.pipe(
        startWith(undefined),
        filter(() => this.#underWay === 0),
        take(1),
        ignoreElements(),
      );
    });
  }

  #enqueue(entry: Waiting): void {
    let low = 0;
    for (let high = this.#waiting.length; low < high;) {
      const middle = (low + high) >>> 1;
      if ((this.#waiting[middle]?.rank ?? Infinity) <= entry.rank) low = middle + 1;
      else high = middle;
    }
    this.#waiting.splice(low, 0, entry);
  }

  #remove(entry: Waiting): void {
    const index = this.#waiting.indexOf(entry);
    if (index >= 0) this.#waiting.splice(index, 1);
  }

  #start<T>(work$: Observable<T>, subscriber: Subscriber<T>): void {
    this.#underWay++;
    subscriber.add(() => {
      this.#underWay--;
      this.#ended$.next();
      this.#serve();
    });
    subscriber.add(work$.subscribe(subscriber));
  }

  /** The clock's time. When the clock went back, what was to be waited for comes nearer by as much. */
  #now(): number {
    const now = this.#scheduler.now();
    const back = this.#lastNow - now;
    this.#lastNow = now;
    if (back > 0) {
      this.#nextStart -= back;
      this.#lastStart -= back;
      this.#heldUntil -= back;
      for (const entry of this.#waiting) entry.rank -= agingFactor * back;
    }
    return now;
  }

  #serve(): void {
    this.#wake.unsubscribe();
    while (!this.#draining && this.#waiting.length > 0 && this.#underWay < this.#limits.inFlight) {
      const now = this.#now();
      const free = Math.max(this.#nextStart, this.#heldUntil);
      if (now < free) {
        this.#wake = this.#scheduler.schedule(
          () => {
            this.#serve();
          },
          Math.min(free - now, longestTimerMs),
        );
        return;
      }
      this.#lastStart = now;
      this.#nextStart = now + 1000 / this.#limits.requestsPerSecond;
      this.#waiting.shift()?.start();
    }
  }
}
