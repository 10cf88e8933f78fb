import fc from 'fast-check';
import { expect, test } from 'vitest';
import { secondsToStart, observation } from '../../src/domain/observation.ts';
import { epochMillis, timestamp } from '../../src/domain/time.ts';
import { hold } from '../support/properties.ts';

test('what lies beyond the millisecond is cut off, never rounded', () => {
  const nanos = fc.bigInt({ min: 0n, max: 4_102_444_800_000_000_000n });
  hold(
    fc.property(nanos, fc.nat({ max: 9 }), (time, digits) => {
      const seconds = new Date(Number(time / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
      const fraction = (time % 1_000_000_000n).toString().padStart(9, '0').slice(0, digits);
      const text = `${seconds}${digits === 0 ? '' : `.${fraction}`}Z`;
      const shown = BigInt(fraction.padEnd(9, '0')) + (time / 1_000_000_000n) * 1_000_000_000n;
      expect(epochMillis(text)).toBe(Number(shown / 1_000_000n));
      expect(timestamp(epochMillis(text))).toBe(`${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
    }),
  );
});

test.each([
  ['2026-02-28T03:10:00Z', '2026-02-28T03:10:00.000Z'],
  ['2026-02-28T03:10:00.123456789Z', '2026-02-28T03:10:00.123Z'],
  ['2026-02-28T16:10:00.9999999+13:00', '2026-02-28T03:10:00.999Z'],
  ['2026-02-27T17:10:00-10:00', '2026-02-28T03:10:00.000Z'],
  ['1969-12-31T23:59:59.9999Z', '1969-12-31T23:59:59.999Z'],
  ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
])('%s is stored as %s', (served, stored) => {
  expect(timestamp(epochMillis(served))).toBe(stored);
});

test.each(['', 'soon', '1', '2026-02-28', '2026-02-28T03:10:00', '2026-02-28 03:10:00Z', '12:50:00 NZST'])(
  '%j is no time, wherever the machine is',
  (text) => {
    expect(epochMillis(text)).toBeNaN();
  },
);

test.each(['9999-12-31T23:59:59-12:00', '0000-01-01T00:00:00+12:00'])(
  '%j is no time: it is of a year that texts do not sort',
  (text) => {
    expect(epochMillis(text)).toBeNaN();
  },
);

test('seconds to the start are fractional, and negative after it', () => {
  const seen = observation('R', 1_000, 2_000, 61_500);
  expect([1_000, 61_500, 61_501, 121_500].map((at) => secondsToStart(seen, at))).toEqual([
    60.5, 0, -0.001, -60,
  ]);
  expect(seen).toMatchObject({ sourceTime: timestamp(1_000), observedAt: timestamp(2_000) });
});

test('a text in the form of the feed is the time that Date reads, or none where Date reads none', () => {
  const part = (max: number) => fc.nat({ max }).map((number) => String(number).padStart(2, '0'));
  const parts = fc.tuple(part(99), part(13), part(32), part(25), part(61), part(61));
  const fraction = fc.constantFrom('', '.', '.1', '.12', '.123', '.1239', '.123456789', '.1x');
  hold(
    fc.property(fc.constantFrom('19', '20', '2x'), parts, fraction, (century, parts, fraction) => {
      const [year, month, day, hour, minute, second] = parts;
      const text = `${century}${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}Z`;
      expect(epochMillis(text)).toBe(/\.(Z|.*x)/.test(text) ? NaN : Date.parse(text));
    }),
    2_000,
  );
});

test('a time is stored as Date writes it', () => {
  const years = fc.integer({ min: -62_167_219_200_000, max: 253_402_300_799_999 });
  const times = fc.oneof(years, fc.integer({ min: 1_700_000_000_000, max: 1_700_200_000_000 }), fc.double());
  const written = (write: () => string): string => {
    try {
      return write();
    } catch (error) {
      return String(error);
    }
  };
  hold(
    fc.property(times, (millis) => {
      expect(written(() => timestamp(millis))).toBe(written(() => new Date(millis).toISOString()));
    }),
    2_000,
  );
});
