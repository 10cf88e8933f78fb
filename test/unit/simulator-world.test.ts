import { describe, expect, it } from 'vitest';
import { identifiers } from '../../src/sources/simulator/identifiers.ts';
import { lru } from '../../src/sources/simulator/lru.ts';
import { stateAt } from '../../src/sources/simulator/market.ts';
import { dayOfDate, midnightOfDay, toteClock, wallClockNz } from '../../src/sources/simulator/nz-time.ts';
import { random } from '../../src/sources/simulator/random.ts';
import { slotAt, slotStart } from '../../src/sources/simulator/refresh.ts';
import { advertisedStart, listedStatusAt, statusAt } from '../../src/sources/simulator/timetable.ts';
import { createWorld, type RaceStory } from '../../src/sources/simulator/world.ts';

const minute = 60_000;
const hour = 60 * minute;
const world = createWorld(3, 240);
const someDay = dayOfDate('2026-03-10') ?? 0;
const days = Array.from({ length: 8 }, (_, index) => someDay + index);
const cards = days.flatMap((day) => world.programme(day)).flatMap((meeting) => meeting.races);
const run = cards.filter(({ timetable }) => timetable.abandoned === null);

function quantile(figures: readonly number[], part: number): number {
  return figures.toSorted((a, b) => a - b)[Math.floor(figures.length * part)] ?? NaN;
}

function storyOf(id: string | undefined): RaceStory {
  const story = world.race(id ?? '');
  if (!story) throw new Error('no such race');
  return story;
}

describe('random', () => {
  it('gives the same stream for the same key and another for another key', () => {
    const draw = (...key: (string | number)[]) => Array.from({ length: 5 }, random(...key).unit);
    expect(draw(1, 'a')).toEqual(draw(1, 'a'));
    expect(draw(1, 'a')).not.toEqual(draw(1, 'b'));
    expect(draw(1, 'a')).not.toEqual(draw(2, 'a'));
  });

  it('keeps its promises on distributions', () => {
    const r = random('distributions');
    const many = <T>(draw: () => T) => Array.from({ length: 20_000 }, draw);
    const mean = (figures: number[]) => figures.reduce((sum, each) => sum + each, 0) / figures.length;
    expect(mean(many(r.unit))).toBeCloseTo(0.5, 1);
    expect(mean(many(r.normal))).toBeCloseTo(0, 1);
    expect(mean(many(() => r.exponential(3)))).toBeCloseTo(3, 0);
    expect(mean(many(() => r.poisson(2.5)))).toBeCloseTo(2.5, 1);
    expect(
      quantile(
        many(() => r.lognormal(60, 0.8)),
        0.5,
      ),
    ).toBeCloseTo(60, -1);
    expect(new Set(many(() => r.int(1, 6)))).toEqual(new Set([1, 2, 3, 4, 5, 6]));
    expect(r.shuffle([1, 2, 3, 4]).toSorted()).toEqual([1, 2, 3, 4]);
  });
});

describe('ids', () => {
  const ids = identifiers('key');

  it('come back as what they stand for, and look like random UUIDs', () => {
    const id = ids.encode('entrant', 20_521, 11, 12, 16);
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(ids.decode(id)).toEqual({ kind: 'entrant', day: 20_521, meeting: 11, race: 12, part: 16 });
    expect(ids.encode('entrant', 20_521, 11, 12, 15).slice(0, 8)).not.toBe(id.slice(0, 8));
  });

  it('refuses what it never gave out', () => {
    const id = ids.encode('race', 20_521, 1, 1);
    const wrong = (id.startsWith('0') ? '1' : '0') + id.slice(1);
    expect(ids.decode(wrong)).toBeNull();
    expect(ids.decode('nonsense')).toBeNull();
    expect(identifiers('other key').decode(id)).toBeNull();
  });
});

describe('lru', () => {
  it('keeps what was used last and makes the rest again', () => {
    const cache = lru<number>(2);
    let made = 0;
    const get = (key: string) => cache.get(key, () => (made += 1));
    expect(['a', 'b', 'a', 'c', 'a', 'b'].map(get)).toEqual([1, 2, 1, 3, 1, 4]);
    expect(cache.size).toBe(2);
  });
});

describe('programme', () => {
  it.each([1, 5, 6, 12, 30, 240, 700])('has %i races a day', (races) => {
    const meetings = createWorld(9, races).programme(someDay);
    expect(meetings.reduce((sum, meeting) => sum + meeting.races.length, 0)).toBe(races);
    for (const meeting of meetings) {
      expect(meeting.races.length).toBeLessThanOrEqual(12);
      expect(meeting.races.length).toBeGreaterThanOrEqual(Math.min(6, races));
    }
  });

  it('mixes codes and countries like the real one', () => {
    const meetings = days.flatMap((day) => world.programme(day));
    const share = (which: (meeting: (typeof meetings)[number]) => boolean) =>
      meetings.filter(which).reduce((sum, meeting) => sum + meeting.races.length, 0) / cards.length;
    expect(share(({ code }) => code === 'G')).toBeCloseTo(0.45, 1);
    expect(share(({ code }) => code === 'T')).toBeCloseTo(0.35, 1);
    expect(share(({ code }) => code === 'H')).toBeCloseTo(0.2, 1);
    expect(share(({ country }) => country === 'NZ')).toBeGreaterThan(0.18);
    expect(share(({ country }) => country === 'NZ')).toBeLessThan(0.32);
    expect(new Set(meetings.map(({ country }) => country))).toEqual(new Set(['NZ', 'AUS', 'HK']));
  });

  it('runs round the clock', () => {
    const starts = cards.map(({ start }) => start).toSorted((a, b) => a - b);
    const inside = starts.filter(
      (start) => start > midnightOfDay(days[1] ?? 0) && start < midnightOfDay(days[7] ?? 0),
    );
    const waits = inside.slice(1).map((start, index) => start - (inside[index] ?? 0));
    expect(Math.max(...waits)).toBeLessThan(31 * minute);
    const few = createWorld(4, 12);
    const fewStarts = days
      .flatMap((day) => few.programme(day))
      .flatMap(({ races }) => races.map(({ start }) => start));
    const fewWaits = fewStarts.slice(1).map((start, index) => start - (fewStarts[index] ?? 0));
    expect(Math.max(...fewWaits)).toBeLessThan(3 * hour);
  });

  it("keeps a date's races between NZ early morning and the small hours after", () => {
    for (const day of days) {
      const starts = world.programme(day).flatMap(({ races }) => races.map(({ start }) => start));
      expect(Math.min(...starts)).toBeGreaterThanOrEqual(midnightOfDay(day));
      expect(Math.max(...starts)).toBeLessThan(midnightOfDay(day) + 31 * hour);
      expect(Math.max(...starts)).toBeGreaterThan(midnightOfDay(day + 1));
    }
  });

  it('tells wall clocks as NZ and the tote do, on days when the clocks change too', () => {
    const winter = Date.parse('2025-07-17T00:50:00Z');
    expect(wallClockNz(winter)).toBe('12:50:00 NZST');
    expect(wallClockNz(Date.parse('2026-02-28T10:13:00Z'))).toBe('23:13:00 NZDT');
    expect(toteClock(dayOfDate('2025-07-17') ?? 0, winter)).toBe('12:50:00');
    expect(toteClock(dayOfDate('2025-07-17') ?? 0, winter + 13 * hour)).toBe('25:50:00');
    const clocksBack = dayOfDate('2026-04-05') ?? 0;
    expect(midnightOfDay(clocksBack + 1) - midnightOfDay(clocksBack)).toBe(25 * hour);
    expect(world.programme(clocksBack).length).toBeGreaterThan(10);
  });
});

describe('a race over time', () => {
  it('goes from Open over Closed and Interim to Final', () => {
    for (const { timetable } of run) {
      expect(timetable.closed).toBeGreaterThan(advertisedStart(timetable, timetable.closed));
      const life = [timetable.closed - 1, timetable.closed, timetable.interim, timetable.final];
      expect(life.map((at) => statusAt(timetable, at))).toEqual(['Open', 'Closed', 'Interim', 'Final']);
      expect(timetable.interim - timetable.closed).toBeLessThan(6 * minute);
    }
  });

  it('jumps late: greyhounds on time, harness latest', () => {
    const late = (country: string, code: string) =>
      days
        .flatMap((day) => world.programme(day))
        .filter((meeting) => meeting.country === country && (code === '' || meeting.code === code))
        .flatMap(({ races }) => races)
        .filter(({ timetable }) => timetable.abandoned === null)
        .map(({ timetable }) => (timetable.closed - advertisedStart(timetable, timetable.closed)) / 1000);
    expect(quantile(late('NZ', ''), 0.5)).toBeGreaterThan(45);
    expect(quantile(late('NZ', ''), 0.5)).toBeLessThan(95);
    expect(quantile(late('NZ', ''), 0.9)).toBeGreaterThan(180);
    expect(quantile(late('NZ', ''), 0.9)).toBeLessThan(400);
    expect(quantile(late('NZ', 'H'), 0.5)).toBeGreaterThan(quantile(late('NZ', 'T'), 0.5));
    expect(quantile(late('AUS', 'G'), 0.9)).toBeLessThan(120);
  });

  it('has a moved start now and then, by up to 35 minutes', () => {
    const moved = cards.filter(({ timetable }) => timetable.moves.length > 0);
    expect(moved.length / cards.length).toBeGreaterThan(0.008);
    expect(moved.length / cards.length).toBeLessThan(0.045);
    for (const { timetable } of moved) {
      const [first] = timetable.moves;
      expect(advertisedStart(timetable, (first?.at ?? 0) - 1)).toBe(timetable.scheduled);
      expect(advertisedStart(timetable, first?.at ?? 0)).toBe(first?.to);
      expect((timetable.moves.at(-1)?.to ?? 0) - timetable.scheduled).toBeLessThanOrEqual(35 * minute);
    }
  });

  it('is called off now and then: the listing says so while the event stays Open', () => {
    const off = cards.filter(({ timetable }) => timetable.abandoned !== null);
    expect(off.length).toBeGreaterThan(0);
    for (const { timetable } of off) {
      const { listed, shown } = timetable.abandoned ?? { listed: 0, shown: 0 };
      expect([listed - 1, listed].map((at) => listedStatusAt(timetable, at))).toEqual(['Open', 'Abandoned']);
      expect([listed, shown - 1, shown].map((at) => statusAt(timetable, at))).toEqual([
        'Open',
        'Open',
        'Abandoned',
      ]);
    }
  });

  it('has amended results now and then', () => {
    const amended = run.filter(({ timetable }) => timetable.amended !== null);
    expect(amended.length / run.length).toBeGreaterThan(0.01);
    const { finish } = storyOf(amended[0]?.id);
    expect(finish.amended.map(({ entrant }) => entrant.id)).not.toEqual(
      finish.declared.map(({ entrant }) => entrant.id),
    );
    expect(finish.protest).not.toBeNull();
  });
});

describe('a world', () => {
  it('tells the same story with and without a memory, in any order', () => {
    const ids = cards.filter((_, index) => index % 97 === 0).map(({ id }) => id);
    const states = (from: typeof world, list: readonly string[]) =>
      list.map((id) => {
        const story = from.race(id);
        if (!story) return null;
        const slots = [-3600, -60, 30, 400].map((seconds) =>
          slotAt(story.card, story.card.start + seconds * 1000),
        );
        return JSON.stringify(slots.map((slot) => stateAt(story, slot)));
      });
    const forgetful = createWorld(3, 240);
    expect(states(forgetful, ids.toReversed()).toReversed()).toEqual(states(world, ids));
    expect(states(createWorld(4, 240), ids).every((state) => state === null)).toBe(true);
  });

  it('moves only with refreshes, every 12 seconds, each race in its own phase', () => {
    const [first, second] = run;
    if (!first || !second) throw new Error('no races');
    const slot = slotAt(first, first.start);
    expect(slotStart(first, slot)).toBeLessThanOrEqual(first.start);
    expect(slotStart(first, slot + 1) - slotStart(first, slot)).toBe(12_000);
    expect(slotAt(first, slotStart(first, slot))).toBe(slot);
    expect(slotAt(first, slotStart(first, slot) - 1)).toBe(slot - 1);
    expect(first.phase).not.toBe(second.phase);
  });
});
