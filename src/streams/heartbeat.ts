import { defer, filter, interval, map, pairwise, startWith } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';

/** Something wrong with time itself. */
export type TimeTrouble =
  /** The event loop did nothing for so long, in real milliseconds. */
  | { readonly kind: 'stalled'; readonly ms: number }
  /** The clock went ahead (or back, negative) by so many of its milliseconds more than time did. */
  | { readonly kind: 'jumped'; readonly ms: number };

const beatMs = 500;
const stallMs = 1_000;
const jumpMs = 2_000;

/**
 * Watches the event loop and the clock: timers do not notice a clock that is set, and nothing runs while the loop
 * is blocked.
 *
 * @param clock the recorder's clock
 * @param monotonic real milliseconds from any beginning
 * @param speed how many milliseconds of the clock pass in a real one
 * @param beat the scheduler of real time
 */
export function timeTroubles(
  clock: SchedulerLike,
  monotonic: () => number,
  speed: number,
  beat: SchedulerLike,
): Observable<TimeTrouble> {
  const read = () => ({ real: monotonic(), clock: clock.now() });
  return defer(() => interval(beatMs, beat).pipe(map(read), startWith(read()))).pipe(
    pairwise(),
    map(([before, now]): TimeTrouble | null => {
      const real = now.real - before.real;
      const jumped = now.clock - before.clock - real * speed;
      if (Math.abs(jumped) > jumpMs * speed) return { kind: 'jumped', ms: Math.round(jumped) };
      return real - beatMs > stallMs ? { kind: 'stalled', ms: Math.round(real - beatMs) } : null;
    }),
    filter((trouble) => trouble !== null),
  );
}
