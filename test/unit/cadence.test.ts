import { describe, expect, it } from 'vitest';
import { cadenceFor, defaultCadence, planAt, samePlan } from '../../src/streams/cadence.ts';
import type { Cadence, RaceTimes } from '../../src/streams/cadence.ts';

const minute = 60_000;
const hour = 60 * minute;
const start = 48 * hour;
const race: RaceTimes = { status: 'Open', advertisedStart: start, since: 0, endedAt: null };
const planned = (before: number, times = race) => planAt(defaultCadence, times, start - before);

describe('the plan of a race', () => {
  it.each([
    [24 * hour, 'day', 30 * minute],
    [6 * hour + 1, 'day', 30 * minute],
    [6 * hour, 'hours', 5 * minute],
    [hour + 1, 'hours', 5 * minute],
    [hour, 'hour', minute],
    [15 * minute + 1, 'hour', minute],
    [15 * minute, 'quarter', 30_000],
    [5 * minute + 1, 'quarter', 30_000],
    [5 * minute, 'jump', 10_000],
    [0, 'jump', 10_000],
    [-3 * hour + 1, 'jump', 10_000],
    [-3 * hour, 'overdue', minute],
    [-24 * hour + 1, 'overdue', minute],
  ])('%i ms before its start is the band %s', (before, name, everyMs) => {
    expect(planned(before)).toMatchObject({ kind: 'every', name, everyMs });
  });

  it.each([24 * hour + 1, 7 * 24 * hour, Date.parse('9999-12-31T23:59:59Z')])(
    'is a poll every half an hour until it is live, %i ms before its start as a day before it',
    (before) => {
      const now = start - before;
      expect(planAt(defaultCadence, race, now)).toEqual({
        kind: 'every',
        name: 'not_live',
        everyMs: 30 * minute,
        since: -Infinity,
        until: start - 24 * hour,
      });
    },
  );

  it('knows since when and until when it holds', () => {
    expect(planned(10 * hour)).toMatchObject({ since: start - 24 * hour, until: start - 6 * hour });
    expect(planned(10 * minute)).toMatchObject({ since: start - 15 * minute, until: start - 5 * minute });
    expect(planned(0)).toMatchObject({ since: start - 5 * minute, until: start + 3 * hour });
    expect(planned(-3 * hour)).toMatchObject({ since: start + 3 * hour, until: start + 24 * hour });
  });

  it.each([
    ['Closed', 'closed', 15_000],
    ['INTERIM', 'interim', 15_000],
  ])('goes by the status %s, whatever the time', (status, name, everyMs) => {
    for (const before of [30 * hour, minute, -minute]) {
      expect(planned(before, { ...race, status })).toEqual({
        kind: 'every',
        name,
        everyMs,
        since: -Infinity,
        until: start + 3 * hour,
      });
    }
  });

  it.each(['', 'Postponed', ' open '])('takes the status "%s" for a live one', (status) => {
    expect(planned(10 * minute, { ...race, status })).toEqual(planned(10 * minute));
  });

  it('is no faster when the race is overdue than before', () => {
    const slow = { ...defaultCadence, closedMs: 5 * minute };
    const times = { ...race, status: 'Closed' };
    expect(planAt(slow, times, start + 4 * hour)).toMatchObject({ name: 'overdue', everyMs: 5 * minute });
  });

  it('is one read a day after the start of a race that never ends, or after what changed last', () => {
    const giveUpAt = start + 24 * hour;
    const last = { kind: 'reads', name: 'given_up', dues: [giveUpAt], until: Infinity };
    expect(planAt(defaultCadence, race, giveUpAt)).toEqual(last);
    expect(planAt(defaultCadence, { ...race, status: 'Interim' }, giveUpAt + hour)).toEqual(last);
    const moved = { ...race, since: start + hour };
    expect(planAt(defaultCadence, moved, giveUpAt)).toMatchObject({ until: giveUpAt + hour });
  });

  it.each(['removed_from_feed', 'never_finished'])('has no poll left for the status %s', (status) => {
    expect(planned(0, { ...race, status, endedAt: start })).toMatchObject({ kind: 'reads', dues: [] });
  });

  it('has three reads after Final and one after Abandoned, from when that was seen', () => {
    const endedAt = start + 3 * minute;
    expect(planned(0, { ...race, status: 'Final', endedAt })).toEqual({
      kind: 'reads',
      name: 'final',
      dues: [endedAt + minute, endedAt + 10 * minute, endedAt + 24 * hour],
      until: Infinity,
    });
    expect(planned(0, { ...race, status: 'Abandoned', endedAt })).toMatchObject({
      name: 'abandoned',
      dues: [endedAt + 10 * minute],
    });
  });

  it('is the same only when it asks for the same polls', () => {
    expect(samePlan(planned(10 * minute), planned(9 * minute))).toBe(true);
    expect(samePlan(planned(10 * minute), planned(4 * minute))).toBe(false);
    const moved = { ...race, advertisedStart: start + 1 };
    expect(samePlan(planned(10 * minute), planned(10 * minute, moved))).toBe(false);
    const final = { ...race, status: 'Final', endedAt: start };
    expect(samePlan(planned(0, final), planned(0, { ...final, endedAt: start + 1 }))).toBe(false);
  });
});

describe('the cadence of a race', () => {
  const [hounds, australian, standard] = [1, 2, 3].map((seconds): Cadence => ({
    ...defaultCadence,
    closedMs: seconds * 1_000,
  })) as [Cadence, Cadence, Cadence];
  const table = {
    standard,
    overrides: [
      { countries: [], categories: ['G'], cadence: hounds },
      { countries: ['AUS'], categories: [], cadence: australian },
      { countries: ['AUS'], categories: ['H'], cadence: standard },
    ],
  };

  it('is that of the first override that fits, else the standard one', () => {
    expect(cadenceFor(table, 'NZ', 'G')).toBe(hounds);
    expect(cadenceFor(table, 'AUS', 'G')).toBe(hounds);
    expect(cadenceFor(table, 'AUS', 'H')).toBe(australian);
    expect(cadenceFor(table, 'NZ', 'T')).toBe(standard);
    expect(cadenceFor(table, null, null)).toBe(standard);
    expect(cadenceFor(table, null, 'G')).toBe(hounds);
  });
});
