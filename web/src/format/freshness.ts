import type { Race } from '../../../src/server/contract/race.ts';
import { epoch } from './time.ts';

export type Freshness = Race['freshness'];

/** How many intervals a poll may be late before what is shown is no longer fresh; the server's rule as well. */
const lateAfter = 2;

/**
 * Whether what is known of a race is as new as its cadence asks, at a time in epoch milliseconds of the recorder's
 * clock: between two answers of the server the page goes on by itself.
 */
export function freshnessOf(race: Race, now: number): Freshness {
  if (race.settled_at !== null) return 'settled';
  if (race.gap_since !== null) return 'late';
  if (race.last_good_poll_at === null) return 'none';
  if (race.every_ms === null) return race.freshness === 'late' ? 'late' : 'fresh';
  return now - epoch(race.last_good_poll_at) > lateAfter * race.every_ms ? 'late' : 'fresh';
}
