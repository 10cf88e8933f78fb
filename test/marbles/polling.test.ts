import { describe, it } from 'vitest';
import { polling } from '../../src/streams/polling.ts';
import type { Due } from '../../src/streams/polling.ts';
import { marbles } from '../support/marbles.ts';

const poll: Due = { kind: 'poll', due: 1 };
const seventh: Due = { kind: 'poll', due: 7 };
const done: Due = { kind: 'done' };

describe('polling', () => {
  it(
    'makes a poll for each due',
    marbles((m) => {
      const due$ = m.hot('--p---p--', { p: poll });
      const ask$ = m.hot('---------');
      const answer$ = m.cold('  -(a|)');
      const end$ = m.cold('(e|)');
      m.expect(
        polling(
          due$,
          ask$,
          () => answer$,
          () => end$,
        ),
      ).toBeObservable('---a---a-');
      m.expect(answer$).toHaveSubscriptions(['--^!', '------^!']);
      m.expect(end$).toHaveSubscriptions([]);
    }),
  );

  it(
    'makes one poll at a time: a due that comes meanwhile neither starts another nor ends the one under way',
    marbles((m) => {
      const due$ = m.hot('--p-p-p-p', { p: poll });
      const ask$ = m.hot('---a-----', { a: poll });
      const answer$ = m.cold('  -----(a|)');
      m.expect(
        polling(
          due$,
          ask$,
          () => answer$,
          () => answer$,
        ),
      ).toBeObservable('-------a-----a');
      m.expect(answer$).toHaveSubscriptions(['--^----!', '--------^----!']);
    }),
  );

  it(
    'polls out of turn when asked',
    marbles((m) => {
      const due$ = m.hot('---------');
      const ask$ = m.hot('---a-----', { a: seventh });
      const answer$ = m.cold('   -(a|)');
      const asked: number[] = [];
      const poll = (due: number) => {
        asked.push(due);
        return answer$;
      };
      m.expect(polling(due$, ask$, poll, () => answer$)).toBeObservable('----a');
      m.expect(answer$).toHaveSubscriptions('---^!');
    }),
  );

  it(
    'ends when told to, and not before',
    marbles((m) => {
      const due$ = m.hot('p---d', { p: poll, d: done });
      const ask$ = m.hot('-----');
      const answer$ = m.cold('-(a|)');
      const end$ = m.cold('    (e|)');
      m.expect(
        polling(
          due$,
          ask$,
          () => answer$,
          () => end$,
        ),
      ).toBeObservable('-a--e');
      m.expect(answer$).toHaveSubscriptions('^!');
      m.expect(end$).toHaveSubscriptions('----(^!)');
    }),
  );

  it(
    'fails with a poll that fails by a fault of our own',
    marbles((m) => {
      const due$ = m.hot('p---p', { p: poll });
      const answer$ = m.cold('-#');
      m.expect(
        polling(
          due$,
          m.hot('-'),
          () => answer$,
          () => answer$,
        ),
      ).toBeObservable('-#');
      m.expect(due$).toHaveSubscriptions('^!');
    }),
  );
});
