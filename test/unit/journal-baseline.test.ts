import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyBaseline } from '../../src/domain/baseline.ts';
import type { Baseline } from '../../src/domain/baseline.ts';
import { diffListed, listedMeeting } from '../../src/domain/diff-listing.ts';
import { diffEvent } from '../../src/domain/diff.ts';
import { rowId } from '../../src/domain/ids.ts';
import { clockReset, rewind } from '../../src/domain/rewind.ts';
import type {
  Bet,
  EntrantColumns,
  EventSnapshot,
  Fluctuation,
  ListedRace,
  MeetingColumns,
  MoneyFigures,
  Pool,
  RaceColumns,
  Runner,
} from '../../src/domain/snapshot.ts';
import type { Change, PollRow } from '../../src/domain/tables.ts';
import { timestamp } from '../../src/domain/time.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { hold } from '../support/properties.ts';

const start = Date.parse('2026-02-28T03:10:00.000Z');

let directory: string;
let journal: Journal;
let clock = start;
const open = () => openJournal(join(directory, 'j.db'), { source: { kind: 'recording' }, now: () => clock });

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'journal-'));
  journal = open();
});

afterAll(() => {
  journal.close();
  rmSync(directory, { recursive: true });
});

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null });
const text = maybe(fc.constantFrom('', 'Good 4', "O'Brien", 'Te Aroha – Ōtaki', 'a "quoted"\nline'));
const whole = maybe(fc.integer({ min: 0, max: 12 }));
const flag = maybe(fc.boolean());
const odds = fc.constantFrom(null, 0, -1, 1.85, 2, 2.4, 11);
const tenths = fc.constantFrom(null, 0, 0.1 + 0.2, 3, 17, 43.25);

const extra = fc.record(
  {
    tips: fc.shuffledSubarray([{ by: 'a', picks: [1, 2] }, { by: 'b', picks: [] }, { by: 'c' }]),
    video: fc.record({
      id: maybe(fc.integer()),
      'ключ 🐎': fc.array(fc.double({ noNaN: true, noDefaultInfinity: true })),
    }),
    __odd: fc.string(),
    nested: fc.jsonValue({ maxDepth: 2 }),
  },
  { requiredKeys: [] },
);

const raceColumns: fc.Arbitrary<RaceColumns> = fc.record({
  race_id: fc.constant('?'),
  meeting_id: fc.constant('?'),
  race_number: whole,
  name: text,
  status: fc.constantFrom('Open', 'Closed', 'Interim', 'Final', 'Abandoned', 'OPEN', ''),
  advertised_start: fc.constantFrom(0, 0, 60_000, 1_800_000).map((by) => timestamp(start + by)),
  actual_start: maybe(fc.constant(timestamp(start + 68_000))),
  distance: whole,
  country: text,
  state: text,
  type: text,
  track_condition: text,
  track_direction: text,
  track_surface: text,
  weather: text,
  rail_position: text,
  field_size: whole,
  entrant_count: whole,
  positions_paid: whole,
  group: text,
  class: text,
  start_type: text,
  comment: text,
  silk_url: text,
  prize_monies: maybe(fc.constant('{"1st":"100"}')),
  protest: flag,
  protest_reason: text,
});

const entrantColumns: fc.Arbitrary<EntrantColumns> = fc.record({
  entrant_id: fc.constant('?'),
  runner_number: whole,
  name: fc.constantFrom('Ka Pai', 'Kia Ora'),
  barrier: whole,
  barrier_position: text,
  jockey: text,
  apprentice_indicator: text,
  trainer: text,
  trainer_location: text,
  weight_allocated: text,
  weight_total: text,
  is_scratched: fc.boolean(),
  scratched_at: maybe(fc.constant(timestamp(start - 1_000))),
  is_emergency: flag,
  emergency_position: text,
  primary_market: flag,
  market_name: text,
  fixed_win: odds,
  fixed_place: odds,
  pool_win: odds,
  pool_place: odds,
  favourite: flag,
  mover: flag,
  horse_id: whole,
  age: whole,
  sex: text,
  colour: text,
  country: text,
  sire: text,
  dam: text,
  owners: text,
  gear: text,
  last_twenty_starts: text,
  silk_colours: text,
  silk_url_64x64: text,
  silk_url_128x128: text,
});

const meetingColumns: fc.Arbitrary<MeetingColumns> = fc.record({
  meeting_id: fc.constant('?'),
  name: fc.constantFrom('Ellerslie', 'Trentham'),
  date: fc.constant(null),
  country: text,
  state: text,
  category: text,
  track_condition: text,
  weather: text,
  status: text,
  tote_meeting_number: whole,
});

/** The place of a price follows from the price, as the feed's own list has it. */
const fluctuations = fc
  .array(fc.tuple(fc.integer({ min: -40, max: 40 }), fc.constantFrom(1.85, 2, 2.4, 11, null)), {
    maxLength: 6,
  })
  .map((list) =>
    list.map(([at, price]): Fluctuation => ({
      at: start + at * 5_000,
      odds: price,
      place: Math.floor(price ?? -1),
    })),
  );

const runner: fc.Arbitrary<Runner> = fc.record({
  columns: entrantColumns,
  extra,
  fluctuations,
  oldestOfSix: maybe(fc.integer({ min: -40, max: 40 }).map((at) => start + at * 5_000)),
  form: maybe(fc.constantFrom('{"last_starts":"1x2"}', '{"spr":1.5}')),
});

const figures: fc.Arbitrary<MoneyFigures> = fc.record(
  { hold: tenths, bet: tenths },
  { noNullPrototype: true },
);

const pools: fc.Arbitrary<Pool[]> = fc
  .array(
    fc.record({
      product: fc.constantFrom('Win', 'Place', 'Quadrella'),
      legs: fc.constant(null),
      total: tenths,
      status: maybe(fc.constantFrom('OPEN', 'CLOSED')),
      extra,
    }),
    { maxLength: 3 },
  )
  .map((list) => list.map((pool) => (pool.product === 'Quadrella' ? { ...pool, legs: '[5,6,7,8]' } : pool)));

const bet: fc.Arbitrary<Bet> = fc.record({
  list: fc.constantFrom('big', 'live', 'biggest'),
  title: text,
  description: text,
  stake: tenths,
  odds,
  placedAt: maybe(fc.integer({ min: 0, max: 2 }).map((at) => start + at)),
  legs: maybe(fc.constant('[{"leg":1}]')),
});

const results = fc.record({
  placings: fc.shuffledSubarray([
    { position: 1, name: 'Ka Pai' },
    { position: 2, name: 'Kia Ora', margin: 0.2 },
  ]),
  dividends: fc.shuffledSubarray([
    { product: 'Win', status: 'Interim', dividend: 4.5 },
    { product: 'Win', status: 'Final', dividend: 4.6, positions: [1] },
  ]),
});

type Served = Omit<EventSnapshot, 'raceId' | 'generatedAt'>;

const entrantIds = ['a', 'b', 'c', 'd'];

const served: fc.Arbitrary<Served> = fc
  .record({
    race: raceColumns,
    extra,
    meeting: meetingColumns,
    runners: fc.tuple(fc.subarray(entrantIds), fc.tuple(runner, runner, runner, runner)),
    money: maybe(fc.tuple(figures, figures, figures, figures, maybe(figures))),
    pools: pools.map(distinctProducts),
    bets: fc.array(bet, { maxLength: 3 }),
    results,
  })
  .map(({ runners: [ids, all], money, ...rest }) => ({
    ...rest,
    runners: ids.flatMap((id, index) => {
      const given = all[index];
      return given ? [{ ...given, columns: { ...given.columns, entrant_id: id } }] : [];
    }),
    money: money && moneyMap(ids, money),
  }));

function distinctProducts(list: Pool[]): Pool[] {
  return [...new Map(list.map((pool) => [pool.product, pool])).values()];
}

function moneyMap(
  ids: readonly string[],
  list: readonly (MoneyFigures | null)[],
): Map<string | null, MoneyFigures> {
  const map = new Map<string | null, MoneyFigures>();
  for (const [index, id] of [...ids, null].entries()) {
    const given = list[index === ids.length ? list.length - 1 : index];
    if (given) map.set(id, given);
  }
  return map;
}

/**
 * What happens to a race: `by` is the time since the newest response, in seconds. Responses of one time have one
 * content.
 */
type Step =
  | { readonly kind: 'event'; readonly by: number; readonly served: Served }
  | { readonly kind: 'same'; readonly by: number }
  /** The feed's clock is found to have gone back. */
  | { readonly kind: 'reset'; readonly by: number; readonly served: Served }
  | { readonly kind: 'listing'; readonly by: number; readonly status: string; readonly startBy: number }
  | { readonly kind: 'failed' }
  | { readonly kind: 'restart' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('event'), by: fc.constantFrom(10, 15, 60, 600, -30), served }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('same'), by: fc.constantFrom(0, 10, -10) }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reset'), by: fc.constantFrom(-31, -601), served }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('listing'),
      by: fc.constantFrom(-20, 5, 120),
      status: fc.constantFrom('Open', 'Abandoned', 'Final'),
      startBy: fc.constantFrom(0, 300_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('failed') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart') }) },
);

/** An actor in small: it goes through the steps as the service does, with its baseline in memory. */
class Actor {
  baseline: Baseline;
  #last: Served | null = null;
  #newest = start - 400_000;
  #polls = 0;

  constructor(raceId: string) {
    this.baseline = emptyBaseline(raceId);
  }

  take(next: Step): void {
    clock += 1_000;
    switch (next.kind) {
      case 'event':
        this.#event(next.served, this.#newest + next.by * 1_000);
        break;
      case 'same':
        if (this.#last) this.#event(this.#last, this.#newest + next.by * 1_000);
        break;
      case 'reset':
        this.#reset(next.served, this.#newest + next.by * 1_000);
        break;
      case 'listing':
        this.#listing(next);
        break;
      case 'failed':
        journal.commit([this.#poll(null)]);
        break;
      case 'restart':
        journal.close();
        journal = open();
        this.baseline = journal.baseline(this.baseline.raceId);
    }
  }

  #event(content: Served, generatedAt: number): void {
    const { raceId } = this.baseline;
    const late = generatedAt < (this.baseline.generatedAt ?? -Infinity);
    const snapshot = snapshotOf(raceId, generatedAt, withoutFuture(content, generatedAt, late));
    const { changes, baseline } = diffEvent(this.baseline, snapshot, clock);
    journal.commit([...changes, this.#poll(generatedAt)]);
    this.baseline = baseline;
    if (generatedAt === baseline.generatedAt) this.#last = content;
    this.#newest = baseline.generatedAt ?? this.#newest;
  }

  #reset(content: Served, generatedAt: number): void {
    if (this.baseline.generatedAt === null || generatedAt > this.baseline.generatedAt) return;
    const { raceId } = this.baseline;
    const rewound = rewind(this.baseline, generatedAt, meetingOf(raceId));
    const snapshot = snapshotOf(raceId, generatedAt, withoutFuture(content, generatedAt, true));
    const { changes, baseline } = diffEvent(rewound.baseline, snapshot, clock);
    journal.commit([...rewound.changes, ...changes, this.#poll(generatedAt, clockReset)]);
    this.baseline = baseline;
    this.#last = content;
    this.#newest = generatedAt;
  }

  #listing({ by, status, startBy }: Extract<Step, { kind: 'listing' }>): void {
    const generatedAt = this.#newest + by * 1_000;
    const listed = listedRace(this.baseline.raceId, status, start + startBy);
    const columns = { ...plainMeeting, meeting_id: listed.meetingId, date: '2026-02-28' };
    const meeting = listedMeeting({ columns, extra: {}, races: [] }, generatedAt);
    const { changes, baseline } = diffListed(this.baseline, listed, generatedAt, clock);
    journal.commit([{ table: 'meetings', row: meeting.row }, ...changes]);
    this.baseline = baseline;
  }

  #poll(generatedAt: number | null, reason: string | null = null): Change {
    const raceId = this.baseline.raceId;
    const startedAt = timestamp(clock + ++this.#polls);
    const row: PollRow = {
      id: rowId(raceId, startedAt),
      race_id: raceId,
      started_at: startedAt,
      lateness_ms: 0.5,
      duration_ms: 12.25,
      outcome: generatedAt === null ? 'failed' : 'changed',
      reason: generatedAt === null ? 'timeout' : reason,
      bytes: null,
      changes: 0,
      source_time: generatedAt === null ? null : timestamp(generatedAt),
    };
    return { table: 'polls', row };
  }
}

const plainMeeting: Omit<MeetingColumns, 'meeting_id'> = {
  name: 'Ellerslie',
  date: null,
  country: 'NZ',
  state: null,
  category: 'T',
  track_condition: null,
  weather: null,
  status: null,
  tote_meeting_number: null,
};

/**
 * A response that comes late knows nothing of what came after it. None dates a price with its very own time: told
 * twice, such a price would be a new one behind the price served beside it.
 */
function withoutFuture(content: Served, generatedAt: number, late: boolean): Served {
  const runners = content.runners.map((runner) => ({
    ...runner,
    fluctuations: runner.fluctuations.filter(({ at }) => at < generatedAt || (at > generatedAt && !late)),
  }));
  return { ...content, runners };
}

/** Ids are a race's own, so that the runs of the property share a journal and nothing else. */
function snapshotOf(raceId: string, generatedAt: number, content: Served): EventSnapshot {
  const own = (id: string) => `${raceId}/${id}`;
  const { race, meeting, runners, money } = content;
  const meeting_id = meetingOf(raceId);
  return {
    ...content,
    raceId,
    generatedAt,
    race: { ...race, race_id: raceId, meeting_id },
    meeting: { ...meeting, meeting_id },
    runners: runners.map((runner) => ({
      ...runner,
      columns: { ...runner.columns, entrant_id: own(runner.columns.entrant_id) },
    })),
    money: money && new Map([...money].map(([id, given]) => [id === null ? null : own(id), given])),
  };
}

/** One for each race here: what another race's events tell of a shared meeting is not in this baseline. */
function meetingOf(raceId: string): string {
  return `meeting of ${raceId}`;
}

function listedRace(raceId: string, status: string, advertisedStart: number): ListedRace {
  return {
    raceId,
    meetingId: meetingOf(raceId),
    raceNumber: 1,
    name: 'Maiden',
    status,
    advertisedStart,
    toteStartTime: '25:10:00',
    trackCondition: 'Good 4',
    distance: 1200,
    weather: 'Fine',
    country: 'NZ',
    state: null,
    category: 'T',
  };
}

let races = 0;

test('a baseline read from the journal equals the one in memory after every step', () => {
  hold(
    fc.property(fc.array(step, { minLength: 1, maxLength: 12 }), (steps) => {
      const actor = new Actor(`race-${++races}`);
      for (const next of steps) {
        actor.take(next);
        // All but what the newest listing said of it.
        const expected = { ...actor.baseline, listed: null };
        expect(journal.baseline(expected.raceId)).toStrictEqual(expected);
      }
    }),
    60,
  );
});

test('of a race that nothing told of there is nothing', () => {
  expect(journal.baseline('nowhere')).toStrictEqual(emptyBaseline('nowhere'));
});

test('a race that only a listing told of has no digest, and its meeting is listed', () => {
  const actor = new Actor('listed only');
  actor.take({ kind: 'listing', by: 0, status: 'Open', startBy: 0 });
  actor.take({ kind: 'failed' });
  expect(journal.baseline('listed only')).toMatchObject({
    generatedAt: null,
    race: { status: 'Open', advertisedStart: start, toteStartTime: '25:10:00', digest: null },
    meetingListed: true,
    meetingDigest: null,
  });
});
