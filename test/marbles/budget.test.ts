import { concat, merge, of, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { ignoreElements } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { RequestBudget } from '../../src/streams/budget.ts';
import { marbles } from '../support/marbles.ts';
import type { Marbles } from '../support/marbles.ts';
import { storyClock } from '../support/streams-clock.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const unlimited = { requestsPerSecond: Infinity, inFlight: 100 };

/** A request that is made at a time, and waits for its turn then. */
function from<T>(ms: number, work$: Observable<T>, m: Marbles): Observable<T> {
  return concat(timer(ms, m.scheduler).pipe(ignoreElements()), work$);
}

describe('a request budget', () => {
  it(
    'lets everything through at once when there is no limit',
    marbles((m) => {
      const budget = new RequestBudget(unlimited, m.scheduler);
      const a$ = m.cold('--(a|)');
      const b$ = m.cold('--(b|)');
      m.expect(merge(budget.run(0, a$), budget.run(hour, b$))).toBeObservable('--(ab|)');
      m.expect(a$).toHaveSubscriptions('^-!');
      m.expect(b$).toHaveSubscriptions('^-!');
    }),
  );

  it(
    'asks nothing before it is subscribed to, and passes failures on',
    marbles((m) => {
      const budget = new RequestBudget({ requestsPerSecond: 1, inFlight: 1 }, m.scheduler);
      const a$ = m.cold('--#', {}, new Error('no'));
      const b$ = m.cold('-(b|)');
      void budget.run(0, b$);
      m.expect(budget.run(0, a$)).toBeObservable('--#', {}, new Error('no'));
      m.expect(a$).toHaveSubscriptions('^-!');
      m.expect(b$).toHaveSubscriptions([]);
    }),
  );

  it(
    'starts no more than so many requests a second, the race nearest its jump first',
    marbles((m) => {
      const budget = new RequestBudget({ requestsPerSecond: 5, inFlight: 6 }, m.scheduler);
      const answers = [1, 2, 3, 4].map(() => m.cold('10ms (a|)'));
      const [now$, far$, near$, middle$] = answers as [Answer, Answer, Answer, Answer];
      type Answer = (typeof answers)[number];
      const all$ = merge(
        budget.run(0, now$),
        budget.run(6 * hour, far$),
        budget.run(minute, near$),
        budget.run(hour, middle$),
      );
      m.expect(all$).toBeObservable('10ms a 199ms a 199ms a 199ms (a|)');
      m.expect(now$).toHaveSubscriptions('^ 9ms !');
      m.expect(near$).toHaveSubscriptions('200ms ^ 9ms !');
      m.expect(middle$).toHaveSubscriptions('400ms ^ 9ms !');
      m.expect(far$).toHaveSubscriptions('600ms ^ 9ms !');
    }),
  );

  it(
    'has no more than so many requests under way',
    marbles((m) => {
      const budget = new RequestBudget({ requestsPerSecond: Infinity, inFlight: 2 }, m.scheduler);
      const slow$ = m.cold('1s (s|)');
      const quick$ = m.cold('300ms (q|)');
      const third$ = m.cold('100ms (t|)');
      const fourth$ = m.cold('100ms (f|)');
      const all$ = merge(
        budget.run(0, slow$),
        budget.run(0, quick$),
        budget.run(1, third$),
        budget.run(2, fourth$),
      );
      m.expect(all$).toBeObservable('300ms q 99ms t 99ms f 499ms (s|)');
      m.expect(third$).toHaveSubscriptions('300ms ^ 99ms !');
      m.expect(fourth$).toHaveSubscriptions('400ms ^ 99ms !');
    }),
  );

  it(
    'never starves a far race: one that has waited long enough goes before near ones',
    marbles((m) => {
      const budget = new RequestBudget({ requestsPerSecond: 1, inFlight: 1 }, m.scheduler);
      // Near races ask for more than the budget gives; the far one starts in two hours.
      const near$ = m.cold('(n|)');
      const far$ = m.cold('(f|)');
      const crowd = Array.from({ length: 1_000 }, (_, i) =>
        from(i * 500, budget.run(0, near$).pipe(ignoreElements()), m),
      );
      const all$ = merge(...crowd, from(250, budget.run(2 * hour, far$), m));
      // Two hours of urgency are outweighed by two minutes of waiting, beside the five that near races are ahead.
      m.expect(all$, '900s !').toBeObservable('841s f');
      m.expect(far$).toHaveSubscriptions('841s (^!)');
    }),
  );

  it(
    'serves a race in its last five minutes before all that an import has queued up',
    marbles((m) => {
      const budget = new RequestBudget({ requestsPerSecond: 1, inFlight: 1 }, m.scheduler);
      const imported$ = m.cold('(i|)');
      const near$ = m.cold('(n|)');
      const queue = Array.from({ length: 400 }, () => budget.run(hour, imported$).pipe(ignoreElements()));
      const near = [60, 240].map((seconds) => from(seconds * 1_000 - 500, budget.run(5 * 60_000, near$), m));
      m.expect(merge(...queue, ...near), '300s !').toBeObservable('60s n 179999ms n');
      m.expect(near$).toHaveSubscriptions(['60s (^!)', '240s (^!)']);
    }),
  );

  it(
    'does not count a request that was given up while it waited',
    marbles((m) => {
      const budget = new RequestBudget({ requestsPerSecond: 1, inFlight: 1 }, m.scheduler);
      const a$ = m.cold('10ms (a|)');
      const b$ = m.cold('10ms (b|)');
      const c$ = m.cold('10ms (c|)');
      m.expect(budget.run(0, a$)).toBeObservable('10ms (a|)');
      m.expect(budget.run(1, b$), '500ms !').toBeObservable('');
      m.expect(budget.run(2, c$)).toBeObservable('1010ms (c|)');
      m.expect(b$).toHaveSubscriptions([]);
      m.expect(c$).toHaveSubscriptions('1s ^ 9ms !');
    }),
  );

  it(
    'frees the place of a request that was given up under way',
    marbles((m) => {
      const budget = new RequestBudget({ requestsPerSecond: Infinity, inFlight: 1 }, m.scheduler);
      const never$ = m.cold('-');
      const b$ = m.cold('10ms (b|)');
      m.expect(budget.run(0, never$), '500ms !').toBeObservable('');
      m.expect(budget.run(1, b$)).toBeObservable('510ms (b|)');
      m.expect(never$).toHaveSubscriptions('^ 499ms !');
      m.expect(b$).toHaveSubscriptions('500ms ^ 9ms !');
    }),
  );

  it(
    'leaves a host alone that asks for it, those that waited already included',
    marbles((m) => {
      const budget = new RequestBudget({ requestsPerSecond: 1, inFlight: 1 }, m.scheduler);
      const a$ = m.cold('10ms (a|)');
      const b$ = m.cold('10ms (b|)');
      const c$ = m.cold('10ms (c|)');
      m.scheduler.schedule(() => {
        budget.hold(30 * second);
      }, 20);
      m.expect(
        merge(budget.run(0, a$), budget.run(1, b$), from(5 * second, budget.run(0, c$), m)),
      ).toBeObservable('10ms a 29999ms b 999ms (c|)');
      m.expect(b$).toHaveSubscriptions('30s ^ 9ms !');
      m.expect(c$).toHaveSubscriptions('31s ^ 9ms !');
    }),
  );

  it(
    'keeps to the longest of several holds',
    marbles((m) => {
      const budget = new RequestBudget(unlimited, m.scheduler);
      budget.hold(300 * second);
      budget.hold(20 * second);
      const a$ = m.cold('10ms (a|)');
      m.expect(budget.run(0, a$)).toBeObservable('300010ms (a|)');
      m.expect(a$).toHaveSubscriptions('300s ^ 9ms !');
    }),
  );

  it(
    'goes on at its pace when the clock is set back an hour',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      const budget = new RequestBudget({ requestsPerSecond: 1, inFlight: 1 }, clock);
      const a$ = m.cold('10ms (a|)');
      const b$ = m.cold('10ms (b|)');
      const c$ = m.cold('10ms (c|)');
      m.scheduler.schedule(() => {
        clock.setBy(-hour);
      }, 500);
      // It is noticed at the next look, and the pause begins again then.
      m.expect(merge(budget.run(0, a$), budget.run(1, b$), budget.run(2, c$))).toBeObservable(
        '10ms a 1989ms b 999ms (c|)',
      );
      m.expect(b$).toHaveSubscriptions('1990ms ^ 9ms !');
      m.expect(c$).toHaveSubscriptions('2990ms ^ 9ms !');
    }),
  );

  it(
    'does not leave a host alone for an hour longer when the clock is set back an hour',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      const budget = new RequestBudget(unlimited, clock);
      const a$ = m.cold('10ms (a|)');
      budget.hold(clock.now() + 10 * second);
      m.scheduler.schedule(() => {
        clock.setBy(-hour);
      }, 5 * second);
      m.expect(budget.run(0, a$)).toBeObservable('20010ms (a|)');
      m.expect(a$).toHaveSubscriptions('20s ^ 9ms !');
    }),
  );

  it(
    'keeps to a hold that begins after the clock was set back',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      const budget = new RequestBudget(unlimited, clock);
      const a$ = m.cold('10ms (a|)');
      const b$ = m.cold('10ms (b|)');
      m.scheduler.schedule(() => {
        clock.setBy(-hour);
        budget.hold(clock.now() + 10 * second);
      }, 5 * second);
      m.expect(budget.run(0, a$)).toBeObservable('10ms (a|)');
      m.expect(from(6 * second, budget.run(0, b$), m)).toBeObservable('15010ms (b|)');
      m.expect(b$).toHaveSubscriptions('15s ^ 9ms !');
    }),
  );

  it(
    'serves those that waited already, and not only new ones, when the clock is set back an hour',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      const budget = new RequestBudget({ requestsPerSecond: 1, inFlight: 1 }, clock);
      const far$ = m.cold('(f|)');
      const near$ = m.cold('(n|)');
      m.scheduler.schedule(() => {
        clock.setBy(-hour);
      }, 1_100);
      const nearer = 600_000;
      const crowd = Array.from({ length: 400 }, (_, i) =>
        from(i * 500, budget.run(nearer, near$).pipe(ignoreElements()), m),
      );
      // A minute of waiting outweighs the hour by which it is farther, at half a second for each of those that ask.
      m.expect(merge(...crowd, from(250, budget.run(nearer + hour, far$), m)), '300s !').toBeObservable(
        '122500ms f',
      );
      m.expect(far$).toHaveSubscriptions('122500ms (^!)');
    }),
  );

  it(
    'drains: starts nothing more, and completes when what is under way has ended',
    marbles((m) => {
      const budget = new RequestBudget({ requestsPerSecond: Infinity, inFlight: 1 }, m.scheduler);
      const a$ = m.cold('300ms (a|)');
      const b$ = m.cold('10ms (b|)');
      m.expect(budget.run(0, a$)).toBeObservable('300ms (a|)');
      m.expect(budget.run(0, b$), '1s !').toBeObservable('');
      m.expect(from(100, budget.drain(), m)).toBeObservable('300ms |');
      m.expect(a$).toHaveSubscriptions('^ 299ms !');
      m.expect(b$).toHaveSubscriptions([]);
    }),
  );

  it(
    'drains at once when nothing is under way, though requests wait',
    marbles((m) => {
      const budget = new RequestBudget({ requestsPerSecond: 1, inFlight: 1 }, m.scheduler);
      budget.hold(minute);
      const a$ = m.cold('(a|)');
      m.expect(budget.run(0, a$), '120s !').toBeObservable('');
      m.expect(from(100, budget.drain(), m)).toBeObservable('100ms |');
      m.expect(a$).toHaveSubscriptions([]);
    }),
  );

  it(
    'knows how many requests wait',
    marbles((m) => {
      const budget = new RequestBudget({ requestsPerSecond: 1, inFlight: 1 }, m.scheduler);
      const counts: number[] = [];
      const all$ = merge(budget.run(0, of('a')), budget.run(0, of('b')), budget.run(0, of('c')));
      m.expect(all$).toBeObservable('a 999ms b 999ms (c|)');
      for (const time of [1, 1_001, 2_001]) m.scheduler.schedule(() => counts.push(budget.waiting), time);
      m.flush();
      expect(counts).toEqual([2, 1, 0]);
    }),
  );
});
