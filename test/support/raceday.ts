import type { ClockOrigin } from '../../src/sources/simulator/options.ts';

/** When simulated markets of tests start: races are open at any hour of the real clock. */
export const racedayStart = '2026-02-28T03:00:00Z';

/** Returns a simulated clock that starts now at a given time. */
export function racedayOrigin(start = racedayStart): ClockOrigin {
  return { real: Date.now(), simulated: Date.parse(start) };
}
