import { EMPTY, concat, defer, distinctUntilChanged, ignoreElements, of, pipe, switchMap } from 'rxjs';
import type { Observable, OperatorFunction, SchedulerLike } from 'rxjs';
import { planAt, samePlan } from './cadence.ts';
import type { Cadence, Plan, RaceTimes } from './cadence.ts';
import { at } from './clock.ts';

/**
 * The plan in force: a new start or status re-targets it at once, and time alone takes it from band to band.
 */
export function plans(cadence: Cadence, scheduler: SchedulerLike): OperatorFunction<RaceTimes, Plan> {
  return pipe(
    switchMap((race) => plansOf(cadence, race, scheduler)),
    distinctUntilChanged(samePlan),
  );
}

function plansOf(cadence: Cadence, race: RaceTimes, scheduler: SchedulerLike): Observable<Plan> {
  return defer(() => {
    const plan = planAt(cadence, race, scheduler.now());
    const next =
      plan.until === Infinity
        ? EMPTY
        : concat(at(plan.until, scheduler).pipe(ignoreElements()), plansOf(cadence, race, scheduler));
    return concat(of(plan), next);
  });
}
