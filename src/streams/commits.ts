import { Observable } from 'rxjs';
import type { Subscriber } from 'rxjs';
import type { Change } from '../domain/tables.ts';
import type { Store } from './ports.ts';

/** What is to be committed, and what follows. */
export interface Prepared<T> {
  readonly changes: readonly Change[];
  /** @param failure why the changes were not committed; null when they are durable */
  readonly finish: (failure: Error | null) => T;
}

interface Waiting {
  readonly prepare: () => Prepared<unknown>;
  readonly subscriber: Subscriber<unknown>;
}

interface Ready {
  readonly prepared: Prepared<unknown>;
  readonly subscriber: Subscriber<unknown>;
}

/** Rows of a commit, or some more: a first sight of a race has as many, and nothing else is done meanwhile. */
const enoughRows = 500;

/**
 * Commits together what comes together: the disk is waited for once, however many polls have just ended. Each is
 * prepared, committed and finished in one go, so that nothing changes the state that it was prepared from.
 */
export class Commits {
  readonly #store: Pick<Store, 'commitEach'>;
  readonly #soon: (work: () => void) => void;
  #waiting: Waiting[] = [];

  /** @param soon calls back once what has come by now is taken: `setImmediate`, or at once on virtual time */
  constructor(store: Pick<Store, 'commitEach'>, soon: (work: () => void) => void) {
    this.#store = store;
    this.#soon = soon;
  }

  /**
   * Emits what the finish returns, and completes. Errors with what the preparation or the finish throws, which is a
   * fault of our own. Unsubscribed before it is prepared, it is given up.
   */
  run<T>(prepare: () => Prepared<T>): Observable<T> {
    return new Observable<T>((subscriber) => {
      this.#waiting.push({ prepare, subscriber });
      if (this.#waiting.length === 1) this.#flushSoon();
    });
  }

  #flushSoon(): void {
    this.#soon(() => {
      this.#flush();
    });
  }

  /** As many as have rows enough. */
  #next(): Ready[] {
    const ready: Ready[] = [];
    for (let rows = 0; rows < enoughRows;) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      for (const one of preparedOf(next)) {
        ready.push(one);
        rows += one.prepared.changes.length;
      }
    }
    return ready;
  }

  #flush(): void {
    const ready = this.#next();
    if (this.#waiting.length > 0) this.#flushSoon();
    const failures = this.#store.commitEach(ready.map(({ prepared }) => prepared.changes));
    // All are finished before anything is told: who hears of one could change the state that another was prepared from.
    const finished = ready.flatMap(({ prepared, subscriber }, index) =>
      resultOf(subscriber, () => prepared.finish(failures[index] ?? null)),
    );
    for (const { subscriber, result } of finished) {
      subscriber.next(result);
      subscriber.complete();
    }
  }
}

function preparedOf({ prepare, subscriber }: Waiting): Ready[] {
  if (subscriber.closed) return [];
  return resultOf(subscriber, prepare).map(({ result }) => ({ prepared: result, subscriber }));
}

/** A fault of one is not that of those beside it. */
function resultOf<T>(
  subscriber: Subscriber<unknown>,
  work: () => T,
): { readonly subscriber: Subscriber<unknown>; readonly result: T }[] {
  try {
    return [{ subscriber, result: work() }];
  } catch (error) {
    subscriber.error(error);
    return [];
  }
}
