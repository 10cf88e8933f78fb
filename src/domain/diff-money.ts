import type { Baseline } from './baseline.ts';
import { rowId } from './ids.ts';
import { noMoney, sameMoney } from './money.ts';
import { secondsToStart } from './observation.ts';
import type { Observation } from './observation.ts';
import type { EventSnapshot } from './snapshot.ts';
import type { MoneyRow } from './tables.ts';

/**
 * Money figures against the recorded ones: a row when either figure changes. A tracker that is absent says
 * nothing; one that no longer lists an entrant takes its figures back.
 */
export function diffMoney(
  observation: Observation,
  recorded: Baseline['money'],
  served: EventSnapshot['money'],
): { readonly rows: readonly MoneyRow[]; readonly money: Baseline['money'] } {
  if (served === null) return { rows: [], money: recorded };
  const rows: MoneyRow[] = [];
  const money = new Map(recorded);
  for (const entrantId of new Set([...recorded.keys(), ...served.keys()])) {
    const before = recorded.get(entrantId) ?? noMoney;
    const now = served.get(entrantId) ?? noMoney;
    if (sameMoney(before, now)) continue;
    money.set(entrantId, now);
    rows.push({
      id: rowId(observation.raceId, entrantId, observation.sourceTime, now.hold, now.bet),
      race_id: observation.raceId,
      entrant_id: entrantId,
      hold_percentage: now.hold,
      bet_percentage: now.bet,
      previous_hold_percentage: before.hold,
      previous_bet_percentage: before.bet,
      source_time: observation.sourceTime,
      observed_at: observation.observedAt,
      seconds_to_start: secondsToStart(observation, observation.generatedAt),
    });
  }
  return { rows, money: rows.length === 0 ? recorded : money };
}
