import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { marbles } from '../support/marbles.ts';
import type { Marbles } from '../support/marbles.ts';

describe('a marble test', () => {
  const failing: readonly [string, () => void][] = [
    [
      'whose values differ',
      marbles((m) => {
        m.expect(m.cold('a|')).toBeObservable('b|');
      }),
    ],
    [
      'whose times differ',
      marbles((m) => {
        m.expect(m.cold('-a|')).toBeObservable('a|');
      }),
    ],
    [
      'whose errors differ',
      marbles((m) => {
        m.expect(m.cold('#', {}, new Error('this'))).toBeObservable('#', {}, new Error('that'));
      }),
    ],
    [
      'whose subscriptions differ',
      marbles((m) => {
        const source$ = m.cold('a---');
        m.expect(source$, '--!').toBeObservable('a');
        m.expect(source$).toHaveSubscriptions('^---!');
      }),
    ],
    [
      'that expects nothing',
      marbles((m) => {
        m.cold('a|');
      }),
    ],
    [
      'that compares nothing',
      marbles((m) => {
        m.expect(m.cold('a|'));
      }),
    ],
    [
      'that forgets one comparison of two',
      marbles((m) => {
        m.expect(m.cold('a|')).toBeObservable('a|');
        m.expect(m.cold('a|'));
      }),
    ],
    [
      'that is asynchronous',
      // The type forbids what the test is about.
      marbles((async (m: Marbles) => {
        await Promise.resolve();
        m.expect(of(1)).toBeObservable('a|');
      }) as (m: Marbles) => void),
    ],
    [
      'that returns something',
      marbles(((m: Marbles) => {
        m.expect(m.cold('a|')).toBeObservable('a|');
        return m;
      }) as (m: Marbles) => void),
    ],
  ];

  it.each(failing)('%s fails', (_name, test) => {
    expect(test).toThrow();
  });

  it('that is right passes', () => {
    const source = marbles((m) => {
      const source$ = m.cold('a---');
      m.expect(source$, '--!').toBeObservable('a');
      m.expect(source$).toHaveSubscriptions('^-!');
    });
    expect(source).not.toThrow();
  });
});
