import { describe, expect, it } from 'vitest';
import { createFeed, type Feed } from '../../src/sources/simulator/feed.ts';
import { dayAt, dayOfDate, midnightOfDay } from '../../src/sources/simulator/nz-time.ts';
import { createWorld } from '../../src/sources/simulator/world.ts';

interface Meeting {
  meeting: string;
  name: string;
  date: string;
  category: string;
  country: string;
  tote_status?: string;
  quaddie?: number[];
  races: { id: string; status: string; start_time: string; tote_start_time?: string }[];
}
interface Body {
  header: { generated_time: string; error?: string; error_code?: string };
  params: Record<string, unknown>;
  data: { meetings: Meeting[] };
}

const seed = 5;
const racesPerDay = 240;
const world = createWorld(seed, racesPerDay);
const noon = Date.parse('2026-03-10T00:00:00Z');

function feedAt(at: number, from = world): Feed {
  const origin = { real: 0, simulated: at };
  return createFeed({ seed, racesPerDay, speed: 1, port: 0, origin }, () => at, from);
}

function list(query: string, at = noon, from = world): { status: number; body: Body } {
  const answer = feedAt(at, from).answer(new URL(`http://x/affiliates/v1/racing/meetings${query}`));
  return { status: answer?.status ?? 0, body: JSON.parse(answer?.body ?? '{}') as Body };
}

const meetings = (query: string, at = noon) => list(query, at).body.data.meetings;
const ids = (found: readonly Meeting[]) => found.map(({ meeting }) => meeting);

describe('the listing', () => {
  it('groups by the NZ date of the meeting, whose races run past NZ midnight', () => {
    const found = meetings('?date_from=2026-03-10&date_to=2026-03-10');
    expect(found.every(({ date }) => date === '2026-03-10T00:00:00Z')).toBe(true);
    const starts = found.flatMap(({ races }) => races.map((race) => Date.parse(race.start_time)));
    expect(starts.length).toBe(racesPerDay);
    const day = dayOfDate('2026-03-10') ?? 0;
    expect(starts.every((start) => [day, day + 1].includes(dayAt(start)))).toBe(true);
    const late = found
      .flatMap(({ races }) => races)
      .filter((race) => Date.parse(race.start_time) >= midnightOfDay(day + 1));
    expect(late.length).toBeGreaterThan(0);
    expect(late.every(({ tote_start_time: clock }) => clock === undefined || clock >= '24:00:00')).toBe(true);
  });

  it('is today in NZ without dates, and ignores `date`', () => {
    const today = ids(meetings('?date_from=2026-03-10&date_to=2026-03-10'));
    expect(ids(meetings(''))).toEqual(today);
    expect(ids(meetings('?date=2025-01-01'))).toEqual(today);
    expect(ids(meetings('', Date.parse('2026-03-10T12:00:00Z')))).not.toEqual(today);
  });

  it('pages, 100 at a time unless asked otherwise and 200 at most', () => {
    const query = '?date_from=2026-03-01&date_to=2026-03-10';
    const all = [0, 200].flatMap((offset) => meetings(`${query}&limit=200&offset=${offset}`));
    expect(meetings(query).length).toBe(100);
    expect(meetings(`${query}&limit=500`).length).toBe(200);
    expect(list(`${query}&limit=500`).body.params).toMatchObject({ limit: 200, offset: 0 });
    expect(all.length).toBeGreaterThan(200);
    expect(new Set(ids(all)).size).toBe(all.length);
    expect(ids(meetings(`${query}&limit=7&offset=3`))).toEqual(ids(all).slice(3, 10));
    expect(meetings(`${query}&offset=9999`)).toEqual([]);
  });

  it('filters by category and country', () => {
    const all = meetings('?date_from=2026-03-10&date_to=2026-03-10');
    expect(new Set(all.map(({ country }) => country))).toEqual(new Set(['NZ', 'AUS', 'HK']));
    expect(meetings('?country=NZ')).toEqual(all.filter(({ country }) => country === 'NZ'));
    expect(meetings('?category=H')).toEqual(all.filter(({ category }) => category === 'H'));
    expect(meetings('?category=G&country=NZL')).toEqual([]);
    expect(list('?category=G&country=AUS').body.params).toMatchObject({ type: 'G', country: 'AUS' });
  });

  it.each([
    '?date_from=2026-03-10T00:00:00Z',
    '?date_to=2026-03-10T00:00:00.000Z&date_from=2026-03-10',
    '?date_from=2026-02-30',
    '?date_from=tomorrow',
    '?date_from=2026-03-10&date_to=2026-03-09',
    '?limit=many',
    '?offset=-1',
  ])('answers 400 to %s', (query) => {
    const { status, body } = list(query);
    expect(status).toBe(400);
    expect(body.header.error_code).toBe('bad_request');
  });

  it('agrees with the events on status and start, but for abandoned cards', () => {
    for (const at of [noon, noon + 7_777_777]) {
      const feed = feedAt(at);
      for (const race of meetings('', at).flatMap(({ races }) =>
        races.filter((_, index) => index % 3 === 0),
      )) {
        const answer = feed.answer(new URL(`http://x/affiliates/v1/racing/events/${race.id}`));
        const event = JSON.parse(answer?.body ?? '{}') as {
          data: { race: { status: string; advertised_start: number } };
        };
        expect(event.data.race.advertised_start).toBe(Date.parse(race.start_time) / 1000);
        if (race.status !== 'Abandoned') expect(event.data.race.status).toBe(race.status);
      }
    }
  });

  it('shows cards of every status over time, and a meeting closed after its last race', () => {
    const whole = Array.from({ length: 8 }, (_, index) => noon + index * 3 * 3_600_000 + index * 60_000);
    const statuses = whole.flatMap((at) =>
      meetings('?date_from=2026-03-10&date_to=2026-03-11', at).flatMap(({ races }) =>
        races.map(({ status }) => status),
      ),
    );
    expect(new Set(statuses)).toEqual(new Set(['Open', 'Closed', 'Interim', 'Final', 'Abandoned']));
    for (const meeting of meetings('')) {
      if (meeting.tote_status === 'Closed')
        expect(meeting.races.some(({ status }) => status === 'Open')).toBe(false);
    }
  });

  it('is the same from any memory', () => {
    const query = '?date_from=2026-03-09&date_to=2026-03-11&limit=200';
    expect(list(query, noon, createWorld(seed, racesPerDay)).body.data).toEqual(list(query).body.data);
  });
});
