import { combineLatest, exhaustMap, merge, scan, switchMap } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Plan } from './cadence.ts';
import { at } from './clock.ts';
import { nextDue } from './due.ts';
import type { PollState } from './due.ts';

/** A poll to make now, or the end of a plan that has none left. */
export type Due = { readonly kind: 'poll'; readonly due: number } | { readonly kind: 'done' };

/**
 * When to poll: the plan and the last poll together decide, and a change of either re-targets the timer.
 *
 * @param aim told the time of each poll that is waited for, null when none is left
 * @param random 0 to 1, for the jitter of the back-off
 */
export function dues(
  plan$: Observable<Plan>,
  polls$: Observable<PollState>,
  scheduler: SchedulerLike,
  aim: (due: number | null) => void,
  random: () => number,
): Observable<Due> {
  return combineLatest([plan$, polls$]).pipe(
    scan<[Plan, PollState], Aim, null>((before, [plan, polls]) => {
      const now = scheduler.now();
      const isNextPlan = before?.polls === polls;
      // A poll that is due stays due whatever the next plan is, and that one asks for none before it was known.
      if (isNextPlan && before.due !== null && before.due <= now) return before;
      const due = nextDue(plan, polls, now, random());
      return { polls, due: isNextPlan && due !== null ? Math.max(due, now) : due };
    }, null),
    switchMap(({ due }): Observable<Due> => {
      aim(due);
      // The end waits for a timer too: it is known before the poll that leads to it has let go of the exhaustMap.
      if (due === null) return at(scheduler.now(), scheduler, { kind: 'done' });
      return at(due, scheduler, { kind: 'poll', due });
    }),
  );
}

/** What is waited for, and the last poll that it follows from. */
interface Aim {
  readonly polls: PollState;
  /** Epoch milliseconds; null when no poll is left. */
  readonly due: number | null;
}

/**
 * Makes one poll at a time. It stands outside the `switchMap` of {@link dues}: a change of band never gives up
 * a poll in flight, and a due that comes meanwhile is made up for when the poll has ended.
 *
 * @param ask$ asks for a poll out of turn
 */
export function polling<T>(
  due$: Observable<Due>,
  ask$: Observable<Due>,
  poll: (due: number) => Observable<T>,
  done: () => Observable<T>,
): Observable<T> {
  return merge(due$, ask$).pipe(exhaustMap((due) => (due.kind === 'poll' ? poll(due.due) : done())));
}
