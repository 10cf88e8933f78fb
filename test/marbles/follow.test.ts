import { ReplaySubject } from 'rxjs';
import { describe, it } from 'vitest';
import { follow } from '../../src/sinks/appwrite/follow.ts';
import type { FollowStep } from '../../src/sinks/appwrite/follow.ts';
import { marbles } from '../support/marbles.ts';
import type { Marbles } from '../support/marbles.ts';

const done = (more: boolean): FollowStep => ({ kind: 'done', more });
const failed = (failures: number, waitMs: number): FollowStep => ({
  kind: 'failed',
  error: 'down',
  failures,
  waitMs,
});
const values = { f: false, t: true };

function options(m: Marbles) {
  return {
    lingerMs: 10,
    waitAfter: (_: unknown, failures: number) => failures * 4,
    scheduler: m.scheduler,
  };
}

/** Rounds that go one after the other as these diagrams say; the last one says it of all further ones. */
function rounds(m: Marbles, ...diagrams: string[]) {
  const round$ = diagrams.map((diagram) => m.cold(diagram, values, 'down'));
  let next = 0;
  return { round$, round: () => round$[Math.min(next++, round$.length - 1)] ?? m.cold('') };
}

describe('follow', () => {
  it(
    'begins at once, and makes the next round a while after the one before has ended',
    marbles((m) => {
      const { round, round$ } = rounds(m, '---(f|)');
      const unsub = '                    ------------------!';
      m.expect(follow(round, options(m)), unsub).toBeObservable('---a------------a', { a: done(false) });
      m.expect(round$[0] ?? m.cold('')).toHaveSubscriptions(['^--!', '-------------^--!']);
    }),
  );

  it(
    'goes on at once while there is more, one round at a time',
    marbles((m) => {
      const { round, round$ } = rounds(m, '--(t|)', '--(t|)', '-(f|)');
      const unsub = '                    ---------!';
      const steps = { a: done(true), b: done(false) };
      m.expect(follow(round, options(m)), unsub).toBeObservable('--a-ab', steps);
      m.expect(round$[0] ?? m.cold('')).toHaveSubscriptions('^-!');
      m.expect(round$[1] ?? m.cold('')).toHaveSubscriptions('--^-!');
      m.expect(round$[2] ?? m.cold('')).toHaveSubscriptions('----^!');
    }),
  );

  it(
    'waits longer after each failure, and forgets them with the first success',
    marbles((m) => {
      const { round } = rounds(m, '-#', '-#', '-(f|)', '-#', '-(f|)');
      const steps = { a: failed(1, 4), b: failed(2, 8), c: done(false) };
      const expected = '-a----b--------c----------a----c';
      m.expect(follow(round, options(m)), `${'-'.repeat(34)}!`).toBeObservable(expected, steps);
    }),
  );

  it(
    'never ends by itself, whatever fails',
    marbles((m) => {
      const { round, round$ } = rounds(m, '#');
      const broken = { ...options(m), waitAfter: () => 2 };
      const steps = { a: failed(1, 2), b: failed(2, 2), c: failed(3, 2) };
      m.expect(follow(round, broken), '-----!').toBeObservable('a-b-c-', steps);
      m.expect(round$[0] ?? m.cold('')).toHaveSubscriptions(['(^!)', '--(^!)', '----(^!)']);
    }),
  );

  it(
    'starts the next round when nudged while it waits, and only then',
    marbles((m) => {
      const { round } = rounds(m, '---(f|)');
      const nudge$ = m.hot('      -n----n-----', { n: 1 });
      const unsub = '             ------------!';
      const expected = '          ---a-----a';
      m.expect(follow(round, { ...options(m), nudge$ }), unsub).toBeObservable(expected, { a: done(false) });
    }),
  );

  it(
    'is not nudged out of the wait after a failure',
    marbles((m) => {
      const { round } = rounds(m, '-#', '-(f|)');
      const nudge$ = m.hot('      --n---------', { n: 1 });
      const unsub = '             -------!';
      const steps = { a: failed(1, 4), b: done(false) };
      m.expect(follow(round, { ...options(m), nudge$ }), unsub).toBeObservable('-a----b', steps);
    }),
  );

  it(
    'lets the round under way end when it is stopped, and starts no other',
    marbles((m) => {
      const { round, round$ } = rounds(m, '-----(t|)');
      const stop$ = m.cold('              --s', { s: 1 });
      const expected = '                  -----(a|)';
      m.expect(follow(round, { ...options(m), stop$: replayed(m, stop$) })).toBeObservable(expected, {
        a: done(true),
      });
      m.expect(round$[0] ?? m.cold('')).toHaveSubscriptions('^----!');
    }),
  );

  it(
    'ends at once when it is stopped while it waits',
    marbles((m) => {
      const { round } = rounds(m, '-(f|)');
      const stop$ = m.hot('      -----s', { s: 1 });
      m.expect(follow(round, { ...options(m), stop$ })).toBeObservable('-a---|', { a: done(false) });
    }),
  );

  it(
    'gives the round under way up when nobody listens any more',
    marbles((m) => {
      const { round, round$ } = rounds(m, '-----(f|)');
      m.expect(follow(round, options(m)), '--!').toBeObservable('---');
      m.expect(round$[0] ?? m.cold('')).toHaveSubscriptions('^-!');
    }),
  );
});

/** What also late subscribers are told. */
function replayed<T>(m: Marbles, source$: ReturnType<typeof m.cold<T>>) {
  const told$ = new ReplaySubject<T>(1);
  source$.subscribe(told$);
  return told$;
}
