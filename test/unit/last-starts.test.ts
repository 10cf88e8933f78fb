import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LastStarts, cut, decodeEvent } from '../../src/sources/tab/last-starts.ts';
import { parseEvent } from '../../src/sources/tab/parse.ts';
import { hashesLoaded } from '../../src/sources/tab/hashing.ts';
import { hold } from '../support/properties.ts';
import { runner, served, startTime } from '../support/snapshots.ts';
import type { Json, JsonObject } from '../support/snapshots.ts';

await hashesLoaded;

const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** As it would come out of the parser alone. */
const whole = (json: unknown): unknown => JSON.parse(JSON.stringify(json));

function starts(count: number, text = 'Ellerslie'): object[] {
  return Array.from({ length: count }, (_, index) => ({ track: `${text} ${index}`, margin: '0.75 Lengths' }));
}

const long = starts(30);

function event(runners: readonly object[], more: object = {}): object {
  return { header: {}, data: { runners, favourite: null, mover: null, ...more } };
}

function cutOut(json: unknown): number {
  return cut(bytesOf(json)).starts.length;
}

describe('past starts', () => {
  it('are cut out of runners and of their copies, and come back as they were served', () => {
    const json = event([{ last_starts: long, name: 'Kia Ora' }, { last_starts: starts(40, 'Te Rapa – 3') }], {
      mover: { last_starts: long },
    });
    const decoded = decodeEvent(bytesOf(json)) as { data: { runners: { last_starts: unknown }[] } };
    expect(decoded.data.runners[0]?.last_starts).toBeInstanceOf(LastStarts);
    expect(whole(decoded)).toEqual(json);
    expect(cutOut(json)).toBe(3);
  });

  it('are parsed with the rest when they are short, null, or no list of objects', () => {
    for (const last_starts of [starts(2), null, [], ['a'.repeat(600)], 'b'.repeat(600), { a: 1 }]) {
      const json = event([{ last_starts }]);
      expect(cutOut(json)).toBe(0);
      expect(decodeEvent(bytesOf(json))).toEqual(json);
    }
  });

  it('are parsed with the rest when their end is not where it seems to be', () => {
    const nested = event([{ last_starts: [{ a: [{ b: 'c'.repeat(600) }], d: 1 }] }]);
    const inText = event([{ last_starts: [{ a: `}]${'b'.repeat(600)}` }, ...long] }]);
    for (const json of [nested, inText]) expect(decodeEvent(bytesOf(json))).toEqual(json);
  });

  it('are parsed with the rest where no runner has them', () => {
    const json = event([{ deep: { last_starts: long } }], { pools: [{ last_starts: long }] });
    expect(cutOut(json)).toBe(2);
    expect(decodeEvent(bytesOf(json))).toEqual(json);
  });

  it('are not cut out of a text that looks like them', () => {
    const name = JSON.stringify({ last_starts: long });
    const json = event([{ name, last_starts: long }]);
    expect(whole(decodeEvent(bytesOf(json)))).toEqual(json);
  });

  it('that are served twice in one runner are those that are served last', () => {
    const text = `{"data":{"runners":[{"last_starts":${JSON.stringify(long)},"last_starts":${JSON.stringify(starts(31))}}]}}`;
    expect(whole(decodeEvent(Buffer.from(text)))).toEqual(JSON.parse(text));
  });

  it('hide no damage: what JSON.parse refuses is refused', () => {
    const text = JSON.stringify(event([{ last_starts: long }, { last_starts: starts(40) }]));
    hold(
      fc.property(
        fc.nat(text.length - 1),
        fc.constantFrom('', '"', ']', '}', '{', ',', '\\', 'x'),
        (at, put) => {
          const damaged = Buffer.from(text.slice(0, at) + put + text.slice(at + 1));
          const outcome = (parse: () => unknown): unknown => {
            let json: unknown;
            try {
              json = parse();
            } catch {
              return 'refused';
            }
            return whole(json);
          };
          expect(outcome(() => decodeEvent(damaged))).toEqual(outcome(() => JSON.parse(damaged.toString())));
        },
      ),
      500,
    );
  });
});

describe('the form of a runner', () => {
  const response = (last_starts: unknown, more: JsonObject = {}): Buffer =>
    bytesOf(served(startTime, { runners: [{ ...runner('A'), ...more, last_starts: last_starts as Json }] }));

  it('is written out just as if all had been parsed, and has its digest before that', () => {
    const body = response(long, { spr: 3, form_comment: 'Māori' });
    const [lazy] = parseEvent(decodeEvent(body)).runners;
    const [plain] = parseEvent(JSON.parse(body.toString())).runners;
    expect(lazy?.form).toBe(plain?.form);
    expect(plain?.formDigest).toBeUndefined();
    expect(lazy?.formDigest).toMatch(/^[0-9a-f]{32}$/);
  });

  it('has another digest with other starts, or with anything else of it changed', () => {
    const digestOf = (body: Buffer): string | undefined =>
      parseEvent(decodeEvent(body)).runners[0]?.formDigest;
    const digest = digestOf(response(long, { spr: 3 }));
    expect(digestOf(response(long, { spr: 3 }))).toBe(digest);
    expect(digestOf(response(starts(31), { spr: 3 }))).not.toBe(digest);
    expect(digestOf(response(long, { spr: 4 }))).not.toBe(digest);
  });
});
