import { Observable, distinctUntilChanged, pipe, switchMap } from 'rxjs';
import type { OperatorFunction, SchedulerLike } from 'rxjs';
import { planAt, samePlan } from './cadence.ts';
import type { Cadence, Plan, RaceTimes } from './cadence.ts';
import { waitMs } from './clock.ts';

/**
 * The plan in force: a new start or status re-targets it at once, and time alone takes it from band to band.
 */
export function plans(cadence: Cadence, scheduler: SchedulerLike): OperatorFunction<RaceTimes, Plan> {
  return pipe(
    switchMap((race) => plansOf(cadence, race, scheduler)),
    distinctUntilChanged(samePlan),
  );
}

/** One timer takes it through all bands: of a chain of timers, each would stay for as long as the race does. */
function plansOf(cadence: Cadence, race: RaceTimes, scheduler: SchedulerLike): Observable<Plan> {
  return new Observable((subscriber) => {
    let plan = planAt(cadence, race, scheduler.now());
    subscriber.next(plan);
    if (plan.until === Infinity) {
      subscriber.complete();
      return undefined;
    }
    return scheduler.schedule(
      function () {
        if (scheduler.now() >= plan.until) {
          plan = planAt(cadence, race, scheduler.now());
          subscriber.next(plan);
        }
        if (plan.until === Infinity) subscriber.complete();
        else this.schedule(undefined, waitMs(plan.until, scheduler));
      },
      waitMs(plan.until, scheduler),
    );
  });
}
