import { digest } from '../domain/ids.ts';
import type { Log } from '../domain/log-events.ts';
import type { ListingSnapshot } from '../domain/snapshot.ts';
import { timestamp } from '../domain/time.ts';
import { afterOlder, isReset } from './response-time.ts';
import type { OlderRun } from './response-time.ts';

/** What is known of the listings of a date, to tell which one is the newest. */
export interface ListingTime {
  /** Of the newest one, epoch milliseconds. */
  readonly generatedAt: number;
  /** Stands for what the newest one says. */
  readonly content: string;
  readonly older: OlderRun | null;
  /** The newest time of a clock that the feed gave up for an earlier one; null when all are of one clock. */
  readonly abandonedAt: number | null;
}

interface ListingOrder {
  /** Once this one is taken or not. */
  readonly time: ListingTime;
  readonly isUsable: boolean;
  readonly isNewest: boolean;
}

/**
 * Returns whether a listing can be used: one that is no newer than the newest of its date, and says something else, lay
 * in a cache on the way. Unless that goes on with later and later ones: then the feed's clock went back.
 */
export function orderOf(
  newest: ListingTime | null,
  date: string,
  { generatedAt, meetings }: ListingSnapshot,
  log: Log,
): ListingOrder {
  const content = digest(JSON.stringify(meetings));
  const time = { generatedAt, content, older: null, abandonedAt: null };
  if (newest === null) return { time, isUsable: true, isNewest: true };
  if (generatedAt > newest.generatedAt) {
    const isBehind = newest.abandonedAt !== null && newest.abandonedAt > generatedAt;
    const abandonedAt = isBehind ? newest.abandonedAt : null;
    return { time: { ...time, abandonedAt }, isUsable: true, isNewest: true };
  }
  const older = generatedAt < newest.generatedAt ? afterOlder(newest.older, generatedAt) : null;
  if (older !== null && isReset(older)) {
    const [from, to] = [timestamp(newest.generatedAt), timestamp(generatedAt)];
    log('feed.clock_reset', { race_id: null, date, from, to });
    const abandonedAt = Math.max(newest.abandonedAt ?? -Infinity, newest.generatedAt);
    return { time: { ...time, abandonedAt }, isUsable: true, isNewest: true };
  }
  const isUsable = content === newest.content;
  if (!isUsable) {
    const detail = `The listing is dated ${timestamp(generatedAt)}, no later than the newest one, and says something else.`;
    log('listing.failed', { date, reason: 'stale', detail });
  }
  return { time: { ...newest, older }, isUsable, isNewest: false };
}
