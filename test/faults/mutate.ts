import fc from 'fast-check';
import type { Json, JsonObject } from '../support/snapshots.ts';

/** A change of a payload as numbers, so that it fits any payload and shrinks. */
export interface Mutation {
  /** Which member is taken on the way down, one number a level; the change is made where they end. */
  readonly way: readonly number[];
  /** Which of the operations, and what it works with. */
  readonly what: number;
  readonly how: number;
}

export const anyMutation: fc.Arbitrary<Mutation> = fc.record({
  way: fc.array(fc.nat({ max: 9_999 }), { minLength: 1, maxLength: 7 }),
  what: fc.nat({ max: 9_999 }),
  how: fc.nat({ max: 9_999 }),
});

/** A payload with a change. Stands for text that no JSON writer would write too: see {@link textOf}. */
export function mutated(payload: Json, { way, what, how }: Mutation): Json {
  const [choice, ...rest] = way;
  const keys = typeof payload === 'object' && payload !== null ? tried(payload) : [];
  const key = choice === undefined ? undefined : keys[choice % keys.length];
  if (key === undefined) return pick(operations, what)(payload, how) ?? null;
  if (Array.isArray(payload)) {
    const index = Number(key);
    return payload.map((item, at) => (at === index ? mutated(item, { way: rest, what, how }) : item));
  }
  const object = payload as JsonObject;
  if (rest.length === 0 && what % 13 === 0) return without(object, key);
  // A value that another property has: ids, times and names of the right form in the wrong place.
  const other = rest.length === 0 && what % 13 === 1 ? pick(keys, how) : undefined;
  return {
    ...object,
    [key]: other === undefined ? mutated(object[key] ?? null, { way: rest, what, how }) : object[other],
  };
}

/** The text of a mutated payload. */
export function textOf(payload: Json): string {
  return [...unwritable].reduce(
    (text, [mark, json]) => (text.includes(mark) ? text.replaceAll(`"${mark}"`, json) : text),
    JSON.stringify(payload),
  );
}

/** Keys whose values the recorder reads stand twenty times: most of a payload is only copied. */
const read: ReadonlySet<string> = new Set([
  ...['header', 'generated_time', 'data', 'race', 'runners', 'event_id', 'meeting_id', 'status', 'odds'],
  ...['advertised_start', 'actual_start', 'entrant_id', 'is_scratched', 'scratch_time', 'scr_time', 'flucs'],
  ...['flucs_with_timestamp', 'last_six', 'timestamp', 'fluc', 'fixed_win', 'fixed_place', 'pool_win'],
  ...['pool_place', 'money_tracker', 'entrants', 'hold_percentage', 'bet_percentage', 'tote_pools', 'total'],
  ...['product_type', 'results', 'dividends', 'big_bets', 'live_bets', 'place_time', 'jockey', 'weight'],
]);

function tried(container: Json[] | JsonObject): string[] {
  return Object.keys(container).flatMap((key) => (read.has(key) ? Array<string>(20).fill(key) : [key]));
}

function without(object: JsonObject, name: string): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));
}

function pick<T>(list: readonly T[], number: number): T {
  const item = list[number % list.length];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}

/** What no JSON writer writes, by what stands for it in a payload: numbers, depth, and names that come twice. */
const beyondDouble = '@beyond a double@';
const unwritable: ReadonlyMap<string, string> = new Map([
  [beyondDouble, '1e400'],
  ['@lists@', '['.repeat(9_000) + ']'.repeat(9_000)],
  ['@objects@', '{"a":'.repeat(6_000) + '1' + '}'.repeat(6_000)],
  ['@rather deep@', '['.repeat(40) + ']'.repeat(40)],
  ['@names twice@', '1,"entrant_id":"twice","status":"Final","odds":{"fixed_win":3},"odds":null'],
  ['@prototype@', '{"__proto__":{"fixed_win":7,"is_scratched":true},"constructor":1}'],
]);

const numbers: readonly Json[] = [
  ...[0, -0, -1, 0.1 + 0.2, 1.0000000000000002, 5e-324, 1e308, 1e21, 2 ** 31, 2 ** 53, -(2 ** 53), 2 ** 63],
  ...[
    253_402_300_799,
    253_402_300_800,
    -62_167_219_200,
    -62_167_219_201,
    1_772_248_200.1234567,
    beyondDouble,
  ],
];
const texts = [
  ...[
    '',
    ' ',
    'NaN',
    'Infinity',
    '-',
    '1,50',
    '$2.40',
    'null',
    'undefined',
    '__proto__',
    '|',
    "'; DROP TABLE",
  ],
  ...[
    '\u0000',
    '\ud800',
    'a\udc00b',
    '\ud800\ud800',
    '\u202e',
    '🐎',
    'x'.repeat(70_000),
    'Final',
    'Abandoned',
    'unheard of',
  ],
];
const times = [
  ...[
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999999Z',
    '9999-12-31T23:59:59-12:00',
    '0000-01-01T00:00:00Z',
  ],
  ...['0000-01-01T00:00:00+12:00', '2026-02-30T00:00:00Z', '2026-03-10T24:00:00Z', '2026-03-10T03:10:60Z'],
  ...[
    '2026-03-10 03:10:00',
    '2026-03-10',
    '1773111000',
    '2026-03-10T03:10:00.1234567891234Z',
    '0001-01-01T00:00:00-05:00',
  ],
];

const operations: readonly ((value: Json, how: number) => Json)[] = [
  () => null,
  (_, how) => pick(numbers, how),
  (_, how) => pick(texts, how),
  (_, how) => pick(times, how),
  (_, how) => pick<Json>([true, false, [], {}, [null], [[]], { entrant_id: null }], how),
  // Prices as strings, and the reverse.
  (value) => (typeof value === 'string' ? Number(value) || 7 : JSON.stringify(value)),
  (value, how) => (typeof value === 'number' ? value + pick([1, -1, 0.01, 1e-9, 60, -3_600], how) : [value]),
  (value, how) => (typeof value === 'string' ? changedText(value, how) : { value }),
  changedList,
  changedList,
  (_, how) => pick([...unwritable.keys()], how),
  (value, how) =>
    typeof value === 'string' ? `${value}${pick(['\ud83d', '\udfff', '\ufffd'], how)}` : '\ud800',
  (value) => huge(value),
];

/** Every number of a value, so large that two of them have no sum. */
function huge(value: Json): Json {
  if (typeof value === 'number') return 1e308;
  if (Array.isArray(value)) return value.map(huge);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, huge(member ?? null)]));
}

function changedText(value: string, how: number): string {
  const at = how % (value.length + 1);
  const digit = String(how % 10);
  return pick([value + digit, value.slice(0, at), value.slice(0, at) + digit + value.slice(at + 1)], how);
}

/** Members that come twice, in another order, nested, in great number, or not at all. */
function changedList(value: Json, how: number): Json {
  if (typeof value !== 'object' || value === null) return value;
  if (!Array.isArray(value)) return nulled(value, how);
  const one = value[how % Math.max(1, value.length)] ?? null;
  return pick<() => Json[]>(
    [
      () => [...value, one],
      () => value.toReversed(),
      () => value.filter((item) => item !== one),
      () => [...value, null],
      () => value.map(() => one),
      () => [value],
      () => Array.from({ length: 200 }, () => one),
      () => Array.from({ length: 6_000 }, (_, index) => index),
      () => value.slice(0, how % 3),
    ],
    how,
  )();
}

/** Every second, or every property without a value: nulls everywhere. */
function nulled(object: JsonObject, how: number): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([key, value], index) => [
      key,
      how % 2 === 0 || index % 2 === 0 ? null : value,
    ]),
  );
}
