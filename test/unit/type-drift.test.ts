import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { writeOf } from '../../src/journal/changes.ts';
import { parseEvent, parseListing } from '../../src/sources/tab/parse.ts';
import { hold } from '../support/properties.ts';
import { rowsOf, runner, served, take } from '../support/snapshots.ts';
import type { Json, JsonObject, ServedEvent, ServedRunner } from '../support/snapshots.ts';

const time = '2026-03-01T02:10:00Z';

/** Read, but by no price: of any of these every value is possible. */
const ofRunner = [
  ...[
    'name',
    'runner_number',
    'barrier',
    'barrier_position',
    'jockey',
    'apprentice_indicator',
    'trainer_name',
  ],
  ...[
    'trainer_location',
    'weight',
    'scratch_time',
    'scr_time',
    'is_emergency',
    'emergency_position',
    'flucs',
  ],
  ...[
    'primary_market',
    'market_name',
    'favourite',
    'mover',
    'horse_id',
    'age',
    'sex',
    'colour',
    'country',
    'sire',
  ],
  ...['dam', 'owners', 'gear', 'last_twenty_starts', 'silk_colours', 'silk_url_64x64', 'silk_url_128x128'],
  ...['last_starts', 'overall', 'form_comment', 'track', 'nobody_knows_it', '__proto__', 'constructor'],
];
const ofRace = [
  ...['meeting_name', 'description', 'actual_start', 'race_number', 'distance', 'country', 'state', 'type'],
  ...[
    'track_condition',
    'track_direction',
    'track_surface',
    'weather',
    'rail_position',
    'field_size',
    'comment',
  ],
  ...[
    'entrant_count',
    'positions_paid',
    'group',
    'class',
    'start_type',
    'silk_url',
    'prize_monies',
    'protest',
  ],
  ...['protest_reason', 'tips', 'nobody_knows_it', '__proto__'],
];
const besideRace = [
  ...['favourite', 'mover', 'derivatives', 'substitutions', 'nobody_knows_it', 'results', 'dividends'],
  ...['money_tracker', 'tote_pools', 'big_bets', 'live_bets', 'biggest_bet'],
];
const ofMeeting = [
  'name',
  'state',
  'track_condition',
  'category_name',
  'tote_status',
  'tote_meeting_number',
  'date',
];
const ofListedRace = [
  ...[
    'race_number',
    'name',
    'tote_start_time',
    'track_condition',
    'distance',
    'weather',
    'country',
    'state',
    'zz',
  ],
];

const anyOf = (names: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...names);
const deep = (levels: number): Json => {
  let value: Json = 'bottom';
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { value };
  return value;
};
const anyJson = fc.oneof(
  { weight: 5, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
  fc.constantFrom<Json>('\ud800', 'a\udfffb', 1e308, -0, 2 ** 60, 1.5, 'x'.repeat(50_000)),
  fc.constantFrom<Json>(deep(20), deep(40), deep(3_000)),
) as fc.Arbitrary<Json>;

/** As the parser of JSON makes it: `__proto__` is a property of its own. */
function withProperty<T extends object>(object: T, name: string, value: Json): T {
  return Object.defineProperty({ ...object }, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}

function priced(id: string, win: number): ServedRunner {
  const last_six = [{ timestamp: '2026-03-01T02:00:00Z', fluc: win + 1 }];
  return runner(id, {
    odds: { fixed_win: win, fixed_place: 1.4, pool_win: win + 2, pool_place: 1.5 },
    flucs_with_timestamp: { last_six },
  });
}

function response(at: string, wins: readonly [number, number]): ServedEvent {
  return served(at, {
    runners: [priced('a', wins[0]), priced('b', wins[1])],
    money_tracker: { entrants: [{ entrant_id: 'a', hold_percentage: 40, bet_percentage: 30 }] },
    tote_pools: [{ product_type: 'Win', total: wins[0] * 100, status: 'OPEN' }],
  });
}

const calm = [response(time, [2, 3]), response('2026-03-01T02:10:30Z', [2.5, 3])];
const prices = (responses: readonly ServedEvent[]) => rowsOf(take(responses), 'odds_history');

describe('a field that no price depends on, whatever it is served as', () => {
  it('costs no price of its runner, its race, or the others', () => {
    const place = fc.oneof(
      fc.record({ in: fc.constant('runner' as const), name: anyOf(ofRunner) }),
      fc.record({ in: fc.constant('race' as const), name: anyOf(ofRace) }),
      fc.record({ in: fc.constant('data' as const), name: anyOf(besideRace) }),
    );
    const expected = prices(calm);
    hold(
      fc.property(place, anyJson, fc.nat({ max: 1 }), ({ in: where, name }, value, nth) => {
        const spoilt = calm.map((one, index) => (index < nth ? one : changed(one, where, name, value)));
        const taken = take(spoilt);
        expect(rowsOf(taken, 'odds_history')).toEqual(expected);
        for (const { changes } of taken) for (const change of changes) writeOf(change);
      }),
      2_000,
    );
  });

  function changed(
    one: ServedEvent,
    where: 'runner' | 'race' | 'data',
    name: string,
    value: Json,
  ): ServedEvent {
    const { data } = one;
    if (where === 'data') return { ...one, data: withProperty(data, name, value) };
    if (where === 'race') return { ...one, data: { ...data, race: withProperty(data.race, name, value) } };
    const [first, ...others] = data.runners;
    if (first === undefined) throw new Error('no runners');
    return { ...one, data: { ...data, runners: [withProperty(first, name, value), ...others] } };
  }

  it('becomes text where its column is text and null elsewhere, and is kept as served and reported', () => {
    const odd = {
      name: 777,
      silk_colours: 3,
      owners: ['X', 'Y'],
      sire: { name: 'Z' },
      dam: true,
      age: '5',
      horse_id: 'a1',
      barrier: 1.5,
      favourite: 'yes',
      weight: { allocated: 58.5, total: '58.5' },
      jockey: 'Jo\ud800',
      scr_time: 5,
    };
    const { runners, drifts } = parseEvent(served(time, { runners: [runner('a', odd)] }));
    expect(runners[0]?.columns).toMatchObject({
      name: '777',
      silk_colours: '3',
      owners: '["X","Y"]',
      sire: '{"name":"Z"}',
      dam: 'true',
      age: null,
      horse_id: null,
      barrier: null,
      favourite: null,
      weight_allocated: '58.5',
      weight_total: '58.5',
      jockey: 'Jo\ufffd',
    });
    const { weight, ...others } = odd;
    expect(runners[0]?.extra).toEqual({ ...others, weight: { allocated: weight.allocated } });
    expect(drifts).toEqual(
      expect.arrayContaining([
        { field: 'runners.name', received: 'number' },
        { field: 'runners.owners', received: 'list' },
        { field: 'runners.age', received: 'text' },
        { field: 'runners.weight.allocated', received: 'number' },
        { field: 'runners.jockey', received: 'text with half a surrogate pair' },
      ]),
    );
    expect(drifts).toHaveLength(12);
  });

  it('is left out and reported when it is nested too deep or has too many members, and its neighbours stay', () => {
    const many = Object.fromEntries(Array.from({ length: 1_200 }, (_, index) => [`k${index}`, index]));
    const { extra, race, drifts } = parseEvent(
      served(time, { race: { deep: deep(33), other: deep(30), prize_monies: deep(5_000) } }),
    );
    expect(extra).toMatchObject({ other: deep(30) });
    expect(extra).not.toHaveProperty('deep');
    expect(race.prize_monies).toBeNull();
    expect(drifts).toEqual([
      { field: 'race.prize_monies', received: 'nested too deep' },
      { field: 'race.deep', received: 'nested too deep' },
    ]);
    const wide = parseEvent(served(time, { race: many }));
    expect(wide.extra).not.toHaveProperty('k1');
    expect(wide.drifts).toEqual([{ field: 'race', received: 'too many members' }]);
  });

  it('is not reported where everything is as documented', () => {
    expect(parseEvent(calm[0]).drifts).toBeUndefined();
  });

  it('costs no meeting and no race of a listing', () => {
    const race: JsonObject = { id: 'R', start_time: '2026-03-01T03:10:00Z', status: 'Open' };
    const meeting: JsonObject = { meeting: 'M', name: 'Ellerslie', country: 'NZ', category: 'T' };
    const place = fc.oneof(
      fc.record({ isRace: fc.constant(true), name: anyOf(ofListedRace) }),
      fc.record({ isRace: fc.constant(false), name: anyOf([...ofMeeting, 'quaddie', '__proto__']) }),
    );
    hold(
      fc.property(place, anyJson, ({ isRace, name }, value) => {
        const odd = isRace ? withProperty(race, name, value) : race;
        const holder = { ...meeting, races: [odd, { ...race, id: 'S' }] };
        const { meetings, rejected } = parseListing({
          header: { generated_time: time },
          data: { meetings: [isRace ? holder : withProperty(holder, name, value)] },
        });
        expect(rejected).toEqual([]);
        expect(meetings[0]?.columns).toMatchObject({ meeting_id: 'M', country: 'NZ', category: 'T' });
        expect(meetings[0]?.races.map(({ raceId }) => raceId)).toEqual(['R', 'S']);
      }),
      1_000,
    );
  });
});
