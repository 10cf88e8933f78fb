import { describe, expect, it } from 'vitest';
import { defaultCadence } from '../../src/streams/cadence.ts';
import type { Plan, RaceTimes } from '../../src/streams/cadence.ts';
import { backOff, duesBetween, nextDue, phaseOf } from '../../src/streams/due.ts';
import type { LastPoll, PollState } from '../../src/streams/due.ts';
import * as races from '../support/streams-story.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

const every = (everyMs: number, since = -Infinity, until = Infinity): Plan => ({
  kind: 'every',
  name: 'band',
  everyMs,
  since,
  until,
});
const reads = (...dues: number[]): Plan => ({ kind: 'reads', name: 'final', dues, until: Infinity });

const good = (lastGoodAt: number | null, phase = 0): PollState => ({ phase, last: null, lastGoodAt });
const failed = (failures: number, startedAt: number, finishedAt: number): PollState => {
  const last: LastPoll = { startedAt, finishedAt, failures, missing: 0 };
  return { phase: 0, last, lastGoodAt: 0 };
};

describe('the next poll', () => {
  it('is due at once when the race was never polled, whatever its plan', () => {
    for (const plan of [every(minute), reads(hour)]) expect(nextDue(plan, good(null), 1_234, 0)).toBe(1_234);
  });

  it('lies on the grid of the race: the next whole interval, shifted by its phase', () => {
    expect(nextDue(every(10_000), good(12_345), 12_600, 0)).toBe(20_000);
    expect(nextDue(every(10_000), good(20_000), 20_200, 0)).toBe(30_000);
    expect(nextDue(every(10_000), good(12_345, 0.25), 12_600, 0)).toBe(12_500);
    expect(nextDue(every(10_000), good(12_500, 0.25), 12_600, 0)).toBe(22_500);
  });

  it('lies on whole milliseconds', () => {
    expect(nextDue(every(10_000), good(12_345, 0.123456789), 12_600, 0)).toBe(21_234);
  });

  it('is overdue when the grid went on meanwhile', () => {
    expect(nextDue(every(10_000), good(12_345), 95_000, 0)).toBe(20_000);
  });

  it('is not due before its plan began', () => {
    expect(nextDue(every(10_000, 65_000), good(12_345), 65_000, 0)).toBe(65_000);
  });

  it('goes by the clock when the last poll lies ahead of it', () => {
    expect(nextDue(every(10_000), good(3_600_000), 12_345, 0)).toBe(20_000);
    expect(nextDue(every(10_000), good(3_600_000), 20_000, 0)).toBe(30_000);
  });

  it('is the next read after the last good poll, and none after the last read', () => {
    expect(nextDue(reads(100, 200, 300), good(50), 60, 0)).toBe(100);
    expect(nextDue(reads(100, 200, 300), good(100), 110, 0)).toBe(200);
    expect(nextDue(reads(100, 200, 300), good(299), 310, 0)).toBe(300);
    expect(nextDue(reads(100, 200, 300), good(300), 310, 0)).toBeNull();
  });

  it.each([
    ['2 s at most after one failure', 1, 100, 2_100],
    ['4 s at most after two', 2, 100, 4_100],
    ['one interval at most after many', 30, 100, 10_000],
    ['at once where the poll itself took an interval', 1, 10_000, 10_000],
    ['less where it took most of one', 5, 8_000, 10_000],
  ])('comes %s, where chance has it latest', (_name, failures, finishedAt, due) => {
    expect(nextDue(every(10_000), failed(failures, 0, finishedAt), finishedAt, 1)).toBe(due);
  });

  it('is tried again after a failed read too, within 5 minutes', () => {
    expect(nextDue(reads(100), failed(3, 0, 100), 100, 1)).toBe(8_100);
    expect(nextDue(reads(100), failed(20, 0, 100), 100, 1)).toBe(300_100);
  });

  it('is tried again by the clock when the failure lies ahead of it', () => {
    expect(nextDue(every(10_000), failed(2, 3_600_000, 3_600_100), 500, 1)).toBe(4_500);
  });
});

describe('the back-off', () => {
  it('doubles from 2 s to 5 min', () => {
    expect([1, 2, 3, 4, 8, 9, 100].map((failures) => backOff(failures, Infinity, 1))).toEqual(
      [2, 4, 8, 16, 256, 300, 300].map((seconds) => seconds * second),
    );
  });

  it('leaves half of it to chance', () => {
    expect(backOff(3, Infinity, 0)).toBe(4 * second);
    expect(backOff(3, Infinity, 0.5)).toBe(6 * second);
  });

  it('stays within a limit', () => {
    expect(backOff(5, 10 * second, 1)).toBe(10 * second);
    expect(backOff(5, 10 * second, 0)).toBe(5 * second);
  });
});

describe('the phase of a race', () => {
  it('is its own, at all times, and spread evenly over one interval', () => {
    const phases = Array.from({ length: 1_000 }, (_, i) => phaseOf(`3f1e7e0e-${i}`));
    expect(phaseOf('3f1e7e0e-7')).toBe(phases[7]);
    expect(Math.min(...phases)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...phases)).toBeLessThan(1);
    const tenths = Map.groupBy(phases, (phase) => Math.floor(phase * 10));
    for (const [tenth, list] of tenths) expect(list.length, `tenth ${tenth}`).toBeGreaterThan(70);
  });
});

describe('the races of the stories', () => {
  it('have their grids begin at 0, so that their polls fall on whole intervals', () => {
    for (const raceId of [races.first, races.second, races.third, races.fourth])
      expect(Math.floor(phaseOf(raceId) * 30 * minute)).toBe(0);
  });
});

describe('the polls that were due', () => {
  const race: RaceTimes = { status: 'Open', advertisedStart: 10 * hour, since: 0, endedAt: null };
  const due = (after: number, before: number, times: RaceTimes = race) =>
    duesBetween(defaultCadence, times, 0, after, before);
  const jump = race.advertisedStart;

  it('are none between two that follow each other', () => {
    expect(due(jump - 4 * minute, jump - 4 * minute + 10 * second)).toBeNull();
    expect(due(5, 5)).toBeNull();
    expect(due(10, 5)).toBeNull();
  });

  it('are counted within a band, the first of them told', () => {
    expect(due(jump - 4 * minute, jump - 3 * minute)).toEqual({
      first: jump - 4 * minute + 10 * second,
      lateAfter: jump - 4 * minute + 20 * second,
      count: 5,
    });
  });

  it('are counted over bands, each by its own interval', () => {
    // Every minute up to a quarter of an hour before, every half up to five minutes before, then every ten seconds.
    expect(due(jump - 17 * minute, jump)).toEqual({
      first: jump - 16 * minute,
      lateAfter: jump - 15 * minute,
      count: 2 + 20 + 29,
    });
  });

  it('are late by the interval of their own band: a slow band excuses none of the faster one after it', () => {
    // The last one of every half hour, at six hours before, and two of every five minutes.
    const sixHours = jump - 6 * hour;
    expect(due(sixHours - minute, sixHours + 11 * minute)).toEqual({
      first: sixHours,
      lateAfter: sixHours + 10 * minute,
      count: 3,
    });
  });

  it('begin again with a faster band at once, but only where its grid has one that was put off', () => {
    const odd: RaceTimes = { ...race, advertisedStart: jump + 45 * second };
    // From 15 min before on every 30 s: at :45 itself, for :30 was put off; then at whole half minutes.
    expect(due(jump - 16 * minute, jump - 14 * minute + 1, odd)).toEqual({
      first: jump - 15 * minute,
      lateAfter: jump - 14 * minute,
      count: 3,
    });
    expect(due(jump - 15 * minute + 40 * second, jump - 14 * minute + 1, odd)).toEqual({
      first: jump - 14 * minute,
      lateAfter: jump - 13.5 * minute,
      count: 1,
    });
  });

  it('are those of a slow grid before the race is live, and however far ahead its start is', () => {
    const far: RaceTimes = { ...race, advertisedStart: 30 * hour };
    const never: RaceTimes = { ...race, advertisedStart: Date.parse('9999-12-31T23:59:59Z') };
    for (const times of [far, never]) {
      expect(due(hour, 6 * hour, times)).toEqual({
        first: 1.5 * hour,
        lateAfter: 2 * hour,
        count: 9,
      });
    }
  });

  it('are the reads of a race that has ended', () => {
    const final: RaceTimes = { ...race, status: 'Final', endedAt: jump };
    expect(due(jump, jump + 25 * hour, final)).toEqual({
      first: jump + minute,
      lateAfter: jump + 2 * minute,
      count: 3,
    });
    expect(due(jump + minute, jump + hour, final)).toMatchObject({ first: jump + 10 * minute, count: 1 });
    expect(due(jump + 24 * hour, jump + 48 * hour, final)).toBeNull();
  });

  it('are counted without a step for each, however many there are', () => {
    const millions = duesBetween(
      { ...defaultCadence, bands: [{ name: 'jump', overMs: -Infinity, everyMs: 1 }] },
      { ...race, since: 1e12 },
      0,
      0,
      1e12,
    );
    expect(millions).toEqual({ first: 1, lateAfter: 2, count: 1e12 - 1 });
  });
});
