import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digest, rowId } from '../../src/domain/ids.ts';
import { hold } from '../support/properties.ts';

test('an id is the first 32 hexadecimal digits of SHA-256 over the key', () => {
  // printf 'entrant|fixed_win|2026-03-01T03:00:00.000Z|2.4|poll' | sha256sum | cut -c-32
  expect(rowId('entrant', 'fixed_win', '2026-03-01T03:00:00.000Z', 2.4, 'poll')).toBe(
    '6054f768242a7ebb3e30cc1de8625668',
  );
  // printf 'a||Ellerslie – 3' | sha256sum | cut -c-32
  expect(rowId('a', null, 'Ellerslie – 3')).toBe('93103608b8724cdeca404ce21f8f3f60');
});

test('null stands as nothing, and numbers as JavaScript prints them', () => {
  const numbers: [number, string][] = [
    [2, '2'],
    [2.5, '2.5'],
    [0.1 + 0.2, '0.30000000000000004'],
    [4037.8999999999996, '4037.8999999999996'],
    [1e21, '1e+21'],
    [-0, '0'],
  ];
  for (const [number, text] of numbers) expect(rowId('a', number, null)).toBe(digest(`a|${text}|`));
});

test('the same key has the same id, and another key another', () => {
  const part = fc.oneof(fc.constant(null), fc.double({ noNaN: true }), fc.string({ minLength: 1 }));
  hold(
    fc.property(fc.array(part, { minLength: 1 }), (parts) => {
      const key = parts.map((each) => (each === null ? '' : String(each))).join('|');
      expect(rowId(...parts)).toBe(createHash('sha256').update(key, 'utf8').digest('hex').slice(0, 32));
      expect(rowId(...parts, 'more')).not.toBe(rowId(...parts));
    }),
  );
});
