/**
 * A race's status as the cadence sees it. The feed serves `Open`, `Closed`, `Interim`, `Final`, `Abandoned`
 * in any case, and `""` on futures; an unknown status is treated as a live one.
 */
export type RaceStatus =
  'open' | 'closed' | 'interim' | 'final' | 'abandoned' | 'removed_from_feed' | 'never_finished' | 'unknown';

/** The status that a race is given here when the feed does not know it any more and had not said how it ended. */
export const removedFromFeed = 'removed_from_feed' satisfies RaceStatus;
/** The status that a race is given here when the feed never says how it ended. */
export const neverFinished = 'never_finished' satisfies RaceStatus;

/** A status that a race is given here. */
export type OwnStatus = typeof removedFromFeed | typeof neverFinished;

const known: ReadonlySet<string> = new Set([
  ...['open', 'closed', 'interim', 'final', 'abandoned'],
  ...[removedFromFeed, neverFinished],
]);

/** The status a served text stands for. */
export function raceStatus(served: string): RaceStatus {
  const plain = plainStatus(served);
  return known.has(plain) ? (plain as RaceStatus) : 'unknown';
}

/** A served status as it is compared: its case and spacing say nothing. */
export function plainStatus(served: string): string {
  return served.trim().toLowerCase();
}

/** Final and Abandoned races only have their last reads left, and those that were given up here have none. */
export function hasEnded(status: RaceStatus): boolean {
  return status === 'final' || status === 'abandoned' || isGivenUp(status);
}

/** Whether a status is one that a race was given here, as the feed did not say how it ended. */
export function isGivenUp(status: RaceStatus): boolean {
  return status === removedFromFeed || status === neverFinished;
}
