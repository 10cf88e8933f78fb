import { rowId } from '../domain/ids.ts';
import type { Runner } from '../domain/snapshot.ts';
import type { EntrantState } from '../domain/baseline.ts';
import type { GapRow } from '../domain/tables.ts';
import { timestamp } from '../domain/time.ts';
import type { Dues } from './due.ts';

/**
 * A time without a usable poll: it begins with the first due poll that was not made or failed, and ends with the
 * next good one. Its reason is that of its beginning.
 *
 * @param from epoch milliseconds of the first due poll that is missing
 * @param reason a fault of the feed, `late`, `stopped` or `journal`
 */
export function openGap(raceId: string, from: number, reason: string): GapRow {
  const fromTime = timestamp(from);
  return {
    id: rowId(raceId, null, fromTime, reason),
    race_id: raceId,
    entrant_id: null,
    from_time: fromTime,
    to_time: null,
    reason,
    expected_polls: 1,
    repaired: false,
  };
}

/**
 * @param to epoch milliseconds at which the next good poll started
 * @param dues the polls that were due in that time
 */
export function closeGap(gap: GapRow, to: number, dues: Dues | null, repaired: boolean): GapRow {
  return { ...gap, to_time: timestamp(to), expected_polls: Math.max(1, dues?.count ?? 1), repaired };
}

/**
 * Whether a response's dated fluctuations tell every fixed-win price since the last response: no runner has six
 * that are all newer than the newest known. Pools, money and the other odds have no backfill.
 */
export function repairs(runners: readonly Runner[], known: ReadonlyMap<string, EntrantState>): boolean {
  return runners.every((runner) => {
    const newest = known.get(runner.columns.entrant_id)?.lastFluctuationAt ?? null;
    return runner.oldestOfSix === null || (newest !== null && runner.oldestOfSix <= newest);
  });
}
