import { timestamp } from '../domain/time.ts';
import type { Prepare } from '../journal/writer.ts';
import type { HeldRunner, Mover } from './contract/answers.ts';

/** How far ahead races are whose money is looked at. */
const aheadMs = 2 * 3_600_000;

const ofRunner = `entrants.race_id, meetings.name AS meeting, races.race_number, races.advertised_start, races.status,
    entrants.entrant_id, entrants.runner_number, entrants.name, hold_percentage, bet_percentage`;

const runs = 'entrants.in_field = 1 AND entrants.is_scratched = 0 AND entrants.fixed_win > 0';

const priceAt = (when: string, order: string): string =>
  `(SELECT odds FROM odds_history WHERE odds_history.entrant_id = entrants.entrant_id AND kind = 'fixed_win'
     AND odds > 0 AND source_time ${when} ORDER BY source_time ${order} LIMIT 1)`;

// By the line of each runner: looking over what was written since takes longer the longer ago that is.
export const moversSql = `SELECT ${ofRunner}, fixed_win AS "to",
    coalesce(${priceAt('<= $since', 'DESC')}, ${priceAt('> $since', 'ASC')}) AS "from"
  FROM races JOIN entrants USING (race_id) LEFT JOIN meetings USING (meeting_id)
  WHERE ${runs} AND races.ended_at IS NULL AND races.settled_at IS NULL`;

/**
 * Runners whose fixed-win price moved, of races that have not ended.
 * @param since epoch milliseconds of the recorder's clock
 */
export function moved(prepare: Prepare, since: number): Mover[] {
  const rows = prepare(moversSql).all({ since: timestamp(since) });
  return rows.flatMap((row) => {
    const { from, to } = row;
    if (typeof from !== 'number' || typeof to !== 'number' || from === to) return [];
    return [{ ...(row as unknown as Mover), change: to / from - 1 }];
  });
}

export const heldSql = `WITH field AS (
    SELECT ${ofRunner}, fixed_win, 100 / fixed_win / sum(1 / fixed_win) OVER (PARTITION BY entrants.race_id) AS price_percentage
    FROM races JOIN entrants USING (race_id) LEFT JOIN meetings USING (meeting_id)
    WHERE races.settled_at IS NULL AND races.ended_at IS NULL AND +races.advertised_start < ? AND ${runs})
  SELECT *, hold_percentage - price_percentage AS difference FROM field
  WHERE hold_percentage > price_percentage ORDER BY difference DESC LIMIT ?`;

/** Runners with more of the money than their price says, the largest difference first. */
export function heldAgainstPrice(prepare: Prepare, now: number, most: number): HeldRunner[] {
  return prepare(heldSql).all(timestamp(now + aheadMs), most) as unknown as HeldRunner[];
}
