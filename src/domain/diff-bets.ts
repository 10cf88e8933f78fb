import { rowId } from './ids.ts';
import type { Observation } from './observation.ts';
import type { Bet } from './snapshot.ts';
import type { BetRow } from './tables.ts';
import { timestamp } from './time.ts';

/** Bets that were not seen before, each once in its list. */
export function diffBets(
  observation: Observation,
  recorded: ReadonlySet<string>,
  served: readonly Bet[],
): { readonly rows: readonly BetRow[]; readonly bets: ReadonlySet<string> } {
  const rows = new Map<string, BetRow>();
  for (const bet of served) {
    const row = betRow(observation, bet);
    if (!recorded.has(row.id)) rows.set(row.id, row);
  }
  return {
    rows: [...rows.values()],
    bets: rows.size === 0 ? recorded : new Set([...recorded, ...rows.keys()]),
  };
}

function betRow(observation: Observation, bet: Bet): BetRow {
  const placedAt = bet.placedAt === null ? null : timestamp(bet.placedAt);
  return {
    id: rowId(
      observation.raceId,
      bet.list,
      placedAt,
      bet.title,
      bet.description,
      bet.stake,
      bet.odds,
      bet.legs,
    ),
    race_id: observation.raceId,
    list: bet.list,
    title: bet.title,
    description: bet.description,
    stake: bet.stake,
    odds: bet.odds,
    placed_at: placedAt,
    legs: bet.legs,
    observed_at: observation.observedAt,
  };
}
