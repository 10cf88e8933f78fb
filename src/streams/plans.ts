import { Observable, defer, switchMap } from 'rxjs';
import type { OperatorFunction, SchedulerLike } from 'rxjs';
import { planAt, samePlan } from './cadence.ts';
import type { Cadence, Plan, RaceTimes } from './cadence.ts';
import { waitMs } from './clock.ts';

/**
 * The plan in force: a new start or status re-targets it at once, and time alone takes it from band to band.
 *
 * @param tell told each plan that comes into force, before it is emitted
 */
export function plans(
  cadence: Cadence,
  scheduler: SchedulerLike,
  tell: (plan: Plan) => void,
): OperatorFunction<RaceTimes, Plan> {
  return (times$) =>
    defer(() => {
      let inForce: Plan | null = null;
      // No operators of their own for this and for the telling: there are very many races.
      const enters = (plan: Plan): boolean => {
        if (inForce !== null && samePlan(inForce, plan)) return false;
        inForce = plan;
        tell(plan);
        return true;
      };
      return times$.pipe(switchMap((race) => plansOf(cadence, race, scheduler, enters)));
    });
}

/** One timer takes it through all bands: of a chain of timers, each would stay for as long as the race does. */
function plansOf(
  cadence: Cadence,
  race: RaceTimes,
  scheduler: SchedulerLike,
  enters: (plan: Plan) => boolean,
): Observable<Plan> {
  return new Observable((subscriber) => {
    let plan = planAt(cadence, race, scheduler.now());
    if (enters(plan)) subscriber.next(plan);
    if (plan.until === Infinity) {
      subscriber.complete();
      return undefined;
    }
    return scheduler.schedule(
      function () {
        if (scheduler.now() >= plan.until) {
          plan = planAt(cadence, race, scheduler.now());
          if (enters(plan)) subscriber.next(plan);
        }
        if (plan.until === Infinity) subscriber.complete();
        else this.schedule(undefined, waitMs(plan.until, scheduler));
      },
      waitMs(plan.until, scheduler),
    );
  });
}
