import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { epochMillis } from '../../src/domain/time.ts';
import { printOf, sameAs } from '../../src/sources/tab/sameness.ts';
import { hashesLoaded } from '../../src/sources/tab/hashing.ts';
import { hold } from '../support/properties.ts';
import { served, startTime } from '../support/snapshots.ts';
import type { Json, ServedEvent } from '../support/snapshots.ts';
import { nastyResponses } from '../support/snapshots-nasty.ts';

await hashesLoaded;

function bytesOf(body: unknown): Buffer {
  return Buffer.from(JSON.stringify(body));
}

/** What is said when `body` comes after `before`. */
function said(before: unknown, body: Buffer): number | null {
  const print = printOf(bytesOf(before), before);
  return print && sameAs(print, body);
}

const slices = [
  { entrant_id: 'a', hold_percentage: 4, bet_percentage: 2 },
  { entrant_id: 'b', hold_percentage: 1, bet_percentage: 2 },
  { entrant_id: 'a', hold_percentage: 7, bet_percentage: null },
];
const dividends = [
  { id: 1, positions: [{ runner: 7 }, { runner: 2 }, { runner: 4 }, { runner: 1 }] },
  { id: 2, positions: [] },
];
const event: ServedEvent = {
  header: { generated_time: '2026-03-01T03:00:00.5Z' },
  data: {
    race: { ...served(startTime).data.race, tips: ['x', 'ü', 'z'] },
    dividends,
    runners: [],
    money_tracker: { entrants: slices },
  },
};

function again(time: string, change: (data: ServedEvent['data']) => void = () => undefined): Buffer {
  const copy = structuredClone({ ...event, header: { generated_time: time } });
  change(copy.data);
  return bytesOf(copy);
}

const later = '2026-03-01T03:00:10.123456789Z';

describe('a response after another one', () => {
  it('is the same when only its time is another, however many digits that has', () => {
    for (const time of [later, '2026-03-01T03:00:10Z', '2026-03-01T16:00:10.25+13:00']) {
      expect(said(event, again(time))).toBe(epochMillis(time));
    }
  });

  it('is the same when money slices, dividends and tips come in another order', () => {
    const turned = again(later, (data) => {
      data.money_tracker?.entrants?.reverse();
      (data.dividends as Json[]).reverse();
      (data.race.tips as Json[]).reverse();
    });
    expect(turned.equals(again(later))).toBe(false);
    expect(said(event, turned)).toBe(epochMillis(later));
  });

  it.each<[string, (data: ServedEvent['data']) => void]>([
    [
      'a figure moves',
      (data) => Object.assign(data.money_tracker?.entrants?.[0] ?? {}, { bet_percentage: 3 }),
    ],
    [
      'figures go to another runner',
      (data) => {
        const [one, other] = data.money_tracker?.entrants ?? [];
        if (one && other) [one.entrant_id, other.entrant_id] = [other.entrant_id, one.entrant_id];
      },
    ],
    [
      'members of a list within a list change places',
      (data) =>
        (data.dividends as { positions: Json[] }[])[0]?.positions.splice(1, 2, { runner: 4 }, { runner: 2 }),
    ],
    ['a list of which the order counts is turned', (data) => (data.results = [2, 1])],
    ['a slice is told twice', (data) => data.money_tracker?.entrants?.push(slices[0] ?? never())],
    ['the start moves', (data) => (data.race.advertised_start = 1)],
    ['the status is another', (data) => (data.race.status = 'OPEN')],
  ])('is not the same when %s', (_, change) => {
    const before = structuredClone(event);
    before.data.results = [1, 2];
    const copy = structuredClone(before);
    change(copy.data);
    expect(said(before, bytesOf({ ...copy, header: { generated_time: later } }))).toBeNull();
  });

  it('is not the same when its time is none, or its bytes end early', () => {
    expect(said(event, again('yesterday'))).toBeNull();
    expect(said(event, again(later).subarray(0, -1))).toBeNull();
    expect(said(event, Buffer.from(again(later).toString().slice(0, 40)))).toBeNull();
    expect(said(event, Buffer.alloc(0))).toBeNull();
  });

  it('is not the same when a list that was one has become bytes of another kind', () => {
    const text = again(later).toString();
    expect(said(event, Buffer.from(text.replace('[{"entrant_id":"a"', '[["entrant_id":"a"')))).toBeNull();
    expect(said(event, Buffer.from(text.replace('{"id":2,', '{"id":2;')))).toBeNull();
  });

  it('changes nothing of what is known when texts hold what lists are cut at', () => {
    const tricky = structuredClone(event);
    tricky.data.money_tracker = {
      entrants: [{ entrant_id: 'a},{b' }, { entrant_id: ']' }, { entrant_id: '"x"' }],
    };
    const copy = structuredClone(tricky);
    copy.data.money_tracker?.entrants?.reverse();
    expect(said(tricky, bytesOf(copy))).toBe(epochMillis(event.header.generated_time));
    copy.data.money_tracker = {
      entrants: [{ entrant_id: 'b},{a' }, { entrant_id: ']' }, { entrant_id: '"x"' }],
    };
    expect(said(tricky, bytesOf(copy))).toBeNull();
  });
});

describe('what is laid out otherwise is not told from its bytes', () => {
  it.each([
    ['a body without a header', { data: event.data, header: event.header }],
    ['a time within another object', { header: { of: { generated_time: later }, generated_time: later } }],
    ['a header whose time is no text', { header: { generated_time: 5 } }],
    ['a list', []],
    ['null', null],
  ])('%s', (_, body) => {
    expect(printOf(bytesOf(body), body)).toBeNull();
  });

  it('spaces between its parts', () => {
    expect(printOf(Buffer.from(JSON.stringify(event, null, 1)), event)).toBeNull();
  });

  it('a list is compared with its order where it is written otherwise than it would be now', () => {
    const text = JSON.stringify(event).replace('"hold_percentage":4', '"hold_percentage":4.0');
    const print = printOf(Buffer.from(text), JSON.parse(text));
    expect(print && sameAs(print, Buffer.from(text))).not.toBeNull();
    const turned = structuredClone(event);
    turned.data.money_tracker?.entrants?.reverse();
    const other = JSON.stringify(turned).replace('"hold_percentage":4', '"hold_percentage":4.0');
    expect(print && sameAs(print, Buffer.from(other))).toBeNull();
  });
});

/** What a response says: its text with the lists in one order, and without its time. */
function essence(body: Buffer): string {
  const { header, data, ...others } = JSON.parse(body.toString()) as ServedEvent;
  const sorted = (list: Json | undefined): Json | undefined =>
    Array.isArray(list) ? list.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)) : list;
  const entrants = sorted(data.money_tracker?.entrants);
  return JSON.stringify([
    { ...header, generated_time: null },
    others,
    { ...data, dividends: sorted(data.dividends), money_tracker: { ...data.money_tracker, entrants } },
    { ...data.race, tips: sorted(data.race.tips) },
  ]).replace(/"tips":\[[^\]]*\]/, '');
}

/** The bytes of a response with some of them changed: another value, one more, one less, or two pieces exchanged. */
const damaged = nastyResponses
  .chain((list) => fc.constantFrom(...list))
  .chain((before) => {
    const bytes = bytesOf(before);
    // The time stands near the beginning.
    const at = fc.oneof(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 28, max: 56 }));
    const digits = fc.constantFrom(...Buffer.from('0123456789abTZ.+-"{}[],:'));
    const edit = fc.oneof(
      fc.tuple(at, digits).map(
        ([place, byte]) =>
          (copy: number[]) =>
            copy.splice(place, 1, byte),
      ),
      fc.tuple(at, digits).map(
        ([place, byte]) =>
          (copy: number[]) =>
            copy.splice(place, 0, byte),
      ),
      at.map((place) => (copy: number[]) => copy.splice(place, 1)),
      fc.tuple(at, at).map(([from, to]) => (copy: number[]) => {
        const [one, other] = [copy[from] ?? 0, copy[to] ?? 0];
        copy[from] = other;
        copy[to] = one;
      }),
    );
    return fc.array(edit, { minLength: 1, maxLength: 2 }).map((edits) => {
      const copy = [...bytes];
      for (const change of edits) change(copy);
      return { before, body: Buffer.from(copy) };
    });
  });

describe('a response that is told to be the same', () => {
  it('says the same, whatever happened to its bytes', () => {
    let told = 0;
    hold(
      fc.property(damaged, ({ before, body }) => {
        if (said(before, body) === null) return;
        told++;
        expect(essence(body)).toBe(essence(bytesOf(before)));
      }),
      2_000,
    );
    expect(told).toBeGreaterThan(20);
  });

  it('says the same, when it is another response of the race', () => {
    hold(
      fc.property(
        nastyResponses,
        nastyResponses,
        ([one = served(startTime)], [other = served(startTime)]) => {
          if (said(one, bytesOf(other)) === null) return;
          expect(essence(bytesOf(other))).toBe(essence(bytesOf(one)));
        },
      ),
    );
  });
});

function never(): never {
  throw new Error('this is there');
}
