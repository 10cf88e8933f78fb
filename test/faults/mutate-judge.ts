import fc from 'fast-check';
import { emptyBaseline } from '../../src/domain/baseline.ts';
import type { Baseline } from '../../src/domain/baseline.ts';
import { FeedError } from '../../src/domain/source.ts';
import type { EventSnapshot, Part, Runner } from '../../src/domain/snapshot.ts';
import { epochMillis, timestamp } from '../../src/domain/time.ts';
import { writeOf } from '../../src/journal/changes.ts';
import { limits } from '../../src/sources/tab/limits.ts';
import { parseEvent } from '../../src/sources/tab/parse.ts';
import { defaultCadence } from '../../src/streams/cadence.ts';
import type { PollOutcome } from '../../src/streams/poll.ts';
import type { RaceState } from '../../src/streams/race-state.ts';
import { stepOf } from '../../src/streams/race-step.ts';
import type { Step } from '../../src/streams/race-step.ts';
import { expectedRows } from '../support/reference/expected.ts';
import type { RecordedLine } from '../support/reference/recording.ts';
import { rowsOf } from '../support/snapshots.ts';
import type { JsonObject, ServedEvent, ServedRunner, ServedSlice } from '../support/snapshots.ts';
import { anyMutation, mutated, textOf } from './mutate.ts';
import type { Mutation } from './mutate.ts';
import { payloadOf, raceIdOf } from './mutate-payloads.ts';
import type { Served } from './mutate-payloads.ts';

/** A few responses of a race in a row, changed. */
export interface MutatedRace {
  readonly race: number;
  readonly from: number;
  /** What is changed in each response; nothing in some. */
  readonly steps: readonly (readonly Mutation[])[];
}

export const anyMutatedRace: fc.Arbitrary<MutatedRace> = fc.record({
  race: fc.nat({ max: 9_999 }),
  from: fc.nat({ max: 9_999 }),
  steps: fc.array(fc.array(anyMutation, { maxLength: 2 }), { minLength: 4, maxLength: 4 }),
});

/** What became of mutated responses. */
export interface Tally {
  payloads: number;
  quarantined: number;
  taken: number;
}

/** A response on its way. */
export interface Sent {
  readonly text: string;
  /** When it is received, epoch milliseconds. */
  readonly at: number;
}

export interface SentRace {
  readonly raceId: string;
  readonly sent: readonly Sent[];
}

/** The responses of a race as they are sent. */
export function sentOf(races: readonly Served[], { race, from, steps }: MutatedRace): SentRace {
  const served = races[race % races.length] ?? [];
  const first = from % Math.max(1, served.length - steps.length + 1);
  const sent = served.slice(first, first + steps.length).map((response, index) => {
    const changed = (steps[index] ?? []).reduce(mutated, payloadOf(response));
    return { text: textOf(changed), at: Date.parse(response.header.generated_time) + 500 + index };
  });
  return { raceId: served[0] === undefined ? '' : raceIdOf(served[0]), sent };
}

const rules = { cadence: defaultCadence, runningSince: 0, correctionMs: 0 };
const compared = [
  ...(['odds_history', 'money_flow_history', 'pool_history', 'race_events', 'race_results', 'gaps'] as const),
];

/**
 * Takes responses as an actor does, each at its time, and tells what is wrong: an error that is no
 * quarantine, a quarantine that moved the baseline, a row that no table holds, rows that the reference does not
 * expect of the responses taken.
 */
export function faultsOf({ raceId, sent }: SentRace, tally: Tally): string[] {
  const problems: string[] = [];
  const taken: Step[] = [];
  const lines: RecordedLine[] = [];
  let state = newState(raceId);
  for (const { text, at } of sent) {
    const outcome = outcomeOf(raceId, text, at);
    const step = stepOf(state, outcome, rules);
    // The reference knows no clock that goes back.
    if (step.reset !== null) break;
    tally.payloads++;
    if (step.failure === null || step.failure.reason === 'stale') {
      tally.taken++;
      taken.push(step);
      lines.push(lineOf(state.baseline, text, at, step.failure !== null));
      if (step.failure !== null && step.state.gap === null) problems.push('stale, and no gap');
    } else {
      tally.quarantined++;
      const { reason, body } = step.failure;
      if (!['malformed', 'misdated'].includes(reason) || body === null) problems.push('not quarantined');
      if (step.state.baseline !== state.baseline) problems.push('a quarantined response moved the baseline');
    }
    for (const change of step.changes) writeOf(change);
    state = step.state;
  }
  const expected = expectedRows(lines);
  // Times without a poll are the actor's to tell; the reference knows those between fluctuations.
  const rows = (table: (typeof compared)[number]) =>
    rowsOf(taken, table).filter((row) => table !== 'gaps' || Reflect.get(row, 'entrant_id') !== null);
  for (const table of compared) {
    const columns = Object.keys(expected[table][0] ?? {});
    problems.push(...differences(table, sorted(rows(table), columns), sorted(expected[table], columns)));
  }
  return problems;
}

function newState(raceId: string): RaceState {
  const polls = { phase: 0, last: null, lastGoodAt: null };
  return {
    baseline: emptyBaseline(raceId),
    polls,
    since: 0,
    gap: null,
    moved: null,
    known: null,
    older: null,
  };
}

/** A response as the client gives it to the actor. */
function outcomeOf(raceId: string, text: string, at: number): PollOutcome {
  const times = { due: at, startedAt: at, finishedAt: at };
  try {
    const snapshot = parseEvent(JSON.parse(text) as unknown);
    if (snapshot.raceId !== raceId) throw new Error('another race');
    return { ...times, kind: 'taken', received: { snapshot, bytes: text.length, notGranted: [] } };
  } catch (cause) {
    const error = new FeedError('malformed', 'not understood', { cause, body: Buffer.from(text) });
    return { ...times, kind: 'failed', error };
  }
}

/** @param isStale whether it is of the time of the newest one or before: only its dated prices count then */
function lineOf(before: Baseline, text: string, at: number, isStale: boolean): RecordedLine {
  const { raceId } = before;
  const url = `/affiliates/v1/racing/events/${raceId}`;
  const served = JSON.parse(text) as ServedEvent;
  const generated_time = isStale ? timestamp((before.generatedAt ?? at) - 1) : served.header.generated_time;
  const body = { ...served, header: { ...served.header, generated_time } };
  const { lost = [], ...snapshot } = parseEvent(JSON.parse(text) as unknown);
  const isLost = (wanted: Part): boolean => lost.some(({ part }) => part === wanted);
  // A part that is lost says nothing, as one that is absent.
  const { money_tracker: money, ...rest } = body.data;
  const data = {
    ...rest,
    ...(isLost('pools') && { tote_pools: null }),
    ...(isLost('results') && { results: null, dividends: null }),
  };
  // It adds up in the order served; of fractions and very large numbers another order gives another last digit.
  const entrants = isLost('money') ? null : (money?.entrants?.toSorted(bySize) ?? null);
  // Bets are not compared: it knows only times that are times.
  const others = { big_bets: null, live_bets: null, biggest_bet: null };
  // A runner that only an older response has is not recorded; the reference would take its dated prices.
  const isOlder = epochMillis(body.header.generated_time) < (before.generatedAt ?? -Infinity);
  const runners = body.data.runners
    .filter(({ entrant_id: id }) => !isOlder || before.entrants.has(id))
    .map(withTimes)
    .map((runner) => (snapshot.drifts === undefined ? runner : asRead(runner, snapshot.runners)));
  const race = snapshot.drifts === undefined ? data.race : raceAsRead(data.race, snapshot.race);
  const given = { ...data, ...others, race, runners, money_tracker: { entrants } };
  return { receivedAt: timestamp(at), url, status: 200, body: { ...body, data: given } };
}

/** A runner without dated prices whose date is none: the recorder passes over them, and the reference knows only times. */
function withTimes(runner: ServedRunner): ServedRunner {
  const dated = runner.flucs_with_timestamp as Readonly<Record<string, unknown>> | null | undefined;
  if (dated == null) return runner;
  const entries = Object.entries(dated).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.filter(hasTime) : hasTime(value) ? value : null,
  ]);
  return { ...runner, flucs_with_timestamp: Object.fromEntries(entries) as JsonObject };
}

/** What no price depends on is as it was read, where it is of another type: the reference knows only documented ones. */
function asRead(runner: ServedRunner, read: readonly Runner[]): ServedRunner {
  const columns = read.find((one) => one.columns.entrant_id === runner.entrant_id)?.columns;
  if (columns === undefined) return runner;
  const {
    name,
    jockey,
    barrier,
    runner_number,
    horse_id,
    weight_total: total,
    scratched_at: scr_time,
  } = columns;
  const flucs = Array.isArray(runner.flucs) && runner.flucs.length <= limits.flucs ? runner.flucs : [];
  const { entrant_id, is_scratched, odds, flucs_with_timestamp } = runner;
  const scratching = { is_scratched, scr_time, scratch_time: null };
  return {
    entrant_id,
    name,
    jockey,
    barrier,
    runner_number,
    horse_id,
    weight: { total },
    ...scratching,
    odds,
    flucs,
    flucs_with_timestamp,
  };
}

/** What the compared tables tell of a race. */
function raceAsRead(race: JsonObject, { protest, race_number }: EventSnapshot['race']): JsonObject {
  const { event_id, meeting_id, status, advertised_start } = race;
  return { event_id, meeting_id, status, advertised_start, protest, race_number };
}

function hasTime(entry: unknown): boolean {
  const { timestamp: time } = (entry ?? {}) as { timestamp?: unknown };
  return (
    typeof time === 'string' &&
    /^\d{4}-\d\d-\d\dT.*(Z|[+-]\d\d:\d\d)$/.test(time) &&
    Date.parse(time) >= firstYear &&
    Date.parse(time) <= lastYear
  );
}

const [firstYear, lastYear] = [Date.parse('0000-01-01T00:00:00Z'), Date.parse('9999-12-31T23:59:59.999Z')];

function bySize(one: ServedSlice, other: ServedSlice): number {
  const hold = (one.hold_percentage ?? 0) - (other.hold_percentage ?? 0);
  return hold === 0 ? (one.bet_percentage ?? 0) - (other.bet_percentage ?? 0) : hold;
}

function differences(table: string, rows: readonly string[], expected: readonly string[]): string[] {
  const [here, there] = [new Set(rows), new Set(expected)];
  return [
    ...rows.filter((row) => !there.has(row)).map((row) => `${table}: not expected ${row}`),
    ...expected.filter((row) => !here.has(row)).map((row) => `${table}: missing ${row}`),
  ];
}

/** Each once: the journal keeps the first of two rows with one id. */
function sorted(rows: readonly object[], columns: readonly string[]): string[] {
  const once = new Map(rows.map((row) => [String(Reflect.get(row, 'id')), row] as const).toReversed());
  return [...once.values()]
    .map((row) => JSON.stringify(columns.map((column) => plain(Reflect.get(row, column)))))
    .toSorted();
}

function plain(value: unknown): unknown {
  // A name of another type is read as an empty one, which is none to the reference.
  if (value === '') return null;
  return typeof value === 'boolean' ? Number(value) : value;
}
