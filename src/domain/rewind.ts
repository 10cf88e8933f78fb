import type { Baseline } from './baseline.ts';
import type { Difference } from './diff.ts';
import type { Change } from './tables.ts';
import { timestamp } from './time.ts';

/** What `polls.reason` says of the response with which an earlier time of the feed began to count. */
export const clockReset = 'clock_reset';

/**
 * Takes back to an earlier time what is recorded of a race, for a feed whose clock went back: responses count from that
 * time on. Rows of histories stay as they are. Current rows hold as of that time, or whatever follows would be older
 * than they are and refused.
 *
 * @param at epoch milliseconds of the feed's clock, as it goes now
 * @param meetingId its meeting, of which a race's events report too until a listing does
 */
export function rewind(baseline: Baseline, at: number, meetingId: string): Difference {
  const { raceId, generatedAt, abandonedAt, listed } = baseline;
  const source_time = timestamp(at);
  const changes: Change[] = [{ table: 'races', key: raceId, patch: { source_time } }];
  if (!baseline.meetingListed) changes.push({ table: 'meetings', key: meetingId, patch: { source_time } });
  const entrants = new Map(baseline.entrants);
  for (const [id, state] of baseline.entrants) {
    const newest = state.lastFluctuationAt === null ? null : Math.min(state.lastFluctuationAt, at);
    const last_fluctuation_at = newest === null ? null : timestamp(newest);
    changes.push({ table: 'entrants', key: id, patch: { source_time, last_fluctuation_at } });
    if (state.formDigest !== null) changes.push({ table: 'form', key: id, patch: { source_time } });
    entrants.set(id, { ...state, lastFluctuationAt: newest });
  }
  return {
    changes,
    baseline: {
      ...baseline,
      generatedAt: at,
      abandonedAt: Math.max(abandonedAt ?? -Infinity, generatedAt ?? -Infinity, at),
      // It is dated by the clock that no longer counts: events are newer from now on.
      listed: listed === null ? null : { ...listed, generatedAt: Math.min(listed.generatedAt, at) },
      entrants,
    },
  };
}
