import type { TableName } from '../../domain/tables.ts';
import type { RaceTimes } from '../../journal/followed.ts';

/** From so long before its start a race is near its jump. */
const nearMs = 180_000;

/** No row waits longer than this, unless rows are gathered for longer than this anyway. */
const longestMs = 300_000;

/** What a screen shows of a race: its state, its prices and its results. */
const shown: ReadonlySet<TableName> = new Set([
  'races',
  'entrants',
  'odds_history',
  'race_events',
  'race_results',
]);

/** What a chart beside it is drawn from. */
const drawn: ReadonlySet<TableName> = new Set(['money_flow_history', 'pool_history', 'bets']);

/**
 * Milliseconds for which a row may wait for others that share its request: the linger while its race is near its
 * jump, until it has ended; four times as long what is not shown but drawn; ten times as long everything else.
 *
 * @param race null: the row is of none, or of one that is not known
 * @param now the recorder's clock, epoch milliseconds
 */
export function patience(table: TableName, race: RaceTimes | null, now: number, lingerMs: number): number {
  const near = race !== null && isNear(race, now, lingerMs);
  if (near && shown.has(table)) return lingerMs;
  const factor = near && drawn.has(table) ? 4 : 10;
  return Math.max(lingerMs, Math.min(factor * lingerMs, longestMs));
}

/** What a poll finds at the end is written with it, and looked at a linger later. */
function isNear({ start, ended }: RaceTimes, now: number, lingerMs: number): boolean {
  return now >= start - nearMs && (ended === null || now <= ended + 2 * lingerMs);
}
