import { field, isObject, list, number, text, type Json } from './json.ts';
import type { RaceRecord } from './record.ts';
import type { Response } from './response.ts';
import type { Row } from './rows.ts';
import { cut } from './times.ts';

/** Each bet once. The contract fixes no id and no form of the texts, so the figures alone are compared. */
export function recordBets(record: RaceRecord, response: Response): void {
  const biggest = field(response.data, 'biggest_bet');
  const served: [string, Json[]][] = [
    ['big', list(field(response.data, 'big_bets'))],
    ['live', list(field(response.data, 'live_bets'))],
    ['biggest', isObject(biggest) ? [biggest] : []],
  ];
  for (const [name, bets] of served) {
    for (const bet of bets) addBet(record.bets, rowOf(response.raceId, name, bet));
  }
}

function rowOf(raceId: string, name: string, bet: Json): Row {
  const placed = text(field(bet, 'place_time'));
  return {
    race_id: raceId,
    list: name,
    stake: number(field(bet, 'stake')),
    odds: number(field(bet, 'place_odds')),
    placed_at: placed === null ? null : cut(placed),
  };
}

function addBet(rows: Row[], row: Row): void {
  if (!rows.some((known) => JSON.stringify(known) === JSON.stringify(row))) rows.push(row);
}
