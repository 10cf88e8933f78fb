import { describe, expect, it } from 'vitest';
import { lastTime, layFluctuations, lineOf, price, valueAt, withPoint } from '../../src/domain/odds.ts';
import { rowsOf, runner, served, start, take } from '../support/snapshots.ts';
import type { JsonObject, ServedEvent } from '../support/snapshots.ts';

const at = (time: string) => `2026-03-01T${time}Z`;

type Dated = readonly (readonly [time: string, fluc: number])[];

/** Runner a, its fixed-win price and its `last_six`. */
function priced(
  time: string,
  fixed_win: number | null,
  lastSix: Dated = [],
  more: JsonObject = {},
): ServedEvent {
  const last_six = lastSix.map(([when, fluc]) => ({ timestamp: at(when), fluc }));
  const flucs = lastSix.map(([, fluc]) => fluc);
  const own = { odds: { fixed_win }, flucs, flucs_with_timestamp: { last_six }, ...more };
  return served(at(time), { runners: [runner('a', own)] });
}

function brief(responses: ServedEvent[]): unknown[] {
  return rowsOf(take(responses), 'odds_history').map((row) => [
    row.odds,
    row.previous_odds,
    row.source_time.slice(11, -1),
    row.basis,
    row.seconds_to_start,
  ]);
}

describe('fixed-win rows', () => {
  it('are dated by the source at first sight, and one more where the price is ahead of the dates', () => {
    expect(
      brief([
        priced('02:10:00.5', 6, [
          ['01:10:00', 4],
          ['02:00:00.123456789', 5],
        ]),
      ]),
    ).toEqual([
      [4, null, '01:10:00.000', 'fluctuation', 7200],
      [5, 4, '02:00:00.123', 'fluctuation', 4199.877],
      [6, 5, '02:10:00.500', 'poll', 3599.5],
    ]);
  });

  it('keep a spike that reverts between two polls', () => {
    const polls = [
      priced('02:10:00', 5, [['02:00:00', 5]]),
      priced('02:11:00', 5, [
        ['02:00:00', 5],
        ['02:10:10', 9],
        ['02:10:20', 5],
      ]),
    ];
    expect(brief(polls).slice(1)).toEqual([
      [9, 5, '02:10:10.000', 'fluctuation', 3590],
      [5, 9, '02:10:20.000', 'fluctuation', 3580],
    ]);
  });

  it('take unsorted dates in order, and each price once however often it is told', () => {
    const entry = (time: string, fluc: number) => ({ timestamp: at(time), fluc });
    const flucs_with_timestamp = {
      open: entry('01:00:00', 4),
      nine_am: entry('01:30:00', 7),
      high: entry('01:30:00', 7),
      low: entry('01:00:00', 4),
      last_six: [entry('02:00:00', 5), entry('01:30:00', 7), entry('01:00:00', 4)],
    };
    const poll = (time: string) => priced(time, 5, [], { flucs_with_timestamp });
    expect(brief([poll('02:10:00'), poll('02:10:15')])).toEqual([
      [4, null, '01:00:00.000', 'fluctuation', 7800],
      [7, 4, '01:30:00.000', 'fluctuation', 6000],
      [5, 7, '02:00:00.000', 'fluctuation', 4200],
    ]);
  });

  it('order prices of one time by their last place in flucs', () => {
    const tied: Dated = [
      ['02:00:00', 14],
      ['02:00:00', 13],
    ];
    expect(brief([priced('02:10:00', 14, tied, { flucs: [14, 13, 14] })])).toEqual([
      [13, null, '02:00:00.000', 'fluctuation', 4200],
      [14, 13, '02:00:00.000', 'fluctuation', 4200],
    ]);
  });

  it('lie before a price of the same time that comes later', () => {
    const polls = [priced('02:10:00', 13, [['02:00:00', 13]]), priced('02:11:00', 13, [['02:00:00', 14]])];
    expect(brief(polls)).toEqual([
      [13, null, '02:00:00.000', 'fluctuation', 4200],
      [14, 13, '02:00:00.000', 'fluctuation', 4200],
      [13, 14, '02:11:00.000', 'poll', 3540],
    ]);
  });

  it('take nothing from dates that are empty or that are no times', () => {
    const poll = priced('02:10:00', 5, [], {
      flucs_with_timestamp: {
        open: { timestamp: '0001-01-01T00:00:00Z', fluc: 0 },
        high: { timestamp: '0001-01-01T00:00:00Z', fluc: 9 },
        low: { timestamp: 'soon', fluc: 3 },
        nine_am: null,
        last_six: null,
      },
    });
    expect(brief([poll])).toEqual([[5, null, '02:10:00.000', 'poll', 3600]]);
  });

  it('do not come again when the date of a recorded price comes to light', () => {
    const polls = [
      priced('02:10:00', 6, [['02:00:00', 5]]),
      priced('02:10:10', 6, [
        ['02:00:00', 5],
        ['02:09:58', 6],
      ]),
      priced('02:10:20', 6, [
        ['02:00:00', 5],
        ['02:09:58', 6],
      ]),
    ];
    expect(brief(polls).slice(1)).toEqual([
      [6, 5, '02:10:00.000', 'poll', 3600],
      [6, 5, '02:09:58.000', 'fluctuation', 3602],
    ]);
  });

  it('withdraw a price once, with odds null, and tell its return', () => {
    const polls = [5, 0, -1, null, 4].map((odds, minute) => priced(`02:1${minute}:00`, odds));
    expect(brief(polls)).toEqual([
      [5, null, '02:10:00.000', 'poll', 3600],
      [null, 5, '02:11:00.000', 'poll', 3540],
      [4, null, '02:14:00.000', 'poll', 3360],
    ]);
  });

  it('tell the present price once where the source dates another later than its own response', () => {
    const ahead: Dated = [['02:10:30', 7]];
    const polls = [priced('02:10:00', 5, ahead), priced('02:10:15', 5, ahead), priced('02:10:45', 7, ahead)];
    expect(brief(polls)).toEqual([
      [7, null, '02:10:30.000', 'fluctuation', 3570],
      [5, null, '02:10:00.000', 'poll', 3600],
    ]);
  });

  it('tell the present price at its own time where the source dates the same one far later', () => {
    const ahead: Dated = [['03:00:00', 5]];
    const polls = [priced('02:10:00', 5, ahead), priced('02:10:15', 5, ahead)];
    expect(brief(polls)).toEqual([
      [5, null, '03:00:00.000', 'fluctuation', 600],
      [5, null, '02:10:00.000', 'poll', 3600],
    ]);
  });

  it('count seconds to the start that is known when they are written, below zero after it', () => {
    const moved = priced('03:12:00', 6);
    moved.data.race.advertised_start = start / 1000 - 60;
    expect(brief([priced('03:11:00.25', 5), moved])).toEqual([
      [5, null, '03:11:00.250', 'poll', -60.25],
      [6, 5, '03:12:00.000', 'poll', -180],
    ]);
  });

  it('have the id of their natural key', () => {
    const [row] = rowsOf(take([priced('02:10:00', 2.4)]), 'odds_history');
    // printf 'a|fixed_win|2026-03-01T02:10:00.000Z|2.4|poll' | sha256sum | cut -c-32
    expect(row?.id).toBe('47f68a6892777b4edf6000fd808e9402');
  });
});

describe('rows of the other kinds', () => {
  const kinds = ['fixed_place', 'pool_win', 'pool_place'] as const;
  const poll = (time: string, odds: JsonObject | null) =>
    served(at(time), { runners: [runner('a', { odds: odds as never })] });

  it.each(kinds)('%s: at first sight, at each change, and when the price goes', (kind) => {
    const responses = [
      poll('02:10:00', { [kind]: 2 }),
      poll('02:11:00', { [kind]: 2 }),
      poll('02:12:00', null),
    ];
    expect(brief(responses)).toEqual([
      [2, null, '02:10:00.000', 'poll', 3600],
      [null, 2, '02:12:00.000', 'poll', 3480],
    ]);
    expect(rowsOf(take(responses), 'odds_history').map((row) => row.kind)).toEqual([kind, kind]);
  });
});

describe('a runner that leaves the field', () => {
  const all = { fixed_win: 5, fixed_place: 2, pool_win: 4.5, pool_place: 1.5 };
  const there = (time: string) => served(at(time), { runners: [runner('a', { odds: all })] });

  it('has every price withdrawn, and told again when it comes back', () => {
    const taken = take([
      there('02:10:00'),
      served(at('02:11:00')),
      served(at('02:12:00')),
      there('02:13:00'),
    ]);
    const rows = rowsOf(taken, 'odds_history').slice(4);
    expect(rows.map(({ kind, odds, previous_odds }) => [kind, odds, previous_odds])).toEqual([
      ['fixed_win', null, 5],
      ['fixed_place', null, 2],
      ['pool_win', null, 4.5],
      ['pool_place', null, 1.5],
      ['fixed_win', 5, null],
      ['fixed_place', 2, null],
      ['pool_win', 4.5, null],
      ['pool_place', 1.5, null],
    ]);
    expect(rowsOf(taken, 'race_events').map((row) => [row.kind, row.value, row.previous])).toEqual([
      ['runner_removed', null, 'Runner a'],
      ['runner_added', 'Runner a', null],
    ]);
  });
});

describe('an overflow of the six dated prices', () => {
  const six = (minutes: readonly number[]): Dated =>
    minutes.map((minute, index) => [`02:${minute}:00`, 3 + index] as const);
  const gaps = (responses: ServedEvent[]) => rowsOf(take(responses), 'gaps');

  it('is a gap from the newest known to the oldest of the six', () => {
    const overflow = [
      priced('02:20:00', 4, [['02:15:00', 4]]),
      priced('03:00:00', 8, six([35, 30, 40, 45, 50, 55])),
    ];
    expect(gaps(overflow)).toEqual([
      {
        // printf 'R|a|2026-03-01T02:15:00.000Z|fluctuations_overflowed' | sha256sum | cut -c-32
        id: 'd719d503f162639d291df5f13e36f039',
        race_id: 'R',
        entrant_id: 'a',
        from_time: at('02:15:00.000'),
        to_time: at('02:30:00.000'),
        reason: 'fluctuations_overflowed',
        expected_polls: 0,
        repaired: false,
      },
    ]);
  });

  it('is none at first sight, where they reach back, or where they are not six', () => {
    const known = priced('02:20:00', 4, [['02:15:00', 4]]);
    const full = six([15, 30, 40, 45, 50, 55]);
    expect(gaps([priced('03:00:00', 8, six([30, 35, 40, 45, 50, 55]))])).toEqual([]);
    expect(gaps([known, priced('03:00:00', 8, full)])).toEqual([]);
    expect(gaps([known, priced('03:00:00', 7, six([30, 40, 45, 50, 55]))])).toEqual([]);
  });
});

describe('a time line', () => {
  const line = [10, 2, 20, 3, 20, 4];

  it('has at a time the last value until then, points of that time included', () => {
    expect([5, 10, 19, 20, 99].map((time) => valueAt(line, time))).toEqual([null, 2, 2, 4, 4]);
  });

  it('takes one more point after those of its time', () => {
    expect(withPoint(line, { at: 10, odds: 9 })).toEqual([10, 2, 10, 9, 20, 3, 20, 4]);
    expect(withPoint(line, { at: 9, odds: null })).toEqual([9, 0, ...line]);
    expect(withPoint(line, { at: 30, odds: 9 })).toEqual([...line, 30, 9]);
  });

  it('is a time and a price in turn, 0 where the price was withdrawn', () => {
    const withdrawn = lineOf([
      { at: 10, odds: 2 },
      { at: 20, odds: null },
    ]);
    expect(withdrawn).toEqual([10, 2, 20, 0]);
    expect([10, 25].map((time) => valueAt(withdrawn, time))).toEqual([2, null]);
    expect([lastTime(withdrawn), lastTime([])]).toEqual([20, null]);
    const again = layFluctuations(withdrawn, [
      { at: 20, odds: null, place: 0 },
      { at: 30, odds: 5, place: 1 },
    ]);
    expect(again).toEqual({
      line: [10, 2, 20, 0, 30, 5],
      added: [{ at: 30, odds: 5, previous: null }],
      last: 5,
    });
  });

  it('stays the same object when nothing is laid on it', () => {
    const told = { at: 10, odds: 2, place: 0 };
    expect(layFluctuations(line, [told]).line).toBe(line);
    expect(layFluctuations(line, [{ at: 15, odds: 2, place: 0 }]).line).toBe(line);
  });

  it('takes a withdrawal that is told twice in one response once', () => {
    const entries = [
      { at: 30, odds: null, place: 0 },
      { at: 30, odds: 5, place: 1 },
      { at: 30, odds: null, place: 2 },
    ];
    expect(layFluctuations(line, entries).added.map(({ odds }) => odds)).toEqual([5, null]);
  });
});

it('takes 0, negative and absent prices for none', () => {
  expect([1.01, 0.5, 0, -0, -1, null, undefined].map(price)).toEqual([
    1.01,
    0.5,
    null,
    null,
    null,
    null,
    null,
  ]);
});
