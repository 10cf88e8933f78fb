/**
 * A race's status as the cadence sees it. The feed serves `Open`, `Closed`, `Interim`, `Final`, `Abandoned`
 * in any case, and `""` on futures; an unknown status is treated as a live one.
 */
export type RaceStatus = 'open' | 'closed' | 'interim' | 'final' | 'abandoned' | 'unknown';

const known: ReadonlySet<string> = new Set(['open', 'closed', 'interim', 'final', 'abandoned']);

/** The status a served text stands for. */
export function raceStatus(served: string): RaceStatus {
  const plain = plainStatus(served);
  return known.has(plain) ? (plain as RaceStatus) : 'unknown';
}

/** A served status as it is compared: its case and spacing say nothing. */
export function plainStatus(served: string): string {
  return served.trim().toLowerCase();
}

/** Final and Abandoned races only have their last reads left. */
export function hasEnded(status: RaceStatus): boolean {
  return status === 'final' || status === 'abandoned';
}
