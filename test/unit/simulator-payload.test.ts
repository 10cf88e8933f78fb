import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createFeed } from '../../src/sources/simulator/feed.ts';
import { dayOfDate } from '../../src/sources/simulator/nz-time.ts';
import { slotAt, slotStart } from '../../src/sources/simulator/refresh.ts';
import { createWorld, type RaceStory } from '../../src/sources/simulator/world.ts';

interface Dated {
  timestamp: string;
  fluc: number;
}
interface Runner {
  entrant_id: string;
  is_scratched: boolean;
  favourite: boolean;
  odds: Record<string, number>;
  scr_time: string | null;
  scratch_time: number;
  flucs: number[];
  flucs_with_timestamp: { last_six: Dated[] } & Record<'open' | 'high' | 'low' | 'nine_am', Dated>;
  picks?: unknown[];
}
interface Pool {
  product_type: string;
  total: number;
  status: string;
  tote_trends?: { tote_trends_data?: string };
  will_pays?: unknown;
  qla_odds?: unknown;
}
interface Body {
  header: { generated_time: string };
  params: Record<string, unknown>;
  data: {
    race: { status: string; tips: string[]; entrant_count: number; field_size: number };
    results?: { entrant_id: string }[];
    dividends?: { id: string; status: string; product_name: string; description: string }[];
    favourite: Runner | null;
    mover: Runner | null;
    runners: Runner[];
    money_tracker: {
      entrants: { entrant_id: string; hold_percentage: number; bet_percentage: number }[];
    } | null;
    big_bets: unknown[] | null;
    live_bets: { place_time: string }[] | null;
    biggest_bet: unknown;
    tote_pools: Pool[];
  };
}

const seed = 5;
const races = 240;
const day = dayOfDate('2026-03-10') ?? 0;
const world = createWorld(seed, races);
const stories = world
  .programme(day)
  .flatMap((meeting) => meeting.races)
  .map(({ id }) => world.race(id))
  .filter((story) => story !== null);
const run = stories.filter(({ card }) => card.timetable.abandoned === null);
const some = run.filter((_, index) => index % 4 === 0);
const allParts = ['money_tracker', 'tote_trends_data', 'will_pays', 'big_bets', 'biggest_bet', 'live_bets'];
const everything = `?${allParts.map((part) => `with_${part}=true`).join('&')}`;

/** A feed whose clock stands still. */
function feedAt(at: number, from = world) {
  const origin = { real: 0, simulated: at };
  return createFeed({ seed, racesPerDay: races, speed: 1, port: 0, origin }, () => at, from);
}

function textFrom(feed: ReturnType<typeof feedAt>, story: RaceStory, query = everything): string {
  const answer = feed.answer(new URL(`http://x/affiliates/v1/racing/events/${story.card.id}${query}`));
  return answer?.body ?? '';
}

function parse(text: string): Body {
  return JSON.parse(text) as Body;
}

function bodyAt(story: RaceStory, at: number, query = everything, from = world): Body {
  return parse(textFrom(feedAt(at, from), story, query));
}

/** The content without what differs between any two responses: its time, and the order of its lists. */
function content(value: unknown): unknown {
  if (Array.isArray(value)) return value.map((each) => JSON.stringify(content(each))).toSorted();
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([name]) => name !== 'generated_time');
  return Object.fromEntries(entries.map(([name, each]) => [name, content(each)]));
}

/** Stands for the content, so that a failure does not print all of it. */
function print(value: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(content(value)))
    .digest('hex');
}

function pick(code: string, country: string): RaceStory {
  const story = run.find(({ meeting }) => meeting.code === code && meeting.country === country);
  if (!story) throw new Error(`no ${country} ${code}`);
  return story;
}

const nzThoroughbreds = pick('T', 'NZ');

describe('an event response', () => {
  it('is the same for the same seed and time, but for its time and the order of its lists', () => {
    for (const story of run.filter((_, index) => index % 61 === 0)) {
      for (const seconds of [-7200, -40, 20, 3000]) {
        const at = story.card.start + seconds * 1000;
        const [first, second] = [bodyAt(story, at), bodyAt(story, at, everything, createWorld(seed, races))];
        expect(print(first)).toBe(print(second));
        expect(Date.parse(first.header.generated_time)).toBe(at);
      }
    }
  });

  it('stays the same until the next refresh', () => {
    const { card } = nzThoroughbreds;
    const slot = slotAt(card, card.timetable.closed - 60_000);
    const from = slotStart(card, slot);
    const [first, last, next] = [from, from + 11_999, from + 12_000].map((at) => bodyAt(nzThoroughbreds, at));
    expect(print(first?.data)).toBe(print(last?.data));
    expect(print(next?.data)).not.toBe(print(last?.data));
    expect(first?.header.generated_time).not.toBe(last?.header.generated_time);
  });

  it('never carries the same generated_time twice, even within a millisecond', () => {
    const feed = feedAt(1_773_100_000_000);
    const times = Array.from(
      { length: 50 },
      () => parse(textFrom(feed, nzThoroughbreds)).header.generated_time,
    );
    expect(new Set(times).size).toBe(50);
    const padded = times.map((time) => time.replace('Z', '').padEnd(29, '0'));
    expect(padded).toEqual(padded.toSorted());
  });

  it('lists money rows and dividends in another order each time, other lists now and then', () => {
    const at = nzThoroughbreds.card.timetable.final + 60_000;
    const feed = feedAt(at);
    const bodies = Array.from({ length: 60 }, () => parse(textFrom(feed, nzThoroughbreds)).data);
    const orders = (of: (data: Body['data']) => unknown) =>
      new Set(bodies.map((data) => JSON.stringify(of(data)))).size;
    expect(orders(({ money_tracker: money }) => money)).toBe(60);
    expect(orders(({ dividends }) => dividends)).toBe(60);
    expect(orders(({ race }) => race.tips)).toBeGreaterThan(5);
    expect(orders(({ race }) => race.tips)).toBeLessThan(40);
    expect(orders(({ runners }) => runners.map(({ entrant_id: id }) => id))).toBeLessThan(15);
    expect(new Set(bodies.map((data) => print(data))).size).toBe(1);
  });

  it('has money in slices of whole percents that sum to about 100, some of it outside the field', () => {
    let outside = 0;
    for (const story of some) {
      const { runners, money_tracker: money } = bodyAt(story, story.card.start).data;
      const rows = money?.entrants ?? [];
      const sum = (of: (row: (typeof rows)[number]) => number) =>
        rows.reduce((total, row) => total + of(row), 0);
      const strangers = rows.filter(
        ({ entrant_id: id }) => !runners.some((runner) => runner.entrant_id === id),
      );
      const inField = rows.length - strangers.length;
      expect(Math.abs(sum((row) => row.hold_percentage) - 101)).toBeLessThanOrEqual(2);
      expect(Math.abs(sum((row) => row.bet_percentage) - 102)).toBeLessThanOrEqual(3);
      expect(rows.every((row) => Number.isInteger(row.hold_percentage) && row.hold_percentage >= 0)).toBe(
        true,
      );
      expect(inField / runners.length).toBeGreaterThanOrEqual(8);
      expect(inField / runners.length).toBeLessThanOrEqual(10);
      const held = strangers.reduce((total, row) => total + row.hold_percentage, 0);
      expect(held).toBeLessThanOrEqual(9);
      if (held > 0) outside += 1;
    }
    expect(outside).toBeGreaterThan(some.length / 4);
  });

  it('serves nothing that was not asked for, and says so in params', () => {
    const at = nzThoroughbreds.card.timetable.final + 60_000;
    const { params, data } = bodyAt(nzThoroughbreds, at, '');
    expect(params).toMatchObject({
      enc: 'json',
      with_money_tracker: false,
      with_tote_trends_data: false,
      will_pays: false,
      with_big_bets: false,
      with_biggest_bet: false,
      with_live_bets: false,
    });
    expect([data.money_tracker, data.big_bets, data.live_bets, data.biggest_bet]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    const parts = data.tote_pools.filter(
      (pool) => pool.qla_odds ?? pool.will_pays ?? pool.tote_trends?.tote_trends_data,
    );
    expect(parts).toEqual([]);

    const full = bodyAt(nzThoroughbreds, at);
    expect(full.params).toMatchObject({
      with_money_tracker: true,
      will_pays: true,
      with_tote_trends_data: true,
    });
    const xml = full.data.tote_pools.filter((pool) =>
      pool.tote_trends?.tote_trends_data?.startsWith('<meetings>'),
    );
    expect(xml.map((pool) => pool.product_type)).toEqual(['Trifecta', 'FirstFour']);
    expect(full.data.biggest_bet).not.toBeNull();
    expect(full.data.live_bets?.length).toBeGreaterThan(0);
  });

  it('has sizes like the real ones', () => {
    const sizes = (code: string, country: string, query: string, kind: 'Open' | 'Final') =>
      run
        .filter(({ meeting }) => meeting.code === code && meeting.country === country)
        .slice(0, 12)
        .map((story) => {
          const { closed, final } = story.card.timetable;
          return (
            textFrom(feedAt(kind === 'Open' ? closed - 60_000 : final + 60_000), story, query).length / 1000
          );
        })
        .toSorted((a, b) => a - b);
    const median = (list: number[]) => list[list.length >> 1] ?? 0;
    expect(median(sizes('G', 'AUS', '', 'Final'))).toBeGreaterThan(20);
    expect(median(sizes('G', 'AUS', '', 'Final'))).toBeLessThan(30);
    expect(median(sizes('T', 'AUS', '', 'Open'))).toBeGreaterThan(33);
    expect(median(sizes('T', 'AUS', '', 'Final'))).toBeLessThan(60);
    expect(median(sizes('T', 'NZ', everything, 'Open'))).toBeGreaterThan(190);
    expect(median(sizes('T', 'NZ', everything, 'Open'))).toBeLessThan(245);
    expect(Math.max(...sizes('T', 'NZ', everything, 'Final'))).toBeLessThan(414);
  });

  it('tells the life of a race', () => {
    const { closed, interim, dividends, final } = nzThoroughbreds.card.timetable;
    const shown = [
      closed - 30_000,
      closed + 13_000,
      interim + 13_000,
      dividends + 13_000,
      final + 13_000,
    ].map((at) => {
      const { race, results, dividends: paid } = bodyAt(nzThoroughbreds, at).data;
      const statuses = [...new Set(paid?.map(({ status }) => status))].toSorted();
      return { status: race.status, results: results !== undefined, statuses: statuses.join() };
    });
    expect(shown[0]).toEqual({ status: 'Open', results: false, statuses: '' });
    expect(shown[1]).toEqual({ status: 'Closed', results: false, statuses: '' });
    expect(shown[2]).toMatchObject({ status: 'Interim', results: true });
    expect(shown[3]).toEqual({ status: 'Interim', results: true, statuses: 'Interim' });
    expect(shown[4]).toEqual({ status: 'Final', results: true, statuses: 'Final,Interim' });
  });

  it('amends results after Final, in the results and the Final dividends', () => {
    const days = Array.from({ length: 5 }, (_, index) => day + index);
    const cards = days.flatMap((each) => world.programme(each)).flatMap((meeting) => meeting.races);
    const card = cards.find(({ timetable }) => timetable.amended !== null && timetable.abandoned === null);
    const story = world.race(card?.id ?? '');
    if (!card || !story) throw new Error('nothing amended');
    const before = bodyAt(story, card.timetable.final + 13_000).data;
    const after = bodyAt(story, (card.timetable.amended ?? 0) + 13_000).data;
    expect(after.results).not.toEqual(before.results);
    const paid = (data: Body['data'], status: string) =>
      print(data.dividends?.filter((each) => each.status === status));
    expect(paid(after, 'Interim')).toBe(paid(before, 'Interim'));
    expect(paid(after, 'Final')).not.toBe(paid(before, 'Final'));
  });

  it('keeps an abandoned card Open for a while, and its odds for good', () => {
    const days = Array.from({ length: 10 }, (_, index) => day + index);
    const cards = days.flatMap((each) => world.programme(each)).flatMap((meeting) => meeting.races);
    const card = cards.find(({ timetable }) => timetable.abandoned !== null);
    const story = world.race(card?.id ?? '');
    if (!card?.timetable.abandoned || !story) throw new Error('nothing abandoned');
    const { listed, shown } = card.timetable.abandoned;
    const [stale, later] = [listed + 13_000, shown + 13_000].map((at) => bodyAt(story, at).data);
    expect([stale?.race.status, later?.race.status]).toEqual(['Open', 'Abandoned']);
    expect(later?.runners.some(({ odds }) => (odds.fixed_win ?? 0) > 0)).toBe(true);
    expect(later?.tote_pools[0]?.status).toBe('ABANDONED');
  });
});

describe('a runner', () => {
  const bodies = some.map((story) => ({
    story,
    open: bodyAt(story, story.card.start),
    final: bodyAt(story, story.card.timetable.final + 60_000),
  }));

  it('has its newest fluctuation as its price, six while Open and four once Final', () => {
    for (const { open, final } of bodies) {
      for (const [most, { data }] of [
        [6, open],
        [4, final],
      ] as const) {
        for (const { odds, flucs, flucs_with_timestamp: dated } of data.runners) {
          const newest = dated.last_six.toSorted((a, b) => (a.timestamp < b.timestamp ? -1 : 1)).at(-1);
          expect(newest?.fluc ?? 0).toBe(odds.fixed_win ?? 0);
          expect(dated.last_six.length).toBeLessThanOrEqual(most);
          expect(flucs.toSorted()).toEqual(dated.last_six.map(({ fluc }) => fluc).toSorted());
        }
      }
    }
  });

  it('dates empty fluctuations 0001 and others to the nanosecond', () => {
    const dated = bodies.flatMap(({ open }) =>
      open.data.runners.map((runner) => runner.flucs_with_timestamp),
    );
    const entries = dated.flatMap(({ open, high, low, nine_am: nine, last_six: six }) => [
      open,
      high,
      low,
      nine,
      ...six,
    ]);
    const empty = entries.filter(({ timestamp }) => timestamp.startsWith('0001-'));
    expect(empty.length).toBeGreaterThan(0);
    expect(empty.every((entry) => entry.timestamp === '0001-01-01T00:00:00Z' && entry.fluc === 0)).toBe(true);
    const full = entries.filter(({ timestamp }) => !timestamp.startsWith('0001-'));
    expect(full.every(({ timestamp }) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{4,9}Z$/.test(timestamp))).toBe(
      true,
    );
  });

  it('says when it was scratched, and odds are never null', () => {
    const runners = bodies.flatMap(({ final }) => final.data.runners);
    for (const runner of runners) {
      expect(Object.values(runner.odds)).not.toContain(null);
      expect(runner.scratch_time).toBe(runner.scr_time === null ? 0 : Date.parse(runner.scr_time) / 1000);
      expect(runner.is_scratched).toBe(runner.scr_time !== null);
    }
    expect(runners.filter((runner) => runner.is_scratched).length).toBeGreaterThan(10);
  });

  it('is copied as favourite and mover with flags of its own', () => {
    for (const { open } of bodies) {
      const { favourite, runners } = open.data;
      const original = runners.find((runner) => runner.entrant_id === favourite?.entrant_id);
      expect(original).toMatchObject({ favourite: true, odds: favourite?.odds });
      expect(favourite?.favourite).toBe(false);
    }
  });
});
