import { describe, expect, it } from 'vitest';
import { rowsOf, served, take } from '../support/snapshots.ts';
import type { JsonObject, ServedData, ServedEvent } from '../support/snapshots.ts';

const bet = {
  title: 'Win',
  description: ['4. Ka Pai', '(3)'],
  stake: 2500,
  legs: [{ race: { race_number: 1 }, selections: null }],
  place_time: '2026-03-01T02:09:59.123456789Z',
  place_odds: 4.6,
};

const at = (time: string, data: Partial<ServedData>) => served(`2026-03-01T${time}Z`, data);

function lists(...responses: ServedEvent[]): string[] {
  return rowsOf(take(responses), 'bets').map((row) => `${row.list} ${row.stake ?? ''}`);
}

describe('bets', () => {
  it('are kept as served', () => {
    const taken = take([at('02:10:00', { big_bets: [bet] })]);
    expect(rowsOf(taken, 'bets')).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        race_id: 'R',
        list: 'big',
        title: 'Win',
        description: '4. Ka Pai, (3)',
        stake: 2500,
        odds: 4.6,
        placed_at: '2026-03-01T02:09:59.123Z',
        legs: '[{"race":{"race_number":1},"selections":null}]',
        observed_at: '2026-03-01T02:10:00.500Z',
      },
    ]);
  });

  it('are kept once in each list, however often and in whatever order they are served', () => {
    const other: JsonObject = { ...bet, stake: 600 };
    const responses = [
      at('02:10:00', { big_bets: [bet, other, bet], live_bets: [bet], biggest_bet: bet }),
      at('02:11:00', { big_bets: [other, bet], live_bets: [other, bet], biggest_bet: bet }),
      at('02:12:00', { big_bets: null, live_bets: null, biggest_bet: { ...bet, stake: 9000 } }),
    ];
    expect(lists(...responses)).toEqual([
      ...['big 2500', 'big 600', 'live 2500', 'biggest 2500'],
      ...['live 600', 'biggest 9000'],
    ]);
  });

  it('take an empty time, and parts that are absent, for none', () => {
    const bare = { stake: 1, place_time: '0001-01-01T00:00:00Z', description: null, legs: null };
    const [row] = rowsOf(take([at('02:10:00', { live_bets: [bare] })]), 'bets');
    expect(row).toMatchObject({ placed_at: null, description: null, legs: null, odds: null, title: null });
  });
});
