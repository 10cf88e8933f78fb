import { describe, expect, it } from 'vitest';
import { createFeed } from '../../src/sources/simulator/feed.ts';
import { dayOfDate } from '../../src/sources/simulator/nz-time.ts';
import { createWorld } from '../../src/sources/simulator/world.ts';

interface Body {
  header: { generated_time: string };
  data: {
    race: { status: string; advertised_start: number };
    runners: {
      entrant_id: string;
      is_scratched: boolean;
      jockey: string;
      odds: Record<string, number | undefined>;
      flucs_with_timestamp: { last_six: { timestamp: string; fluc: number }[] };
    }[];
    money_tracker: { entrants: { entrant_id: string; hold_percentage: number; bet_percentage: number }[] };
    tote_pools: { product_type: string; total: number; status: string }[];
  };
}
interface State {
  first_served: string;
  generated_times: string[];
  responses: number;
  status: string;
  advertised_start: number;
  entrants: ({ entrant_id: string } & Record<string, unknown>)[];
  money: { entrant_id: string | null; hold: number; bet: number }[];
  pools: { product: string; total: number; status: string }[];
}
interface RaceLedger {
  race_id: string;
  states: State[];
  prices: { entrant_id: string; at: string; odds: number; dated: boolean }[];
  responses: string[];
}

const seed = 17;
const racesPerDay = 120;
const world = createWorld(seed, racesPerDay);
const story = world
  .programme(dayOfDate('2026-03-10') ?? 0)
  .flatMap(({ races }) => races)
  .map((card) => world.race(card.id))
  .find((each) => each?.meeting.code === 'T' && each.card.timetable.abandoned === null);

let now = 0;
const origin = { real: 0, simulated: 0 };
const feed = createFeed({ seed, racesPerDay, speed: 1, port: 0, origin }, () => now, world);
const id = story?.card.id ?? '';

function poll(at: number): Body {
  now = at;
  const answer = feed.answer(new URL(`http://x/affiliates/v1/racing/events/${id}?with_money_tracker=true`));
  answer?.delivered();
  return JSON.parse(answer?.body ?? '{}') as Body;
}

function moneyOf({ data }: Body): Map<string | null, string> {
  const field = new Set(data.runners.map((runner) => runner.entrant_id));
  const sums = new Map<string | null, [number, number]>();
  for (const row of data.money_tracker.entrants) {
    const key = field.has(row.entrant_id) ? row.entrant_id : null;
    const [hold, bet] = sums.get(key) ?? [0, 0];
    sums.set(key, [hold + row.hold_percentage, bet + row.bet_percentage]);
  }
  return new Map([...sums].map(([key, sum]) => [key, sum.join('/')]));
}

describe('the ledger', () => {
  const { closed, final } = story?.card.timetable ?? { closed: 0, final: 0 };
  const bodies: Body[] = [];
  for (let at = closed - 400_000; at < final + 30_000; at += 5000) bodies.push(poll(at));
  const ledger = feed.control(new URL(`http://x/ledger/${id}`)) as RaceLedger;
  const stateOf = ({ header }: Body) =>
    ledger.states.find((state) => state.generated_times.includes(header.generated_time));

  it('holds every state that was served, with every response for it', () => {
    expect(ledger.race_id).toBe(id);
    expect(ledger.responses).toEqual(bodies.map(({ header }) => header.generated_time));
    expect(ledger.states.reduce((sum, { responses }) => sum + responses, 0)).toBe(bodies.length);
    expect(ledger.states.every((state) => state.first_served === state.generated_times[0])).toBe(true);
    expect(ledger.states.length).toBeLessThan(bodies.length);
    expect(feed.control(new URL('http://x/ledger'))).toEqual([
      { race_id: id, states: ledger.states.length, responses: bodies.length },
    ]);
  });

  it('says of each state what was served', () => {
    for (const body of bodies) {
      const state = stateOf(body);
      const { race, runners, tote_pools: pools } = body.data;
      expect(state).toMatchObject({ status: race.status, advertised_start: race.advertised_start });
      const served = runners.map(({ entrant_id, is_scratched, jockey, odds }) => ({
        entrant_id,
        fixed_win: odds.fixed_win ?? null,
        fixed_place: odds.fixed_place ?? null,
        pool_win: odds.pool_win ?? null,
        pool_place: odds.pool_place ?? null,
        is_scratched,
        jockey,
      }));
      const byId = (a: { entrant_id: string }, b: { entrant_id: string }) =>
        a.entrant_id < b.entrant_id ? -1 : 1;
      expect(served.toSorted(byId)).toEqual(state?.entrants.toSorted(byId));
      const sums = state?.money.map(
        ({ entrant_id: entrant, hold, bet }) => [entrant, `${hold}/${bet}`] as const,
      );
      expect(moneyOf(body)).toEqual(new Map(sums));
      expect(pools.map(({ product_type: product, total, status }) => ({ product, total, status }))).toEqual(
        state?.pools.map(({ product, total, status }) => ({ product, total, status })),
      );
    }
  });

  it('knows every true price, also those that no response showed as the price', () => {
    const truth = new Set(
      ledger.prices.map(({ entrant_id: entrant, at, odds }) => `${entrant} ${at} ${odds}`),
    );
    const shown = new Set<string>();
    for (const { data } of bodies) {
      for (const { entrant_id: entrant, flucs_with_timestamp: dated } of data.runners) {
        for (const { timestamp, fluc } of dated.last_six) {
          expect(truth).toContain(`${entrant} ${timestamp} ${fluc}`);
          shown.add(`${entrant} ${timestamp} ${fluc}`);
        }
      }
    }
    const watched = new Date(closed - 400_000).toISOString();
    const missed = ledger.prices.filter(
      ({ entrant_id: entrant, at, odds, dated }) =>
        dated && at > watched && !shown.has(`${entrant} ${at} ${odds}`),
    );
    expect(ledger.prices.filter(({ at }) => at > watched).length).toBeGreaterThan(30);
    expect(missed.length).toBeLessThan(8);
  });

  it('tells no price of the future', () => {
    now = closed - 200_000;
    const then = feed.control(new URL(`http://x/ledger/${id}`)) as RaceLedger;
    expect(then.prices.length).toBeLessThan(ledger.prices.length);
    expect(then.prices.every(({ at }) => Date.parse(at) <= now)).toBe(true);
  });

  it('knows nothing of a race that was not served', () => {
    const other = world.programme(dayOfDate('2026-03-10') ?? 0)[1]?.races[1]?.id ?? '';
    expect(feed.control(new URL(`http://x/ledger/${other}`))).toBeUndefined();
  });
});
