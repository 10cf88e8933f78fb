import type { ClockOrigin } from '../../src/sources/simulator/options.ts';

/** When simulated markets of tests start: races are open at any hour of the real clock. */
export const racedayStart = '2026-02-28T03:00:00Z';

/** Returns a simulated clock that starts now at a given time. */
export function racedayOrigin(start = racedayStart): ClockOrigin {
  return { real: Date.now(), simulated: Date.parse(start) };
}

/**
 * Returns the environment of a process whose clock shows the given simulated time when the origin's real time was, and
 * runs `speed` times as fast from there. Its timers take real time.
 */
export function clockEnvironment({ real, simulated }: ClockOrigin, speed: number): Record<string, string> {
  return {
    NODE_OPTIONS: `--import=${new URL('clock-preload.ts', import.meta.url).href}`,
    CLOCK_REAL: String(real),
    CLOCK_SIMULATED: String(simulated),
    CLOCK_SPEED: String(speed),
  };
}
