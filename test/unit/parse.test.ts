import { describe, expect, it } from 'vitest';
import { parseEvent } from '../../src/sources/tab/parse.ts';
import { runner, served, start, startTime } from '../support/snapshots.ts';
import type { JsonObject } from '../support/snapshots.ts';

const time = '2026-03-01T02:10:00.123456789Z';
const withRace = (race: JsonObject) => parseEvent(served(time, { race }));

function onlyRunner(more: JsonObject) {
  const [parsed] = parseEvent(served(time, { runners: [runner('a', more)] })).runners;
  if (parsed === undefined) throw new Error('no runner');
  return parsed;
}

describe('an event response', () => {
  it('is of its race and its time, cut to the millisecond', () => {
    const snapshot = parseEvent(served(time));
    expect([snapshot.raceId, snapshot.generatedAt]).toEqual(['R', Date.parse('2026-03-01T02:10:00.123Z')]);
  });

  it.each(['2026-03-01T02:10:00Z', '2026-03-01T02:10:00.1Z', '2026-03-01T15:10:00.000000001+13:00'])(
    'takes a generated_time of 0 to 9 digits in any zone: %s',
    (generated) => {
      expect(Math.floor(parseEvent(served(generated)).generatedAt / 1000)).toBe(
        Date.parse(time.slice(0, 19) + 'Z') / 1000,
      );
    },
  );

  it.each(['Open', 'OPEN', 'Abandoned', '', 'Something new'])('keeps the status as served: %j', (status) => {
    expect(withRace({ status }).race.status).toBe(status);
  });

  it('takes the numbers of futures: race number 0, distance 0, status empty', () => {
    expect(withRace({ status: '', race_number: 0, distance: 0 }).race).toMatchObject({
      status: '',
      race_number: 0,
      distance: 0,
    });
  });

  it('takes starts in epoch seconds, whole or not, and nonsense for the actual one', () => {
    expect(withRace({ actual_start: start / 1000 + 68.25 }).race).toMatchObject({
      advertised_start: startTime,
      actual_start: '2026-03-01T03:11:08.250Z',
    });
    expect(withRace({ actual_start: 0 }).race.actual_start).toBe('1970-01-01T00:00:00.000Z');
    expect(withRace({ actual_start: null }).race.actual_start).toBeNull();
  });

  it('keeps prize money and free text as they are', () => {
    const prize_monies = { '1st': 5850, total_value: 9000 };
    const { race } = withRace({ prize_monies, track_condition: ' Good4', weather: 'FINE' });
    expect(race).toMatchObject({
      prize_monies: '{"1st":5850,"total_value":9000}',
      track_condition: ' Good4',
      weather: 'FINE',
    });
  });

  it('tells of the meeting what an event knows of it', () => {
    expect(withRace({ country: 'UK', state: 'GBR', type: 'T', weather: 'Fine' }).meeting).toEqual({
      meeting_id: 'M',
      name: 'Ellerslie',
      date: null,
      country: 'UK',
      state: 'GBR',
      category: 'T',
      track_condition: null,
      weather: 'Fine',
      status: null,
      tote_meeting_number: null,
    });
  });

  it('keeps in its extras every property that it does not know, inside the race and beside it', () => {
    const snapshot = parseEvent(
      served(time, {
        race: { start_time_nz: '16:10:00 NZDT', brand_new: { deep: [1, null] } },
        derivatives: null,
        error: '',
      }),
    );
    expect(snapshot.extra).toEqual({
      meeting_name: 'Ellerslie',
      start_time_nz: '16:10:00 NZDT',
      brand_new: { deep: [1, null] },
      derivatives: null,
      error: '',
      favourite: null,
      mover: null,
    });
  });

  it('keeps of the copies favourite and mover only whom they name', () => {
    const copy = { entrant_id: 'a', favourite: false, odds: { fixed_win: 9 }, anything: 1 };
    const { extra, runners } = parseEvent(
      served(time, {
        runners: [runner('a', { favourite: true, mover: false })],
        favourite: copy,
        mover: copy,
      }),
    );
    expect(extra).toMatchObject({ favourite: 'a', mover: 'a' });
    expect(runners[0]?.columns).toMatchObject({ favourite: true, mover: false });
  });

  it('takes parts that were not granted, null or absent, for none', () => {
    const parts = [
      'money_tracker',
      'tote_pools',
      'big_bets',
      'live_bets',
      'biggest_bet',
      'results',
      'dividends',
    ];
    const nulls = Object.fromEntries(parts.map((part) => [part, null]));
    for (const data of [{}, nulls]) {
      expect(parseEvent(served(time, data))).toMatchObject({
        money: null,
        pools: [],
        bets: [],
        results: { placings: [], dividends: [] },
      });
    }
  });
});

describe('a runner', () => {
  it('has prices whole or fractional, 0 as served, null where there is none', () => {
    expect(onlyRunner({ odds: { fixed_win: 12, fixed_place: 3.6, pool_win: 0 } }).columns).toMatchObject({
      fixed_win: 12,
      fixed_place: 3.6,
      pool_win: 0,
      pool_place: null,
    });
    for (const odds of [undefined, null, {}]) {
      expect(onlyRunner({ odds }).columns).toMatchObject({ fixed_win: null, pool_place: null });
    }
  });

  it('has dated prices from all parts, cut to the millisecond, with their last place in flucs', () => {
    const entry = (second: string, fluc: number) => ({ timestamp: `2026-03-01T02:00:${second}Z`, fluc });
    const { fluctuations } = onlyRunner({
      flucs: [2, 3, 2],
      flucs_with_timestamp: {
        open: entry('01', 2),
        nine_am: { timestamp: '0001-01-01T00:00:00Z', fluc: 0 },
        high: entry('02.9999999', 3),
        low: null,
        last_six: [entry('04', 0), entry('03', 9)],
      },
    });
    const at = Date.parse('2026-03-01T02:00:00Z');
    expect(fluctuations).toEqual([
      { at: at + 1_000, odds: 2, place: 2 },
      { at: at + 2_999, odds: 3, place: 1 },
      { at: at + 4_000, odds: null, place: -1 },
      { at: at + 3_000, odds: 9, place: -1 },
    ]);
  });

  it.each([
    [6, '2026-03-01T02:00:03.000Z'],
    [5, null],
  ])('knows the oldest of the recent prices where all of %d are dated and they are six', (count, oldest) => {
    const seconds = [7, 3, 4, 5, 6, 8].slice(0, count);
    const last_six = seconds.map((second) => ({ timestamp: `2026-03-01T02:00:0${second}Z`, fluc: second }));
    const empty = { timestamp: '0001-01-01T00:00:00Z', fluc: 0 };
    const parsed = onlyRunner({
      flucs_with_timestamp: { last_six: count === 6 ? last_six : [...last_six, empty] },
    });
    expect(parsed.oldestOfSix).toBe(oldest === null ? null : Date.parse(oldest));
  });

  it('keeps in its extras every property that it does not know, an object where one expects text too', () => {
    const { extra } = onlyRunner({
      runner_change: { '01/06/2026': 'Gelding' },
      prize_money: '12,000',
      brand_new: [1],
      weight: { allocated: '54kg', total: '54kg', unit: 'kg' },
      odds: { fixed_win: 2, tote_win: 3 },
      deduction: null,
      flucs_with_timestamp: { open: { timestamp: time, fluc: 2, by: 'x' }, close: null },
    });
    expect(extra).toEqual({
      runner_change: { '01/06/2026': 'Gelding' },
      prize_money: '12,000',
      brand_new: [1],
      weight: { unit: 'kg' },
      odds: { tote_win: 3 },
      deduction: null,
      flucs_with_timestamp: { open: { timestamp: time, fluc: 2, by: 'x' }, close: null },
    });
  });

  it('keeps a property of any name', () => {
    const odd = JSON.parse('{"__proto__": {"a": 1}, "constructor": 2, "toString": "x"}') as JsonObject;
    const { extra } = onlyRunner(odd);
    expect(Object.getPrototypeOf(extra)).toBe(Object.prototype);
    expect(extra).toMatchObject({ constructor: 2, toString: 'x' });
  });

  it('has its past performances as form, without those that are null, and none where all are', () => {
    const last_starts = [{ finish: '1' }];
    const { form, extra } = onlyRunner({ last_starts, past_performances: null, spr: 0, form_comment: '' });
    expect(JSON.parse(form ?? '')).toEqual({ last_starts, spr: 0, form_comment: '' });
    expect(extra).toEqual({});
    expect(onlyRunner({ past_performances: null, form_comment: null }).form).toBeNull();
    expect(onlyRunner({}).form).toBeNull();
  });
});

describe('a pool', () => {
  it('keeps its name, figures and status as served, and win_investment as the text it is', () => {
    const pool = {
      product_type: 'FirstFour',
      total: 12.5,
      status: 'OPEN',
      win_investment: '1,200',
      will_pays: null,
    };
    expect(parseEvent(served(time, { tote_pools: [pool] })).pools).toEqual([
      {
        product: 'FirstFour',
        legs: null,
        total: 12.5,
        status: 'OPEN',
        extra: { win_investment: '1,200', will_pays: null },
      },
    ]);
  });

  it('keeps legs beyond its own', () => {
    const pool = { product_type: 'Quadrella', quaddie: [5, 6, 7, 8], early_quaddie: [1, 2, 3, 4] };
    expect(parseEvent(served(time, { tote_pools: [pool] })).pools).toMatchObject([
      { legs: '[5,6,7,8]', extra: { early_quaddie: [1, 2, 3, 4] } },
    ]);
  });
});
