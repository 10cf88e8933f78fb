import { Subscription } from 'rxjs';
import type { SchedulerAction, SchedulerLike } from 'rxjs';

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

interface Entry {
  readonly time: number;
  /** Entries of equal time run in the order in which they were scheduled. */
  readonly order: number;
  readonly run: () => void;
}

/**
 * Virtual time for very many timers: RxJS's own sorts all of them at each one that is scheduled. It stands still
 * but for {@link VirtualClock.runUntil}.
 */
export class VirtualClock implements SchedulerLike {
  #now: number;
  #order = 0;
  readonly #heap: Entry[] = [];

  constructor(now: number) {
    this.#now = now;
  }

  now(): number {
    return this.#now;
  }

  schedule<T>(work: Work<T>, delay = 0, state?: T): Subscription {
    return new VirtualAction(this, work).schedule(state, delay);
  }

  /** @internal */
  enter(delay: number, run: () => void): void {
    const heap = this.#heap;
    const entry: Entry = { time: this.#now + Math.max(0, delay), order: this.#order++, run };
    let index = heap.push(entry) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, entry)) break;
      heap[index] = above;
      index = parent;
    }
    heap[index] = entry;
  }

  /**
   * Runs everything that is due until a time.
   * @param end epoch milliseconds
   */
  runUntil(end: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.time <= end; next = this.#heap[0]) {
      this.#removeFirst();
      this.#now = next.time;
      next.run();
    }
    this.#now = end;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left !== undefined && right !== undefined && isBefore(right, left)) child++;
      const smaller = heap[child];
      if (smaller === undefined || isBefore(last, smaller)) break;
      heap[index] = smaller;
      index = child;
    }
    heap[index] = last;
  }
}

function isBefore(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}

class VirtualAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #clock: VirtualClock;
  readonly #work: Work<T>;
  /** Counts schedulings: an entry that is not of the last one does nothing. */
  #turn = 0;

  constructor(clock: VirtualClock, work: Work<T>) {
    super();
    this.#clock = clock;
    this.#work = work;
  }

  schedule(state?: T, delay = 0): Subscription {
    if (this.closed || !Number.isFinite(delay)) return this;
    const turn = ++this.#turn;
    this.#clock.enter(delay, () => {
      if (this.closed || turn !== this.#turn) return;
      this.#work(state);
      if (turn === this.#turn) this.unsubscribe();
    });
    return this;
  }
}
