import type { Gap } from '../../../../src/server/contract/history.ts';
import type { Race } from '../../../../src/server/contract/race.ts';
import { epoch } from '../../format/time.ts';
import type { Span } from '../../series/align.ts';

/** How far back charts and sparklines look at first, milliseconds of the recorder's clock: then prices move most. */
export const historyMs = 3_600_000;

export const windows = [
  { name: '15 min', ms: 15 * 60_000 },
  { name: '1 h', ms: historyMs },
  { name: '3 h', ms: 3 * historyMs },
  { name: 'All', ms: Infinity },
] as const;

/** Where a race's charts end: now, or shortly after it was over. */
export function endOf(race: Race | null, now: number): number {
  return race?.ended_at == null ? now : Math.min(now, epoch(race.ended_at) + 60_000);
}

/** The times without data: those of the whole race, and those of one runner. */
export function gapSpans(gaps: readonly Gap[], highlighted: string | null, now: number): readonly Span[] {
  return gaps
    .filter(({ entrant_id }) => entrant_id === null || entrant_id === highlighted)
    .map(({ from_time, to_time }) => ({
      from: epoch(from_time),
      to: to_time === null ? now : epoch(to_time),
    }));
}
