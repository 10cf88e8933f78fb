import type { Prepare } from '../journal/writer.ts';
import type { StoredRow } from '../journal/rows.ts';
import type { Runner } from './contract/race.ts';

const price = (column: string): string => `CASE WHEN ${column} > 0 THEN ${column} END AS ${column}`;
const prices = ['fixed_win', 'fixed_place', 'pool_win', 'pool_place'].map(price);

const runnersSql = `SELECT seq, entrant_id, race_id, runner_number, name, in_field, barrier, jockey, trainer,
    is_scratched, scratched_at, is_emergency, ${prices.join(', ')},
    (SELECT odds FROM odds_history WHERE odds_history.entrant_id = entrants.entrant_id AND kind = 'fixed_win'
      AND odds > 0 ORDER BY source_time, odds_history.seq LIMIT 1) AS fixed_win_open,
    hold_percentage, bet_percentage, favourite, mover
  FROM entrants`;

export const runnersOfRaceSql = `${runnersSql} WHERE race_id = ? ORDER BY runner_number, entrant_id LIMIT 200`;

/** A race's runners by their number. */
export function runnersOfRace(prepare: Prepare, raceId: string): Runner[] {
  return prepare(runnersOfRaceSql).all(raceId).map(runnerOf);
}

export const runnersWrittenSql = `${runnersSql} WHERE seq > ? AND seq <= ?`;

/** Runners whose rows were written between two numbers, the second included. */
export function runnersWritten(prepare: Prepare, after: number, end: number): Runner[] {
  return prepare(runnersWrittenSql).all(after, end).map(runnerOf);
}

function runnerOf(stored: StoredRow): Runner {
  const flag = (name: string): boolean | null => (stored[name] === null ? null : stored[name] === 1);
  const { fixed_win: now, fixed_win_open: open } = stored;
  return {
    ...(stored as unknown as Runner),
    in_field: flag('in_field') ?? false,
    is_scratched: flag('is_scratched') ?? false,
    is_emergency: flag('is_emergency'),
    favourite: flag('favourite'),
    mover: flag('mover'),
    fixed_win_change: typeof now === 'number' && typeof open === 'number' ? now / open - 1 : null,
  };
}
