import { epochMillis } from '../domain/time.ts';
import type { Race } from './contract/race.ts';
import type { StoredRace } from './queries-races.ts';
import type { RacePlan } from './run-stats.ts';

/** What a poll may take beyond its interval before a race counts as late, milliseconds. */
const graceMs = 15_000;

/**
 * A race with the plan that it is polled by.
 * @param plan null when it is not being polled
 * @param now epoch milliseconds of the recorder's clock
 */
export function described(race: StoredRace, plan: RacePlan | null, now: number): Race {
  return {
    ...race,
    band: plan?.band ?? null,
    every_ms: plan?.everyMs ?? null,
    freshness: freshnessOf(race, plan, now),
  };
}

function freshnessOf(race: StoredRace, plan: RacePlan | null, now: number): Race['freshness'] {
  if (race.settled_at !== null) return 'settled';
  if (race.last_good_poll_at === null) return 'none';
  if (race.gap_since !== null) return 'late';
  if (plan?.everyMs == null) return 'fresh';
  return now - epochMillis(race.last_good_poll_at) > 2 * plan.everyMs + graceMs ? 'late' : 'fresh';
}
