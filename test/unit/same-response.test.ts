import fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyBaseline } from '../../src/domain/baseline.ts';
import { diffListed } from '../../src/domain/diff-listing.ts';
import type { Change } from '../../src/domain/tables.ts';
import { tables } from '../../src/domain/tables.ts';
import { parseEvent } from '../../src/sources/tab/parse.ts';
import { printOf, sameAs } from '../../src/sources/tab/sameness.ts';
import { defaultCadence } from '../../src/streams/cadence.ts';
import type { PollOutcome } from '../../src/streams/poll.ts';
import { afterListing } from '../../src/streams/race-missed.ts';
import { stepOf } from '../../src/streams/race-step.ts';
import type { RaceState } from '../../src/streams/race-state.ts';
import { hashesLoaded } from '../../src/sources/tab/hashing.ts';
import { hold } from '../support/properties.ts';
import { raceId, runner, served, start, startTime } from '../support/snapshots.ts';
import type { Json, ServedEvent } from '../support/snapshots.ts';
import { listedRace } from '../support/snapshots-reports.ts';
import { marketResponses } from '../support/snapshots-market.ts';
import { nastyResponses } from '../support/snapshots-nasty.ts';

await hashesLoaded;

const rules = { cadence: defaultCadence, runningSince: 0, correctionMs: 0 };

/** What a recorder has of the race R, and what it is told next. */
class Recorder {
  /** Responses that it did not read. */
  same = 0;
  state: RaceState = {
    baseline: emptyBaseline(raceId),
    polls: { phase: 0, last: null, lastGoodAt: null },
    since: 0,
    gap: null,
    moved: null,
    known: null,
    older: null,
  };
  readonly rows = new Map<string, Readonly<Record<string, unknown>>>();
  readonly #recognises: boolean;

  constructor(recognises: boolean) {
    this.#recognises = recognises;
  }

  poll(event: ServedEvent, at: number): void {
    const outcome = this.#outcomeOf(event, at);
    const step = stepOf(this.state, outcome, rules);
    // An older one with another content.
    expect(step.failure?.reason ?? 'stale').toBe('stale');
    this.#write(step.changes);
    this.state = step.state;
  }

  listing(status: string, later: number, at: number): void {
    const listed = { ...listedRace, status, advertisedStart: start + later * 1000 };
    const { changes, baseline } = diffListed(this.state.baseline, listed, at, at);
    this.#write(changes);
    this.state = afterListing(this.state, baseline, at, rules);
  }

  #outcomeOf(event: ServedEvent, at: number): PollOutcome {
    const times = { due: at, startedAt: at, finishedAt: at };
    const body = Buffer.from(JSON.stringify(event));
    const { known } = this.state;
    const sameAtTime = this.#recognises && known ? sameAs(known.print, body) : null;
    if (sameAtTime !== null) {
      this.same++;
      return { ...times, kind: 'same', received: { sameAt: sameAtTime, bytes: body.length } };
    }
    const received = {
      snapshot: parseEvent(event),
      bytes: body.length,
      notGranted: [],
      print: printOf(body, event),
    };
    return { ...times, kind: 'taken', received };
  }

  #write(changes: readonly Change[]): void {
    for (const change of changes) {
      const { table } = change;
      if ('row' in change) {
        const row: Readonly<Record<string, unknown>> = { ...change.row };
        const key = `${table} ${String(row[tables[table].key])}`;
        if (tables[table].kind !== 'history' || !this.rows.has(key)) this.rows.set(key, inOneOrder(row));
      } else {
        const key = `${table} ${change.key}`;
        this.rows.set(key, { ...this.rows.get(key), ...change.patch });
      }
    }
  }
}

/** Tips in another order are no change, so that either order may stand. */
function inOneOrder(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (typeof row.raw_extra !== 'string') return row;
  const extra = JSON.parse(row.raw_extra) as { tips?: string[] };
  return { ...row, raw_extra: { ...extra, tips: extra.tips?.toSorted() } };
}

/** What happens next: another response, the last one again, or a listing. Times in milliseconds. */
const happening = fc.oneof(
  fc.record({ kind: fc.constant('next' as const), early: fc.constantFrom(0, 0, 60_000, 300_000, 1_800_000) }),
  fc.record({
    kind: fc.constant('again' as const),
    after: fc.constantFrom(0, 1, 10_000, 300_000, 1_800_000),
  }),
  fc.record({
    kind: fc.constant('listing' as const),
    status: fc.constantFrom('Open', 'OPEN', 'Closed', 'Final', 'Abandoned'),
    later: fc.constantFrom(0, 600),
    after: fc.constantFrom(-60_000, -1, 0, 1, 60_000),
  }),
);

const stories = fc.record({
  responses: fc.oneof(nastyResponses, marketResponses),
  happenings: fc.array(happening, { minLength: 2, maxLength: 16 }),
});

function timed(event: ServedEvent, time: number): ServedEvent {
  return { ...event, header: { ...event.header, generated_time: new Date(time).toISOString() } };
}

function turned(event: ServedEvent): ServedEvent {
  const copy = structuredClone(event);
  copy.data.money_tracker?.entrants?.reverse();
  for (const list of [copy.data.dividends, copy.data.race.tips])
    (list as Json[] | null | undefined)?.reverse();
  return copy;
}

test('a recorder that does not read what says the same again records what one that reads everything records', () => {
  let same = 0;
  hold(
    fc.property(stories, ({ responses, happenings }) => {
      const recorders = [new Recorder(true), new Recorder(false)] as const;
      const waiting = [...responses];
      let last = timed(waiting.shift() ?? served(startTime), start - 6_000_000);
      // Two polls of one time would be one row, and no response is dated later than it is received.
      let now = start - 2_000_000;
      const all = (what: (recorder: Recorder) => void): void => {
        now = Math.max(now + 1_000, Date.parse(last.header.generated_time));
        recorders.forEach(what);
      };
      all((recorder) => {
        recorder.poll(last, now);
      });
      for (const one of happenings) {
        const told = Date.parse(last.header.generated_time);
        if (one.kind === 'listing') {
          all((recorder) => {
            recorder.listing(one.status, one.later, told + one.after);
          });
        } else {
          // A response that is dated early tells prices of times to come.
          const next = one.kind === 'next' ? waiting.shift() : undefined;
          last =
            one.kind === 'again' || next === undefined
              ? timed(turned(last), told + ('after' in one ? one.after : 0))
              : timed(next, Date.parse(next.header.generated_time) - ('early' in one ? one.early : 0));
          all((recorder) => {
            recorder.poll(last, now);
          });
        }
        const [recognising, reading] = recorders;
        expect(recognising.rows).toEqual(reading.rows);
        expect({ ...recognising.state, known: null }).toEqual({ ...reading.state, known: null });
      }
      same += recorders[0].same;
    }),
    400,
  );
  expect(same).toBeGreaterThan(200);
});

test('what an older response brought to light is no reason to pass over what the newest one says of it', () => {
  const time = (minute: number): string => new Date(start - (60 - minute) * 60_000).toISOString();
  const priced = (
    minute: number,
    prices: readonly (readonly [minute: number, price: number])[],
  ): ServedEvent =>
    served(time(minute), {
      runners: [
        runner('a', {
          odds: { fixed_win: 2 },
          flucs: prices.map(([, fluc]) => fluc),
          flucs_with_timestamp: { last_six: prices.map(([at, fluc]) => ({ timestamp: time(at), fluc })) },
        }),
      ],
    });
  const older = priced(4, [[3, 3]]);
  // Told alone, its second price is that of before.
  const newest = (minute: number): ServedEvent =>
    priced(minute, [
      [1, 2],
      [5, 2],
    ]);
  const histories = [true, false].map((recognises) => {
    const recorder = new Recorder(recognises);
    for (const [index, event] of [newest(10), newest(11), older, newest(12), newest(13)].entries()) {
      recorder.poll(event, start + index * 1_000);
    }
    return { rows: recorder.rows, same: recorder.same };
  });
  const [recognising, reading] = histories;
  expect(recognising?.rows).toEqual(reading?.rows);
  const prices = [...(reading?.rows ?? [])].filter(([key]) => key.startsWith('odds_history'));
  expect(prices.map(([, row]) => row.odds)).toEqual([2, 3, 2]);
  expect([recognising?.same, reading?.same]).toEqual([2, 0]);
});

test('a price that an older response dates after the newest one counts once its time has come', () => {
  const absent = (time: number): ServedEvent => timed(served(startTime), time);
  const told = start - 1_800_000;
  const priced = (time: number, at: number, price: number): ServedEvent =>
    timed(
      served(startTime, {
        runners: [
          runner('a', {
            odds: { fixed_win: price },
            flucs: [price],
            flucs_with_timestamp: { last_six: [{ timestamp: new Date(at).toISOString(), fluc: price }] },
          }),
        ],
      }),
      time,
    );
  const responses = [
    priced(told, told - 1_000, 2),
    absent(told + 60_000),
    priced(told + 30_000, told + 120_000, 3),
    absent(told + 61_000),
    absent(told + 300_000),
    absent(told + 301_000),
  ];
  const [recognising, reading] = [true, false].map((recognises) => {
    const recorder = new Recorder(recognises);
    for (const [index, event] of responses.entries()) recorder.poll(event, told + 400_000 + index * 1_000);
    return recorder;
  });
  expect(recognising?.rows).toEqual(reading?.rows);
  const prices = [...(reading?.rows ?? [])].filter(([key]) => key.startsWith('odds_history'));
  expect(prices.map(([, row]) => row.odds)).toEqual([2, null, 3, null]);
  expect([recognising?.same, reading?.same]).toEqual([1, 0]);
});
