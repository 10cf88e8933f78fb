import { idOf } from './identity.ts';
import { field, list, number, text, type Json } from './json.ts';
import type { RaceRecord } from './record.ts';
import type { Response } from './response.ts';
import { addOnce } from './rows.ts';
import { secondsBetween } from './times.ts';

interface Figures {
  hold: number | null;
  bet: number | null;
}

/** Sums per entrant of the field; every id that is not in it goes together under null. */
function sumsOf(response: Response): Map<string | null, Figures> {
  const sums = new Map<string | null, Figures>();
  for (const row of list(field(field(response.data, 'money_tracker'), 'entrants'))) {
    const served = text(field(row, 'entrant_id'));
    const entrantId = served !== null && response.runners.has(served) ? served : null;
    const sum = sums.get(entrantId) ?? { hold: null, bet: null };
    sums.set(entrantId, {
      hold: plus(sum.hold, field(row, 'hold_percentage')),
      bet: plus(sum.bet, field(row, 'bet_percentage')),
    });
  }
  return sums;
}

function plus(sum: number | null, served: Json | undefined): number | null {
  const figure = number(served);
  return figure === null ? sum : (sum ?? 0) + figure;
}

/** A row when either figure changes; figures that are gone from a tracker that says something become null. */
export function recordMoney(record: RaceRecord, response: Response): void {
  const sums = sumsOf(response);
  if (sums.size === 0) return;
  const known = record.money.map((row) => row.entrant_id);
  for (const entrantId of new Set([...known, ...sums.keys()])) {
    const last = record.money.filter((row) => row.entrant_id === entrantId).at(-1);
    const previous = { hold: last?.hold_percentage ?? null, bet: last?.bet_percentage ?? null };
    const { hold, bet } = sums.get(entrantId) ?? { hold: null, bet: null };
    if (hold === previous.hold && bet === previous.bet) continue;
    addOnce(record.money, {
      id: idOf(response.raceId, entrantId, response.generatedAt, hold, bet),
      race_id: response.raceId,
      entrant_id: entrantId,
      hold_percentage: hold,
      bet_percentage: bet,
      previous_hold_percentage: previous.hold,
      previous_bet_percentage: previous.bet,
      source_time: response.generatedAt,
      observed_at: response.receivedAt,
      seconds_to_start: secondsBetween(response.generatedAt, response.start),
    });
  }
}
