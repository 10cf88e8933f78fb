import { retry, take, tap, throwError, throwIfEmpty, timeout, timer } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Log } from '../../domain/log-events.ts';
import { FeedError } from '../../domain/source.ts';
import type { RequestBudget } from '../../streams/budget.ts';
import { backOff } from '../../streams/due.ts';
import { holdHost } from '../../streams/hold.ts';

export interface AskContext {
  readonly scheduler: SchedulerLike;
  readonly budget: RequestBudget;
  /** Milliseconds of the scheduler's clock for a request and its response. */
  readonly deadlineMs: number;
  readonly log: Log;
  /** 0 to 1, for the jitter of the back-off. */
  readonly random: () => number;
}

const tries = 3;

/**
 * Asks within the budget and, when that fails, again. A host that asks to be left alone is.
 * Errors with a {@link FeedError}.
 */
export function ask<T>(request$: Observable<T>, context: AskContext): Observable<T> {
  const { budget, scheduler, deadlineMs, random } = context;
  const once$ = request$.pipe(
    take(1),
    timeout({
      first: deadlineMs,
      scheduler,
      with: () => throwError(() => new FeedError('timeout', `No complete response within ${deadlineMs} ms.`)),
    }),
    throwIfEmpty(() => new FeedError('network', 'The connection ended without a response.')),
  );
  return budget.run(0, once$).pipe(
    tap({
      error: (error: unknown) => {
        holdHost(error, context);
      },
    }),
    retry({
      count: tries - 1,
      delay: (error: unknown, failures) => {
        if (!isPassing(error)) throw error;
        return timer(backOff(failures, Infinity, random()), scheduler);
      },
    }),
  );
}

/** Whether asking again can help. */
function isPassing(error: unknown): boolean {
  return error instanceof FeedError && error.fault !== 'not_found' && error.fault !== 'refused';
}
