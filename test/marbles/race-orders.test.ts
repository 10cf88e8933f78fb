import { EMPTY, catchError, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { RaceOrder } from '../../src/streams/race-context.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { actor, known, reports, story } from '../support/streams-story.ts';

const noon = { status: 'Open', start: timeOf('12:00'), win: 2 };

describe('what tells a race', () => {
  it(
    'ends it when it fails: its supervisor begins it anew',
    marbles((m) => {
      const s = story(m, '11:56:02', { event: () => EMPTY, race: noon, store: known('11:56:00', noon) });
      const order$ = m.hot<RaceOrder>('3s #', {}, new Error('The listing fails.'));
      m.expect(actor(s, order$), '9s !').toBeObservable('3s #', {}, new Error('The listing fails.'));
      m.expect(order$).toHaveSubscriptions('^ 2999ms !');
    }),
  );

  it(
    'ends it with the order that is a fault of our own',
    marbles((m) => {
      const s = story(m, '11:56:02', { event: () => EMPTY, race: noon, store: known('11:56:00', noon) });
      const order$ = m.hot('3s o', { o: { kind: 'listed' } as RaceOrder });
      const faults: unknown[] = [];
      const told$ = actor(s, order$).pipe(
        catchError((error: unknown) => {
          faults.push(error);
          return of('fault');
        }),
      );
      m.expect(told$, '9s !').toBeObservable('3s (f|)', { f: 'fault' });
      m.flush();
      expect(faults).toMatchObject([{ name: 'TypeError' }]);
    }),
  );

  it(
    'is left when the race is',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56:02', { event: () => answer$, race: noon, store: known('11:56:00', noon) });
      const clockSet$ = m.hot<number>('');
      const order$ = m.hot<RaceOrder>('');
      m.expect(actor({ ...s, clockSet$ }, order$), '9s !').toBeObservable('8200ms u', reports);
      m.expect(clockSet$).toHaveSubscriptions('^ 8999ms !');
      m.expect(order$).toHaveSubscriptions('^ 8999ms !');
    }),
  );
});
