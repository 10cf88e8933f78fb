import type { EventSnapshot } from '../domain/snapshot.ts';
import { timestamp } from '../domain/time.ts';
import { longestAheadMs } from './feed-clock.ts';

/**
 * A response dated far ahead would be the newest one, and a price dated so the last one, until that time comes.
 * @param feedNow what the feed's clock shows, epoch milliseconds
 * @throws Error
 */
export function requirePresent({ generatedAt, runners }: EventSnapshot, feedNow: number): void {
  requireTime(generatedAt, feedNow);
  const latest = feedNow + longestAheadMs;
  for (const { columns, fluctuations } of runners) {
    const ahead = fluctuations.find(({ at }) => at > latest);
    if (ahead === undefined) continue;
    const { entrant_id: id } = columns;
    throw new Error(`a price of ${id} is dated ${timestamp(ahead.at)}, which is yet to come.`);
  }
}

/** @throws Error when a response is dated too far ahead of what the feed's clock shows, epoch milliseconds */
export function requireTime(generatedAt: number, feedNow: number): void {
  if (generatedAt <= feedNow + longestAheadMs) return;
  throw new Error(`it is dated ${timestamp(generatedAt)}, which is yet to come.`);
}
