import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { marbles } from '../support/marbles.ts';
import type { Marbles } from '../support/marbles.ts';

/** What lint forbids, and a file without lint would not. */
const unlinted = (body: (m: Marbles) => unknown) => marbles(body);

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
        void m.cold('a|');
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
      unlinted(async (m) => {
        await Promise.resolve();
        m.expect(of(1)).toBeObservable('a|');
      }),
    ],
    [
      'that returns something',
      unlinted((m) => {
        m.expect(m.cold('a|')).toBeObservable('a|');
        return m;
      }),
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
