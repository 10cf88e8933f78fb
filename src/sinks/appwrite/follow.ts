import { NEVER, catchError, defer, map, merge, of, repeat, take, takeUntil, timer } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';

/** What came of a round. */
export type FollowStep =
  | { readonly kind: 'done'; readonly more: boolean }
  | {
      readonly kind: 'failed';
      readonly error: unknown;
      /** Rounds that failed in a row, this one included. */
      readonly failures: number;
      /** Milliseconds of the scheduler until the next one. */
      readonly waitMs: number;
    };

export interface FollowOptions {
  /** Milliseconds of the scheduler between a round that left nothing and the next one. */
  readonly lingerMs: number;
  /** Milliseconds of the scheduler to wait after a failed round. */
  readonly waitAfter: (error: unknown, failures: number) => number;
  readonly scheduler: SchedulerLike;
  /** Starts the next round at once, unless one has failed. */
  readonly nudge$?: Observable<unknown>;
  /** Once it has emitted, no further round is started; it must tell late subscribers too. */
  readonly stop$?: Observable<unknown>;
}

/**
 * Makes one round after the other, each after the one before has ended: at once while there is more to do, after a
 * while when there is not, after a longer one when it failed. A failure is a step, not an error: it never ends.
 *
 * @param round emits once, whether there is more to do at once
 */
export function follow(round: () => Observable<boolean>, options: FollowOptions): Observable<FollowStep> {
  const { lingerMs, waitAfter, scheduler, nudge$ = NEVER, stop$ = NEVER } = options;
  return defer(() => {
    let failures = 0;
    let waitMs = 0;
    return defer(round).pipe(
      take(1),
      map((more): FollowStep => {
        failures = 0;
        waitMs = more ? 0 : lingerMs;
        return { kind: 'done', more };
      }),
      catchError((error: unknown) => {
        failures++;
        waitMs = waitAfter(error, failures);
        return of<FollowStep>({ kind: 'failed', error, failures, waitMs });
      }),
      repeat({
        delay: () => {
          const waited$ = timer(waitMs, scheduler);
          return (failures > 0 ? waited$ : merge(waited$, nudge$)).pipe(take(1), takeUntil(stop$));
        },
      }),
    );
  });
}
