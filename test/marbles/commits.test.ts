import { concat, ignoreElements, map, merge, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/domain/tables.ts';
import { Commits } from '../../src/streams/commits.ts';
import type { Prepared } from '../../src/streams/commits.ts';
import { marbles } from '../support/marbles.ts';
import type { Marbles } from '../support/marbles.ts';

const full = new Error('the disk is full');
const fault = new Error('a fault of our own');

/** A change that is known by its key. */
const change = (key: string): Change => ({ table: 'races', key, patch: {} });

/** A store that is told commits, refuses some, and commits 5 ms after the first of them came. */
function committing(m: Marbles, refused: readonly string[] = []) {
  const told: string[] = [];
  const store = {
    commitEach: (each: readonly (readonly Change[])[]): (Error | null)[] => {
      const names = each.map((changes) => changes.map((one) => ('key' in one ? one.key : '')).join());
      told.push(names.join(' '));
      return names.map((name) => (refused.includes(name) ? full : null));
    },
  };
  const soon = (work: () => void): void => {
    m.scheduler.schedule(work, 5);
  };
  return { commits: new Commits(store, soon), told };
}

/** Prepares one change, and says whether it was committed. */
function one(key: string): () => Prepared<string> {
  return () => ({
    changes: [change(key)],
    finish: (failure) => (failure === null ? key : `no ${key}`),
  });
}

/** The same some milliseconds later. */
function after<T>(ms: number, work$: Observable<T>, m: Marbles): Observable<T> {
  return concat(timer(ms, m.scheduler).pipe(ignoreElements()), work$);
}

describe('commits', () => {
  it(
    'are made together when they come together, in their order',
    marbles((m) => {
      const { commits, told } = committing(m);
      const all$ = merge(
        commits.run(one('a')),
        after(2, commits.run(one('b')), m),
        after(6, commits.run(one('c')), m),
      );
      m.expect(all$).toBeObservable('5ms (ab) 2ms (c|)');
      m.flush();
      expect(told).toEqual(['a b', 'c']);
    }),
  );

  it(
    'are made in parts where they are of very many rows, so that other work has its turn between',
    marbles((m) => {
      const { commits, told } = committing(m);
      const many = (key: string, rows: number) => (): Prepared<string> => ({
        changes: Array.from({ length: rows }, () => change(key)),
        finish: () => key,
      });
      const all$ = merge(
        commits.run(many('a', 300)),
        commits.run(many('b', 300)),
        commits.run(many('c', 600)),
        after(7, commits.run(many('d', 1)), m),
      );
      m.expect(all$).toBeObservable('5ms (ab) 1ms c 4ms (d|)');
      m.flush();
      expect(told.map((each) => new Set(each.replaceAll(',', ' ').split(' ')))).toEqual([
        new Set(['a', 'b']),
        new Set(['c']),
        new Set(['d']),
      ]);
    }),
  );

  it(
    'are prepared from what is so when they are made',
    marbles((m) => {
      const { commits } = committing(m);
      let now = 'early';
      m.scheduler.schedule(() => {
        now = 'late';
      }, 4);
      m.expect(commits.run(() => one(now)())).toBeObservable('5ms (l|)', { l: 'late' });
    }),
  );

  it(
    'that are refused are told to whom they belong, and nobody else',
    marbles((m) => {
      const { commits } = committing(m, ['b']);
      const all$ = merge(...['a', 'b', 'c'].map((key) => commits.run(one(key))));
      m.expect(all$).toBeObservable('5ms (anc|)', { a: 'a', n: 'no b', c: 'c' });
    }),
  );

  it(
    'fail for whom they cannot be prepared or finished, and nobody else',
    marbles((m) => {
      const { commits, told } = committing(m);
      const fails = (): never => {
        throw fault;
      };
      m.expect(commits.run(fails)).toBeObservable('5ms #', {}, fault);
      m.expect(commits.run(one('a'))).toBeObservable('5ms (a|)');
      m.expect(commits.run(() => ({ changes: [change('b')], finish: fails }))).toBeObservable(
        '5ms #',
        {},
        fault,
      );
      m.expect(commits.run(one('c'))).toBeObservable('5ms (c|)');
      m.flush();
      expect(told).toEqual(['a b c']);
    }),
  );

  it(
    'that nobody waits for any more are not made',
    marbles((m) => {
      const { commits, told } = committing(m);
      const all$ = merge(commits.run(one('a')), commits.run(one('b')));
      m.expect(all$, '4ms !').toBeObservable('-');
      m.expect(commits.run(one('c'))).toBeObservable('5ms (c|)');
      m.flush();
      expect(told).toEqual(['c']);
    }),
  );

  it(
    'are all finished before anything is told: who hears of one finds the others done',
    marbles((m) => {
      const { commits } = committing(m);
      let finished = 0;
      const counted = (): Prepared<number> => ({ changes: [], finish: () => ++finished });
      const both$ = merge(commits.run(counted), commits.run(counted));
      m.expect(both$.pipe(map(() => finished))).toBeObservable('5ms (bb|)', { b: 2 });
    }),
  );
});
