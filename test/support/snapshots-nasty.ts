import fc from 'fast-check';
import { served, start } from './snapshots.ts';
import type { Json, JsonObject, ServedEvent, ServedRunner } from './snapshots.ts';

/**
 * Responses of which nothing fits together: every trap of the feed at once, with so few values that equal ones,
 * equal times and returns to an earlier state are frequent. Only two things hold: no two are of the same
 * millisecond, and none tells prices dated later than itself.
 */

const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
const sometimes = <T extends Json>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null | undefined> =>
  fc.oneof({ weight: 4, arbitrary: value }, fc.constantFrom(null, undefined));

const price = fc.constantFrom(1.85, 2, 2.4, 11);
const servedPrice = fc.oneof({ weight: 5, arbitrary: price }, fc.constantFrom(0, -1, null, undefined));
const text = sometimes(fc.constantFrom('', 'Fine', 'FINE', 'A SMITH'));

/** Milliseconds of the dated prices, among them pairs within one millisecond; the nanoseconds follow. */
const firstMinute = start - 60 * 60_000;
const entryTime = fc
  .tuple(fc.nat({ max: 30 }), fc.constantFrom('', '000001', '999999'))
  .map(([step, nanos]) => new Date(firstMinute + step * 7_919).toISOString().replace('Z', `${nanos}Z`));
const entry = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.record({
      timestamp: entryTime,
      fluc: fc.oneof({ weight: 9, arbitrary: price }, fc.constantFrom(0, -1)),
    }),
  },
  fc.constant({ timestamp: '0001-01-01T00:00:00Z', fluc: 0 }),
);

interface Entry extends JsonObject {
  timestamp: string;
  fluc: number;
}

const told = fc.record({
  odds: sometimes(
    fc.record({
      fixed_win: servedPrice,
      fixed_place: servedPrice,
      pool_win: servedPrice,
      pool_place: servedPrice,
    }),
  ),
  flucs: sometimes(fc.array(price, { maxLength: 7 })),
  dated: maybe(fc.tuple(maybe(entry), maybe(entry), fc.array(entry, { maxLength: 6 }))),
  is_scratched: fc.boolean(),
  favourite: fc.boolean(),
  jockey: text,
  barrier: sometimes(fc.nat({ max: 2 })),
  name: fc.constantFrom('Ka Pai', 'Ka Pai', 'Ka Pai (NZ)'),
  runner_number: sometimes(fc.integer({ min: 1, max: 3 })),
  horse_id: sometimes(fc.integer({ min: 7, max: 8 })),
  weight: sometimes(fc.record({ allocated: text, total: text })),
  picks: sometimes(fc.shuffledSubarray([{ name: 'one', rank: 1 }, { name: 'two', rank: 2 }, { rank: 3 }])),
  last_twenty_starts: text,
  runner_change: sometimes(fc.constantFrom({}, { '01/01/2026': 'Gelding' })),
  last_starts: sometimes(fc.constantFrom<Json[]>([], [{ finish: '1' }], [{ finish: '2' }])),
});

const moneyRow = fc.record({
  entrant_id: fc.constantFrom('a', 'b', 'c', 'd', 'x', 'y'),
  hold_percentage: sometimes(fc.nat({ max: 9 })),
  bet_percentage: sometimes(fc.nat({ max: 9 })),
});

const pool = (product: string, legs: JsonObject = {}) =>
  fc
    .record({
      total: sometimes(fc.constantFrom(0, 0.1, 4037.25)),
      status: sometimes(fc.constantFrom('OPEN', 'CLOSED')),
      win_investment: text,
    })
    .map((figures) => ({ product_type: product, ...legs, ...figures }));

const pools = fc
  .tuple(
    pool('Win'),
    pool('FirstFour'),
    pool('Quadrella', { quaddie: [5, 6, 7, 8] }),
    pool('Treble', { tote_treble: [[1, 2, 3]] }),
  )
  .chain((all) => fc.shuffledSubarray(all));

const bet = fc.record({
  title: text,
  description: maybe(fc.constantFrom<Json[]>([], ['1. Ka Pai'], ['1', '2'])),
  stake: fc.constantFrom(500, 12.5),
  legs: maybe(fc.constantFrom<Json[]>([], [{ selections: [] }])),
  place_time: fc.constantFrom(null, '0001-01-01T00:00:00Z', '2026-03-01T02:00:00.5Z'),
  place_odds: fc.constantFrom(2.4, null),
});

const race = fc.record({
  status: fc.constantFrom('Open', 'OPEN', 'Closed', 'Interim', 'Final', 'FINAL', 'Abandoned', '', 'Photo'),
  advertised_start: fc.constantFrom(0, 0, 60, 2100).map((later) => start / 1000 + later),
  actual_start: sometimes(fc.constantFrom(start / 1000, start / 1000 + 68, start / 1000 - 42_401)),
  protest: sometimes(fc.boolean()),
  race_number: sometimes(fc.integer({ min: 1, max: 2 })),
  weather: text,
  tips: sometimes(fc.shuffledSubarray(['a', 'b', 'c'])),
});

const contents = fc.record({
  race,
  field: fc.shuffledSubarray(['a', 'b', 'c', 'd']),
  runners: fc.tuple(told, told, told, told),
  money_tracker: maybe(fc.record({ entrants: maybe(fc.array(moneyRow, { maxLength: 12 })) })),
  tote_pools: maybe(pools),
  big_bets: maybe(fc.array(bet, { maxLength: 2 })),
  live_bets: maybe(fc.array(bet, { maxLength: 2 })),
  biggest_bet: maybe(bet),
  results: maybe(fc.shuffledSubarray([{ position: 1 }, { position: 2 }])),
  dividends: maybe(fc.shuffledSubarray([{ status: 'Interim' }, { status: 'Final', positions: [1, 2] }])),
  favourite: maybe(fc.record({ entrant_id: text, name: text })),
});

/** A response, and by how many places others overtake it on the way. */
const sent = fc.record({
  content: contents,
  after: fc.constantFrom(1, 15, 10_000, 60_000, 600_000),
  digits: fc.constantFrom('', '1', '999999'),
  late: fc.constantFrom(0, 0, 0, 0, 1, 3),
});

/** Responses in the order in which they arrive: some are older than one before them. */
export const nastyResponses: fc.Arbitrary<ServedEvent[]> = fc
  .array(sent, { minLength: 1, maxLength: 7 })
  .map((list) => {
    let at = firstMinute + 60_000;
    return list
      .map(({ content, after, digits, late }, index) => {
        at += after;
        return { response: responseAt(at, digits, content), place: index + late };
      })
      .toSorted((one, other) => one.place - other.place)
      .map(({ response }) => response);
  });

/** The same, each newer than the one before. */
export const nastyResponsesInOrder = nastyResponses.map((list) =>
  list.toSorted((one, other) => millis(one) - millis(other)),
);

function millis(response: ServedEvent): number {
  return Date.parse(response.header.generated_time);
}

type Content = typeof contents extends fc.Arbitrary<infer C> ? C : never;

function responseAt(at: number, digits: string, { field, runners, ...rest }: Content): ServedEvent {
  const time = new Date(at).toISOString().replace('Z', `${digits}Z`);
  const list = ['a', 'b', 'c', 'd'].flatMap((id, index) => {
    const content = runners[index];
    return content && field.includes(id) ? [runnerAt(at, id, content)] : [];
  });
  return served(time, { ...rest, runners: list.toSorted((a, b) => place(field, a) - place(field, b)) });
}

function place(field: readonly string[], { entrant_id }: ServedRunner): number {
  return field.indexOf(entrant_id);
}

type Told = typeof told extends fc.Arbitrary<infer T> ? T : never;

function runnerAt(at: number, id: string, { dated, is_scratched, ...rest }: Told): ServedRunner {
  const past = (given: Entry | null): Entry | null =>
    given !== null && Date.parse(given.timestamp) <= at ? given : null;
  return {
    entrant_id: id,
    is_scratched,
    // Of its own for each response: the same scratching told again is the same event.
    ...(is_scratched && { scratch_time: at / 1000 - 0.5 }),
    ...rest,
    ...(dated && {
      flucs_with_timestamp: {
        open: past(dated[0]),
        high: past(dated[1]),
        last_six: dated[2].map(past).filter((given) => given !== null),
      },
    }),
  };
}

/** The same response, in which no runner has two dated prices of one millisecond. */
export function withoutTies({ header, data }: ServedEvent): ServedEvent {
  const runners = data.runners.map(({ flucs_with_timestamp: dated, ...rest }): ServedRunner => {
    if (!dated) return rest;
    const { open, high, last_six } = dated as unknown as Record<'open' | 'high', Entry | null> & {
      last_six: Entry[];
    };
    const times = new Set<string>();
    const first = (entry: Entry | null): Entry | null => {
      const time = entry?.timestamp.slice(0, 23);
      if (time === undefined || times.has(time)) return null;
      times.add(time);
      return entry;
    };
    const kept = { open: first(open), high: first(high), last_six: last_six.map(first) };
    return {
      ...rest,
      flucs_with_timestamp: { ...kept, last_six: kept.last_six.filter((entry) => entry !== null) },
    };
  });
  return { header, data: { ...data, runners } };
}
