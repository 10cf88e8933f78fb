import { describe, expect, it } from 'vitest';
import { parseRoute, raceHref } from '../../web/src/address.ts';
import { change } from '../../web/src/format/change.ts';
import { age, countdown } from '../../web/src/format/countdown.ts';
import { bytes, dollars, duration, percent, price } from '../../web/src/format/numbers.ts';
import { day, dayAndMinutes, minutes, seconds, zoneName } from '../../web/src/format/time.ts';
import { bandWords, codeName, everyWords, poolName, raceTitle } from '../../web/src/format/words.ts';

describe('numbers', () => {
  it.each([
    [2.4, '2.40'],
    [13, '13.00'],
    [101, '101'],
    [150.5, '150.5'],
    [null, '–'],
  ])('shows a price of %s as %s', (odds, text) => {
    expect(price(odds)).toBe(text);
  });

  it('shows shares, money, sizes and durations in the unit that fits', () => {
    expect([percent(24), percent(24.04), percent(null)]).toEqual(['24%', '24.0%', '–']);
    expect([dollars(12_345.67), dollars(null)]).toEqual(['$12,346', '–']);
    expect([bytes(0), bytes(999), bytes(31_000_000), bytes(310_000_000)]).toEqual([
      '0 B',
      '999 B',
      '31.0 MB',
      '310 MB',
    ]);
    expect([4, 1_234, 45_000, 150_000, 8 * 3_600_000, null].map(duration)).toEqual([
      '4 ms',
      '1.2 s',
      '45 s',
      '3 min',
      '8 h',
      '–',
    ]);
  });

  it('tells a change by an arrow, a size and words', () => {
    expect(change(-0.125)).toEqual({
      direction: 'shortened',
      arrow: '▼',
      text: '13%',
      words: 'shortened 13%',
    });
    expect(change(0.0512)).toEqual({ direction: 'drifted', arrow: '▲', text: '5.1%', words: 'drifted 5.1%' });
    expect(change(0.0004)?.direction).toBe('unchanged');
    expect(change(null)).toBeNull();
  });
});

describe('countdown', () => {
  const start = Date.parse('2026-11-24T03:00:00.000Z');

  it.each([
    [0, '0:00', '0 seconds to the jump', 'now'],
    [-500, '0:01', '1 second to the jump', 'now'],
    [-65_000, '1:05', '1 minute 5 seconds to the jump', 'soon'],
    [-299_001, '5:00', '5 minutes to the jump', 'soon'],
    [-20 * 60_000, '20:00', '20 minutes to the jump', 'far'],
    [-80 * 60_000, '1 h 20', '1 hour 20 minutes to the jump', 'far'],
    [-51 * 3_600_000, '2 d 3 h', '2 days 3 hours to the jump', 'far'],
    [68_000, '+1:08', '1 minute 8 seconds past the advertised start', 'past'],
  ])('%s ms from the start it shows %s', (from, text, words, nearness) => {
    expect(countdown(start, start + from)).toEqual({ text, words, nearness });
  });

  it('says how old something is', () => {
    expect([-5, 999, 12_000, 240_000, 3 * 3_600_000, 72 * 3_600_000].map(age)).toEqual([
      'now',
      'now',
      '12 s',
      '4 min',
      '3 h',
      '3 d',
    ]);
  });
});

describe('time', () => {
  // Summer time: NZ is 13 hours ahead.
  const summer = Date.parse('2026-11-24T12:05:09.000Z');
  const winter = Date.parse('2026-07-01T12:05:09.000Z');

  it('is shown in the zone that was chosen, on its own day', () => {
    expect([minutes(summer, 'nz'), minutes(summer, 'utc')]).toEqual(['01:05', '12:05']);
    expect([minutes(winter, 'nz'), seconds(winter, 'utc')]).toEqual(['00:05', '12:05:09']);
    expect([zoneName(summer, 'nz'), zoneName(winter, 'nz'), zoneName(summer, 'utc')]).toEqual([
      'NZDT',
      'NZST',
      'UTC',
    ]);
    expect([day(summer, 'nz'), day(summer, 'utc')]).toEqual(['Wed, 25 Nov', 'Tue, 24 Nov']);
  });

  it('carries its day where that is another one', () => {
    const nextDay = summer + 24 * 3_600_000;
    expect(dayAndMinutes(summer, summer, 'nz')).toBe('01:05');
    expect(dayAndMinutes(nextDay, summer, 'nz')).toBe('Thu, 26 Nov 01:05');
  });
});

describe('words', () => {
  it('names what the source names by letters and numbers', () => {
    expect([codeName('H'), codeName('X'), codeName(null)]).toEqual(['Harness', 'X', '–']);
    expect(raceTitle({ meeting: 'Ellerslie', race_number: 7 })).toBe('Ellerslie R7');
    expect(raceTitle({ meeting: null, race_number: null })).toBe('Unnamed meeting R?');
    expect([bandWords('jump'), bandWords('own'), bandWords(null)]).toEqual([
      'last 5 min',
      'own',
      'not polled',
    ]);
    expect([everyWords(10_000), everyWords(300_000), everyWords(null)]).toEqual([
      'every 10 s',
      'every 5 min',
      null,
    ]);
  });

  it('tells a product over several races by its legs, whatever their form', () => {
    expect(poolName('FirstFour', null)).toBe('First Four');
    expect(poolName('EarlyQuadrella', [1, 2, 3, 4])).toBe('Early Quadrella (races 1, 2, 3, 4)');
    expect(poolName('Treble', [[4, 5, 6]])).toBe('Treble (races 4, 5, 6)');
  });
});

describe('addresses', () => {
  it('name a page each, and a race by its id', () => {
    expect(['', '#/', '#/movers', '#/health'].map((address) => parseRoute(address).page)).toEqual([
      'next',
      'next',
      'movers',
      'health',
    ]);
    expect(parseRoute(raceHref('a/b c'))).toEqual({ page: 'race', id: 'a/b c' });
    expect(['#/race', '#/race/', '#/nowhere'].map((address) => parseRoute(address).page)).toEqual([
      'unknown',
      'unknown',
      'unknown',
    ]);
  });
});
