import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { hold } from '../support/properties.ts';
import { rowsOf, runner, served, take } from '../support/snapshots.ts';
import type { Baseline } from '../../src/domain/baseline.ts';
import type { JsonObject } from '../support/snapshots.ts';
import { nastyResponses } from '../support/snapshots-nasty.ts';

test('an older response adds only fluctuations of known runners, and moves nothing but their lines', () => {
  hold(
    fc.property(nastyResponses, (list) => {
      for (const { snapshot, before, after, changes } of take(list)) {
        if (before.generatedAt === null || snapshot.generatedAt >= before.generatedAt) continue;
        for (const change of changes) {
          expect(change).toMatchObject({ table: 'odds_history', row: { basis: 'fluctuation' } });
        }
        expect(withoutLines(after)).toEqual(withoutLines(before));
        const points = [...after.entrants.values()].reduce((sum, { line }) => sum + line.length / 2, 0);
        const known = [...before.entrants.values()].reduce((sum, { line }) => sum + line.length / 2, 0);
        expect(points - known).toBe(changes.length);
      }
    }),
  );
});

function withoutLines(baseline: Baseline) {
  return { ...baseline, entrants: [...baseline.entrants].map(([id, state]) => [id, { ...state, line: [] }]) };
}

test('responses that come a second time add only fluctuations', () => {
  hold(
    fc.property(nastyResponses, (list) => {
      const newest = list.toSorted(byTime).at(-1);
      const after = take(list).at(-1)?.after;
      const again = list.filter((response) => response !== newest);
      for (const { changes } of take(again, after)) {
        for (const change of changes) {
          expect(change).toMatchObject({ table: 'odds_history', row: { basis: 'fluctuation' } });
        }
      }
    }),
  );
});

function byTime(one: { header: { generated_time: string } }, other: typeof one): number {
  return Date.parse(one.header.generated_time) - Date.parse(other.header.generated_time);
}

describe('an older response', () => {
  const at = (time: string, price: number, dated: [string, number][], race: JsonObject = {}) => {
    const last_six = dated.map(([minute, fluc]) => ({ timestamp: `2026-03-01T02:${minute}:00Z`, fluc }));
    const more = { odds: { fixed_win: price, fixed_place: price }, flucs_with_timestamp: { last_six } };
    return served(`2026-03-01T${time}Z`, { race, runners: [runner('a', more)] });
  };

  it('adds what only it knows of the past, to the start that is known now', () => {
    const taken = take([
      at('02:50:00', 5, [['10', 5]]),
      at('02:52:00', 5, [['10', 5]], { advertised_start: Date.parse('2026-03-01T03:20:00Z') / 1000 }),
      at('02:51:00', 99, [['30', 8]], { status: 'Closed' }),
    ]);
    expect(rowsOf(taken.slice(2), 'odds_history')).toMatchObject([
      { odds: 8, previous_odds: 5, source_time: '2026-03-01T02:30:00.000Z', seconds_to_start: 3000 },
    ]);
    expect(taken[2]?.changes).toHaveLength(1);
  });

  it('has the price of the next newer one told as differing from what it added', () => {
    const taken = take([
      at('02:50:00', 5, [['10', 5]]),
      at('02:49:00', 5, [['30', 8]]),
      at('02:51:00', 5, [['10', 5]]),
    ]);
    expect(rowsOf(taken.slice(1), 'odds_history').map(({ odds, basis }) => [odds, basis])).toEqual([
      [8, 'fluctuation'],
      [5, 'poll'],
    ]);
  });

  it('takes back a price that it told of a runner that is gone', () => {
    const gone = served('2026-03-01T02:51:00Z');
    const taken = take([
      at('02:40:00', 0, []),
      gone,
      at('02:50:00', 0, [['30', 8]]),
      served('2026-03-01T02:52:00Z'),
      served('2026-03-01T02:53:00Z'),
    ]);
    const rows = rowsOf(taken, 'odds_history').filter(({ kind }) => kind === 'fixed_win');
    expect(rows.map(({ odds, source_time }) => [odds, source_time.slice(11, 16)])).toEqual([
      [8, '02:30'],
      [null, '02:52'],
    ]);
    expect(rowsOf(taken, 'race_events').map(({ kind }) => kind)).toEqual(['runner_removed']);
  });
});
