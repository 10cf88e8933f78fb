/**
 * A race's status as the cadence sees it. The feed serves `Open`, `Closed`, `Interim`, `Final`, `Abandoned`
 * in any case, and `""` on futures; an unknown status is treated as a live one.
 */
export type RaceStatus = 'open' | 'closed' | 'interim' | 'final' | 'abandoned' | 'unknown';

const known: ReadonlySet<string> = new Set(['open', 'closed', 'interim', 'final', 'abandoned']);

/** The status a served text stands for. */
export function raceStatus(served: string): RaceStatus {
  const lower = served.trim().toLowerCase();
  return known.has(lower) ? (lower as RaceStatus) : 'unknown';
}

/** Final and Abandoned races only have their last reads left. */
export function hasEnded(status: RaceStatus): boolean {
  return status === 'final' || status === 'abandoned';
}
