const first = 500;
const longest = 15_000;

/**
 * Real milliseconds to wait before the next try, after a number of failed ones: doubled each time, up to 15 s, spread
 * by a fifth so that the pages of a restarted recorder do not come back all at once.
 * @param random from 0 to 1
 */
export function retryDelay(failures: number, random: number): number {
  const delay = Math.min(longest, first * 2 ** Math.max(0, failures - 1));
  return Math.round(delay * (0.8 + 0.4 * random));
}
