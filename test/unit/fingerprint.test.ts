import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fingerprint } from '../../src/domain/fingerprint.ts';
import { hold } from '../support/properties.ts';

const unordered = new Set(['tips', 'picks']);
const of = (value: unknown, anyOrder = false): string => fingerprint(value, unordered, anyOrder);

/** The same value with the keys of its objects, and the lists of any order, turned round. */
function turned(value: unknown, name = ''): unknown {
  if (Array.isArray(value)) {
    const members = value.map((member) => turned(member));
    return unordered.has(name) ? members.toReversed() : members;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, turned(member, key)] as const);
  return Object.fromEntries(entries.toReversed());
}

/** A text that is the same for two values exactly when they are the same in whatever order. */
function canonical(value: unknown, name = ''): string {
  if (Array.isArray(value)) {
    const members = value.map((member) => canonical(member));
    return `[${(unordered.has(name) ? members.toSorted() : members).join(',')}]${unordered.has(name) ? 'u' : ''}`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, member]) => `${JSON.stringify(key)}:${canonical(member, key)}`,
  );
  return `{${members.toSorted().join(',')}}`;
}

const keys = fc.constantFrom('tips', 'picks', 'a', 'b', '');
const { json } = fc.letrec<{ json: unknown }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false, 0, 1, -1, 1.5, '', '0', '1', 'true', 'null'),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ maxLength: 5 }),
    fc.array(tie('json'), { maxLength: 4 }),
    fc.dictionary(keys, tie('json'), { maxKeys: 4 }),
  ),
}));

test('a fingerprint is the same whatever the order of keys and of the lists that have none', () => {
  hold(
    fc.property(json, (value) => {
      expect(of(turned(value))).toBe(of(value));
      // As it is read back from a journal.
      expect(of(JSON.parse(JSON.stringify(value)))).toBe(of(value));
    }),
  );
});

test('values that differ in anything else have other fingerprints', () => {
  const told = new Map<string, string>();
  hold(
    fc.property(json, (value) => {
      const text = canonical(value);
      expect(told.get(of(value)) ?? text).toBe(text);
      told.set(of(value), text);
    }),
    3000,
  );
});

test('near values are told apart', () => {
  const near: unknown[] = [
    ...[null, false, true, 0, 1, '', '0', '1', [], {}, [[]], [{}], [null], [0], [''], { a: null }, { a: [] }],
    ...[[1, 2], [2, 1], [12], [1, [2]], [[1], 2], ['ab'], ['a', 'b'], { a: 1, b: 2 }, { a: 2, b: 1 }],
    ...[1.1, 1.2, -1, 2 ** 31, 2 ** 32, 2 ** 53, 5e-324, 1e300, { tips: [1, 1, 2] }, { tips: [1, 2, 2] }],
    ...[{ a: { b: 1 } }, { b: { a: 1 } }, { a: 'b' }, { b: 'a' }, { tips: [[1, 2]] }, { tips: [[2, 1]] }],
  ];
  expect(new Set(near.map((value) => of(value))).size).toBe(near.length);
  expect(of([1, 2], true)).toBe(of([2, 1], true));
  expect(of([1, 2], true)).not.toBe(of([1, 2, 2], true));
  expect(of(-0)).toBe(of(0));
});
