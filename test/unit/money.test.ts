import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { sumMoney } from '../../src/domain/money.ts';
import { hold } from '../support/properties.ts';
import { eventsOf } from '../support/snapshots-recorded.ts';
import { rowsOf, runner, served, take } from '../support/snapshots.ts';
import type { ServedEvent, ServedSlice } from '../support/snapshots.ts';
import { nastyResponses } from '../support/snapshots-nasty.ts';
import { asWritten, atNewest, present } from '../support/snapshots-replay.ts';

function slice(
  entrant_id: string,
  hold_percentage: number | null,
  bet_percentage: number | null,
): ServedSlice {
  return { entrant_id, hold_percentage, bet_percentage };
}

describe('the sums of a money tracker', () => {
  const field = new Set(['a', 'b']);

  it('add the slices of an entrant, and those of all ids not in the field under null', () => {
    const slices = [
      slice('a', 9, 8),
      slice('x', 3, 2),
      slice('b', 0, 0),
      slice('a', 40, 50),
      slice('y', 5, 0),
    ];
    expect(sumMoney(slices, field)).toEqual(
      new Map([
        ['a', { hold: 49, bet: 58 }],
        ['b', { hold: 0, bet: 0 }],
        [null, { hold: 8, bet: 2 }],
      ]),
    );
  });

  it('take an absent figure for none, and keep it none where no slice has one', () => {
    const slices = [slice('a', null, 1), { entrant_id: 'a' }, slice('a', null, 2)];
    expect(sumMoney(slices, field)).toEqual(new Map([['a', { hold: null, bet: 3 }]]));
  });

  it('are the same in any order, fractions too', () => {
    const figure = fc.constantFrom(null, 0, 0.1, 0.2, 0.3, 1.7, 12, 33.3);
    const slices = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'x', 'y'), figure, figure), { maxLength: 12 });
    hold(
      fc.property(
        slices.chain((all) =>
          fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })),
        ),
        ([one, other]) => {
          const sums = (list: typeof one) =>
            sumMoney(
              list.map((row) => slice(...row)),
              field,
            );
          expect(sums(other)).toEqual(sums(one));
        },
      ),
    );
  });
});

describe('the money rows', () => {
  const field = [runner('a'), runner('b')];
  const at = (time: string, money_tracker: ServedEvent['data']['money_tracker'], runners = field) =>
    served(`2026-03-01T03:0${time}Z`, { runners, ...(money_tracker !== undefined && { money_tracker }) });
  const figures = (responses: ServedEvent[]) =>
    rowsOf(take(responses), 'money_flow_history').map((row) => [
      row.source_time.slice(14, -1),
      row.entrant_id,
      row.hold_percentage,
      row.bet_percentage,
      row.previous_hold_percentage,
      row.previous_bet_percentage,
      row.seconds_to_start,
    ]);

  it('come when either figure changes', () => {
    const responses = [
      at('0:00.5', { entrants: [slice('a', 60, 70), slice('b', 40, 30)] }),
      at('1:00', { entrants: [slice('b', 40, 29), slice('a', 60, 70)] }),
      at('2:00', { entrants: [slice('a', 61, 70), slice('b', 40, 29)] }),
    ];
    expect(figures(responses)).toEqual([
      ['00:00.500', 'b', 40, 30, null, null, 599.5],
      ['00:00.500', 'a', 60, 70, null, null, 599.5],
      ['01:00.000', 'b', 40, 29, 40, 30, 540],
      ['02:00.000', 'a', 61, 70, 60, 70, 480],
    ]);
  });

  it('take nothing from a tracker that is absent or empty', () => {
    const first = at('0:00', { entrants: [slice('a', 60, 70)] });
    const silent = [at('1:00', null), at('2:00', undefined), at('3:00', { entrants: null })];
    expect(figures([first, ...silent, at('4:00', { entrants: [] })])).toHaveLength(1);
  });

  it('take back the figures of an entrant that a tracker no longer lists', () => {
    const responses = [
      at('0:00', { entrants: [slice('a', 60, 70), slice('x', 1, 1)] }),
      at('1:00', { entrants: [slice('x', 1, 1)] }),
    ];
    expect(figures(responses).at(-1)).toEqual(['01:00.000', 'a', null, null, 60, 70, 540]);
  });

  it('follow a runner that leaves the field into the sums outside it', () => {
    const entrants = [slice('a', 60, 70), slice('b', 40, 30)];
    const rows = figures([at('0:00', { entrants }), at('1:00', { entrants }, [runner('a')])]);
    expect(rows.slice(2)).toEqual([
      ['01:00.000', 'b', null, null, 40, 30, 540],
      ['01:00.000', null, 40, 30, null, null, 540],
    ]);
  });

  it('show in the row of the entrant, which an absent tracker leaves as it is', () => {
    const tracked = at('0:00', { entrants: [slice('a', 60, 70)] });
    const rows = rowsOf(take([tracked, at('1:00', null, [runner('a', { jockey: 'B' })])]), 'entrants');
    const last = rows.findLast(({ entrant_id }) => entrant_id === 'a');
    expect(last).toMatchObject({ jockey: 'B', hold_percentage: 60, bet_percentage: 70 });
  });

  it('have the id of their figures', () => {
    const [row] = rowsOf(take([at('0:00', { entrants: [slice('x', 5, null)] })]), 'money_flow_history');
    // printf 'R||2026-03-01T03:00:00.000Z|5|' | sha256sum | cut -c-32
    expect(row?.id).toBe('d4b631a1297a386b27418adf446a53b7');
  });
});

test('the money rows alone tell the sums of the newest tracker that says something', () => {
  hold(
    fc.property(nastyResponses, (list) => {
      let sums = new Map<string | null, Figures>();
      for (const [response, taken] of atNewest(list)) {
        sums = servedSums(response) ?? sums;
        const told = [...present(rowsOf(taken, 'money_flow_history'), (row) => row.entrant_id)]
          .map(([id, row]) => [id, { hold: row.hold_percentage, bet: row.bet_percentage }] as const)
          .filter(([, { hold, bet }]) => hold !== null || bet !== null);
        expect(new Map(told)).toEqual(sums);
      }
    }),
  );
});

interface Figures {
  hold: number | null;
  bet: number | null;
}

/** Null where the tracker says nothing. */
function servedSums({ data }: ServedEvent): Map<string | null, Figures> | null {
  const slices = data.money_tracker?.entrants ?? [];
  if (slices.length === 0) return null;
  const field = data.runners.map(({ entrant_id }) => entrant_id);
  const sums = new Map<string | null, Figures>();
  for (const id of [null, ...field]) {
    const own = slices.filter(({ entrant_id }) => (field.includes(entrant_id) ? entrant_id : null) === id);
    const hold = total(own.map((row) => row.hold_percentage));
    const bet = total(own.map((row) => row.bet_percentage));
    if (hold !== null || bet !== null) sums.set(id, { hold, bet });
  }
  return sums;
}

function total(figures: readonly (number | null | undefined)[]): number | null {
  const told = figures.filter((figure) => typeof figure === 'number');
  return told.length === 0 ? null : told.reduce((one, other) => one + other);
}

test('each money row carries the figures before it, and others', () => {
  hold(
    fc.property(nastyResponses, (list) => {
      const rows = rowsOf(take(list), 'money_flow_history');
      for (const [row, earlier] of asWritten(rows, ({ entrant_id }) => entrant_id ?? '')) {
        const before = earlier.at(-1);
        const previous = [row.previous_hold_percentage, row.previous_bet_percentage];
        expect(previous).toEqual([before?.hold_percentage ?? null, before?.bet_percentage ?? null]);
        expect([row.hold_percentage, row.bet_percentage]).not.toEqual(previous);
      }
    }),
  );
});

const recorded = eventsOf('tab-nz/event-with-money-tracker');

test.skipIf(recorded.missing)(`${recorded.title}: the tracker sums to 101, of which 93 in the field`, () => {
  const rows = rowsOf(take(recorded.responses), 'money_flow_history');
  const sum = (of: typeof rows, figure: 'hold_percentage' | 'bet_percentage') =>
    of.reduce((so, row) => so + (row[figure] ?? 0), 0);
  expect([sum(rows, 'hold_percentage'), sum(rows, 'bet_percentage')]).toEqual([101, 101]);
  const outside = rows.filter((row) => row.entrant_id === null);
  expect(outside).toHaveLength(1);
  expect(sum(outside, 'hold_percentage')).toBe(8);
  expect(rows).toHaveLength(9);
});
