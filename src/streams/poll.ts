import { catchError, defer, map, of, take, throwIfEmpty, timeout } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { EventSnapshot } from '../domain/snapshot.ts';
import { FeedError } from '../domain/source.ts';
import type { Received, Same } from '../domain/source.ts';

/** What came of a poll. Times in epoch milliseconds. */
export type PollOutcome = PollTimes &
  (
    | { readonly kind: 'taken'; readonly received: Received<EventSnapshot> }
    /** It says what the last one taken said. */
    | { readonly kind: 'same'; readonly received: Same }
    | { readonly kind: 'failed'; readonly error: FeedError }
  );

export interface PollTimes {
  readonly due: number;
  readonly startedAt: number;
  readonly finishedAt: number;
}

/**
 * One poll, with a deadline: a response that never ends costs this poll and not the race. A failure is an
 * outcome, not an error. Errors that are no {@link FeedError} are faults of our own and pass.
 *
 * @param deadlineMs milliseconds of the scheduler's clock
 */
export function poll(
  request$: Observable<Received<EventSnapshot> | Same>,
  due: number,
  deadlineMs: number,
  scheduler: SchedulerLike,
): Observable<PollOutcome> {
  return defer(() => {
    const startedAt = scheduler.now();
    const times = (): PollTimes => ({ due, startedAt, finishedAt: scheduler.now() });
    return request$.pipe(
      take(1),
      timeout({
        first: deadlineMs,
        scheduler,
        with: () => {
          throw new FeedError('timeout', `No complete response within ${deadlineMs} ms.`);
        },
      }),
      throwIfEmpty(() => new FeedError('network', 'The connection ended without a response.')),
      map((received): PollOutcome =>
        'sameAt' in received
          ? { ...times(), kind: 'same', received }
          : { ...times(), kind: 'taken', received },
      ),
      catchError((error: unknown) => {
        if (!(error instanceof FeedError)) throw error;
        return of<PollOutcome>({ ...times(), kind: 'failed', error });
      }),
    );
  });
}
