import { nanoTime } from './clock.ts';
import type { Stamp } from './clock.ts';
import { isScratched } from './field.ts';
import { stateAt, type RaceState } from './market.ts';
import { countAt } from './prices.ts';
import type { RaceStory, World } from './world.ts';

/** What was served at one refresh of a race: only its `generated_time`s, as the state can be told again. */
interface Served {
  readonly slot: number;
  readonly times: string[];
  count: number;
}

/** The truth of what was served, to judge a recorder by. */
export interface Ledger {
  /** To be called once a response with the data of a refresh has been handed to the network. */
  served(raceId: string, slot: number, stamp: Stamp): void;
  /** Every race that was served, with counts. */
  races(): { race_id: string; states: number; responses: number }[];
  /** Null for a race that was never served. */
  race(raceId: string, now: number): object | null;
}

/** Beyond these the oldest is forgotten, and counted as dropped. */
const limits = { races: 1500, states: 5000, times: 500 };

const isoMillis = (millis: number) => new Date(millis).toISOString();

/** Sums over the rows of the tracker, ids outside the field together under null. */
function moneySums(
  story: RaceStory,
  state: RaceState,
): { entrant_id: string | null; hold: number; bet: number }[] {
  const inField = new Set(story.field.map(({ id }) => id));
  const sums = new Map<string | null, { hold: number; bet: number }>();
  for (const { id, hold, bet } of state.money) {
    const key = inField.has(id) ? id : null;
    const sum = sums.get(key) ?? { hold: 0, bet: 0 };
    sums.set(key, { hold: sum.hold + hold, bet: sum.bet + bet });
  }
  return [...sums].map(([id, sum]) => ({ entrant_id: id, ...sum }));
}

function stateObject(story: RaceStory, { slot, times, count }: Served): object {
  const state = stateAt(story, slot);
  return {
    slot,
    refreshed_at: isoMillis(state.at),
    first_served: times[0],
    generated_times: times,
    responses: count,
    status: state.status,
    advertised_start: state.advertisedStart / 1000,
    entrants: state.runners.map((runner) => ({
      entrant_id: runner.id,
      fixed_win: runner.fixedWin,
      fixed_place: runner.fixedPlace,
      pool_win: runner.poolWin,
      pool_place: runner.poolPlace,
      is_scratched: runner.scratched,
      jockey: runner.jockey,
    })),
    money: moneySums(story, state),
    pools: state.pools.map(({ plan, total, status }) => ({
      product: plan.product,
      legs: plan.legs,
      total,
      status,
    })),
  };
}

/** Every fixed-win price that was set until now; those served as 0 after a scratching are not dated. */
function priceObjects(story: RaceStory, now: number): object[] {
  return story.field.flatMap((entrant, index) => {
    const path = story.paths[index];
    if (!path) return [];
    const dated = path.odds.slice(0, countAt(path, now)).map((odds, place) => ({
      entrant_id: entrant.id,
      at: nanoTime(path.at[place] ?? 0, path.nanos[place] ?? 0),
      odds,
      dated: true,
    }));
    const { scratching } = entrant;
    const zero = scratching?.price === 'zero' && isScratched(entrant, now);
    return zero
      ? [...dated, { entrant_id: entrant.id, at: isoMillis(scratching.at), odds: 0, dated: false }]
      : dated;
  });
}

function forgetOldest(map: Map<unknown, unknown>): void {
  const [oldest] = map.keys();
  map.delete(oldest);
}

/** An empty ledger on a world. */
export function createLedger(world: World): Ledger {
  const books = new Map<string, { states: Map<number, Served>; responses: number; dropped: number }>();
  return {
    served(raceId, slot, stamp) {
      const book = books.get(raceId) ?? { states: new Map<number, Served>(), responses: 0, dropped: 0 };
      books.delete(raceId);
      books.set(raceId, book);
      if (books.size > limits.races) forgetOldest(books);
      const state = book.states.get(slot) ?? { slot, times: [], count: 0 };
      book.states.set(slot, state);
      if (book.states.size > limits.states) {
        forgetOldest(book.states);
        book.dropped += 1;
      }
      book.responses += 1;
      state.count += 1;
      if (state.times.length < limits.times) state.times.push(stamp.text);
    },
    races() {
      return [...books].map(([id, { states, responses }]) => ({
        race_id: id,
        states: states.size,
        responses,
      }));
    },
    race(raceId, now) {
      const book = books.get(raceId);
      const story = world.race(raceId);
      if (!book || !story) return null;
      const states = [...book.states.values()];
      return {
        race_id: raceId,
        states: states.map((served) => stateObject(story, served)),
        states_dropped: book.dropped,
        prices: priceObjects(story, now),
        responses: states.flatMap(({ times }) => times),
      };
    },
  };
}
