import fc from 'fast-check';
import { price } from '../../src/domain/odds.ts';
import type { Json, JsonObject, ServedEvent, ServedRunner } from '../support/snapshots.ts';
import { anyMutation, mutated, textOf } from './mutate.ts';
import type { Mutation } from './mutate.ts';
import type { Served } from './mutate-payloads.ts';

/** One response of a race, as numbers, so that it fits any race and shrinks. */
export interface Step {
  /** Which of the race's payloads it is made of: its pools, money, results and bets. */
  readonly look: number;
  /** Chooses the price of every runner: those of one number are the same. */
  readonly prices: number;
  readonly time: number;
  readonly status: number;
  readonly start: number;
  readonly unknown: number;
  readonly mutations: readonly Mutation[];
  /** Whether the recorder is stopped once it took this, and started again. */
  readonly isLast: boolean;
}

/** What a feed serves of a race, one poll after the other. */
export interface Sequence {
  readonly race: number;
  readonly steps: readonly Step[];
}

/** The first one is the usual one, and stands in half of all. */
const usually = (max: number): fc.Arbitrary<number> => fc.oneof(fc.constant(0), fc.nat({ max }));

/** @param changes how many changes of its JSON a response has at the most */
export function anySequence(changes: number, steps = 12): fc.Arbitrary<Sequence> {
  const step: fc.Arbitrary<Step> = fc.record({
    look: usually(8),
    prices: fc.nat({ max: 5 }),
    time: fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat({ max: 99 }) }),
    status: usually(99),
    start: usually(99),
    unknown: usually(99),
    mutations: fc.oneof(fc.constant([]), fc.array(anyMutation, { maxLength: changes })),
    isLast: fc.oneof({ weight: 7, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.boolean() }),
  });
  return fc.record({
    race: fc.nat({ max: 99 }),
    steps: fc.array(step, { minLength: 1, maxLength: steps, size: 'max' }),
  });
}

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** The clock of the feed is set, and goes on from there. */
const settings = [
  ...[0, 30 * second, 59 * second, 61 * second, hour, day, 365 * day],
  ...[-second, -30 * second, -10 * minute, -day],
];
/** One response is dated so. */
const texts = [
  ...['0000-01-01T00:00:00Z', '0001-01-01T00:00:00Z', '1970-01-01T00:00:00Z', '1999-12-31T23:59:59.999Z'],
  ...['2000-01-01T00:00:00Z', '9999-12-31T23:59:59.999999999Z', '', 'yesterday'],
];
const asides = [hour, 59 * second, 61 * second, -second, -10 * minute, -day];
/** From the response before. */
const steps = [0, 1, -1, second, -second];

const statuses = ['Open', 'Closed', 'Interim', 'Final', 'Abandoned', '', 'Postponed', 'OPEN', ' Open '];
/** Epoch seconds; smaller numbers are from now on. */
const starts = [60, -60, 1_800, 3 * 3_600, -7_200, 30 * 3_600, 8 * 86_400, -8 * 86_400];
const wrongStarts = [1, 253_402_300_799, 1_772_248_200.123_456_7, 0, -1, 253_402_300_800, 1e308];
const prices = [2, 3.4, 0, 1.04, null, 101, -1];
const kinds = ['fixed_win', 'fixed_place', 'pool_win', 'pool_place'] as const;

function pick<T>(list: readonly T[], number: number): T {
  const item = list[number % list.length];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}

const maxRunners = 3;

/** A feed that serves a sequence of one race. */
export class SequenceFeed {
  readonly #looks: readonly string[];
  readonly #raceId: string;
  readonly #start: number;
  #aheadMs = 0;
  #lastTime: number;
  /** Dated prices of each runner, the oldest first. */
  readonly #dated = new Map<number, { timestamp: string; fluc: number }[]>();

  /** @param served payloads of any race, which become those of the race */
  constructor(raceId: string, served: Served, now: number) {
    this.#raceId = raceId;
    this.#looks = served.map((event) => lookOf(event, raceId));
    this.#start = Math.floor((now + 5 * minute) / second);
    this.#lastTime = now;
  }

  /** The text of a response. */
  answer(step: Step, now: number): string {
    const event = JSON.parse(pick(this.#looks, step.look)) as ServedEvent;
    const generated = this.#timeOf(step.time, now);
    const runners = event.data.runners.map((runner, index) => this.#priced(runner, index, step.prices, now));
    const race = { ...event.data.race, ...this.#stateOf(step, now) };
    const whole = { ...event, header: { generated_time: generated }, data: { ...event.data, race, runners } };
    return textOf(step.mutations.reduce(mutated, extended(whole as unknown as JsonObject, step.unknown)));
  }

  #timeOf(time: number, now: number): string {
    const choice = Math.floor(time / 4);
    if (time > 0 && time % 4 === 0) this.#aheadMs = pick(settings, choice);
    if (time % 4 === 1) return pick(texts, choice);
    let at = now + this.#aheadMs;
    if (time % 4 === 2) at += pick(asides, choice);
    if (time % 4 === 3) at = this.#lastTime + pick(steps, choice);
    this.#lastTime = at;
    return new Date(at).toISOString();
  }

  #stateOf({ status, start }: Step, now: number): JsonObject {
    const advertised_start =
      start === 0
        ? this.#start
        : start % 2 === 0
          ? pick(wrongStarts, start / 2)
          : Math.floor(now / second) + pick(starts, (start - 1) / 2);
    return {
      event_id: this.#raceId,
      advertised_start,
      ...(status > 0 && { status: pick(statuses, status) }),
    };
  }

  /** Whole prices of one number, and the times at which the fixed-win price came about. */
  #priced(runner: ServedRunner, index: number, number: number, now: number): ServedRunner {
    const odds = Object.fromEntries(
      kinds.map((kind, at) => [kind, pick(prices, number * (at + 1) + index)] as const),
    );
    const dated = this.#dated.get(index) ?? [];
    const win = price(odds.fixed_win);
    if (win !== null && dated.at(-1)?.fluc !== win) {
      dated.push({ timestamp: new Date(now + this.#aheadMs - 2 * second).toISOString(), fluc: win });
      this.#dated.set(index, dated);
    }
    return { ...runner, odds, flucs_with_timestamp: { last_six: dated.slice(-6) } };
  }
}

/** A payload of a race with few runners, whose ids are the race's own. */
function lookOf({ header, data }: ServedEvent, raceId: string): string {
  const runners = data.runners.slice(0, maxRunners).map(({ entrant_id, name, is_scratched, horse_id }) => ({
    ...{ entrant_id, name, is_scratched, horse_id },
  }));
  const { event_id, meeting_id, description, race_number, status, type, country } = data.race;
  const race = { event_id, meeting_id, description, race_number, status, type, country };
  const { money_tracker, tote_pools, results, dividends, big_bets } = data;
  const ids = new Set(runners.map(({ entrant_id }) => entrant_id));
  const slices = money_tracker?.entrants ?? [];
  const entrants = [...slices.filter(({ entrant_id }) => ids.has(entrant_id)), ...slices.slice(0, 2)];
  const kept = { race, runners, money_tracker: { entrants }, tote_pools, results, dividends, big_bets };
  return runners.reduce(
    (text, { entrant_id }, index) => text.replaceAll(entrant_id, `${raceId}-${index}`),
    JSON.stringify({ header, data: kept }),
  );
}

/** Content that nobody documented. */
function extended(event: JsonObject, unknown: number): Json {
  if (unknown === 0) return event;
  const data = event.data as JsonObject;
  const content = pick<Json>(
    [1, 'text', null, [], {}, [{ a: 1 }], { a: { b: [null, '\ud800'] } }, '@rather deep@', '@objects@'],
    unknown,
  );
  const name = pick(['unknown', 'odds', '__proto__', 'constructor', '', 'runner_change'], unknown);
  const change = pick<(value: JsonObject) => JsonObject>(
    [
      (value) => ({ ...value, [name]: content }),
      (value) => ({ ...value, data: { ...data, [name]: content } }),
      (value) => ({ ...value, data: { ...data, race: { ...(data.race as JsonObject), [name]: content } } }),
      (value) => ({
        ...value,
        data: {
          ...data,
          runners: (data.runners as JsonObject[]).map((one) => ({ ...one, [`x${name}`]: content })),
        },
      }),
    ],
    Math.floor(unknown / 9),
  );
  return change(event);
}
