import type { EventSnapshot } from '../domain/snapshot.ts';
import { timestamp } from '../domain/time.ts';

/** A response dated further ahead of the feed's clock is refused: it would be the newest one until that time comes. */
const maxAheadMs = 60_000;

/** Years 0, 1 and 1970 are what programs write for no time at all. */
const firstTime = Date.UTC(2000, 0, 1);

/** A price may be dated by a clock that the feed has set back since. */
const maxPriceAheadMs = 2 * 3_600_000;

/** So many responses in a row that are older than the newest one, each later than the one before it, are a clock set back. */
const resetAfter = 3;

/**
 * The feed's clock or ours, whichever is ahead, epoch milliseconds: what lay in caches can make the feed's look behind.
 * @param correctionMs milliseconds by which the feed's clock is ahead of ours
 */
export function latestClock(now: number, correctionMs: number): number {
  return now + Math.max(correctionMs, 0);
}

/**
 * Returns why a response cannot be of the time that it is dated, as the end of a sentence; null when it can.
 * @param generatedAt epoch milliseconds
 * @param latest see {@link latestClock}
 */
export function misdating(generatedAt: number, latest: number): string | null {
  if (generatedAt > latest + maxAheadMs) {
    return `is dated ${timestamp(generatedAt)}, more than a minute ahead of the feed's clock`;
  }
  return generatedAt < firstTime
    ? `is dated ${timestamp(generatedAt)}, which is no time of a response`
    : null;
}

/**
 * A price dated far ahead would be the last one until that time comes.
 * @param latest see {@link latestClock}
 * @throws Error
 */
export function requirePastPrices({ runners }: EventSnapshot, latest: number): void {
  for (const { columns, fluctuations } of runners) {
    const ahead = fluctuations.find(({ at }) => at > latest + maxPriceAheadMs);
    if (ahead === undefined) continue;
    throw new Error(
      `a price of ${columns.entrant_id} is dated ${timestamp(ahead.at)}, which is in the future.`,
    );
  }
}

/** Responses in a row that are older than the newest one. */
export interface OlderRun {
  /** Those at its end of which each is later than the one before it. */
  readonly rising: number;
  /** Time of the last of them, epoch milliseconds. */
  readonly generatedAt: number;
}

/** The run once one more response, older than the newest, has come. */
export function afterOlder(run: OlderRun | null, generatedAt: number): OlderRun {
  const rises = run !== null && generatedAt > run.generatedAt;
  return { rising: rises ? run.rising + 1 : 1, generatedAt };
}

/** Whether the feed's clock went back: a cache would give the same response again, and then a newer one. */
export function isReset({ rising }: OlderRun): boolean {
  return rising >= resetAfter;
}
