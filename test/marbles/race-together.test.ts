import { NEVER, map, merge } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { race } from '../../src/streams/race.ts';
import { marbles } from '../support/marbles.ts';
import type { Marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { later } from '../support/streams-diagram.ts';
import {
  actor,
  first,
  inTwoWords,
  known,
  listedOrder,
  recorded,
  reports,
  second,
  story,
} from '../support/streams-story.ts';

const noon = { status: 'Open', start: timeOf('12:00'), win: 2 };

/** Polls that end together are committed 10 ms after the first of them. */
const soon =
  (m: Marbles) =>
  (work: () => void): void => {
    m.scheduler.schedule(work, 10);
  };

describe('polls that end together', () => {
  it(
    'are committed together, and each race goes on from its own',
    marbles((m) => {
      const first$ = m.cold('200ms (a|)');
      const second$ = m.cold('205ms (a|)');
      const store = known('11:29:50', noon);
      recorded(store, '11:29:50', noon, second);
      const s = story(m, '11:30', {
        event: (raceId) => (raceId === first ? first$ : second$),
        race: (now, raceId) => (raceId === first && now > timeOf('11:30:30') ? { ...noon, win: 3 } : noon),
        store,
        soon,
      });
      const committed = vi.spyOn(store, 'commitEach');
      const both$ = merge(race(first, NEVER, s), race(second, NEVER, s));
      m.expect(both$.pipe(map(inTwoWords)), s.until('11:31:30')).toBeObservable(
        s.emissions({ a: ['11:30:00.210'], b: ['11:30:00.210'], c: ['11:31:00.210'], d: ['11:31:00.210'] }),
        {
          a: `${first} unchanged`,
          b: `${second} unchanged`,
          c: `${first} changed`,
          d: `${second} unchanged`,
        },
      );
      m.expect(first$).toHaveSubscriptions(s.asked(['11:30:00', '11:31:00'], 200));
      m.expect(second$).toHaveSubscriptions(s.asked(['11:30:00', '11:31:00'], 205));
      m.flush();
      expect(committed.mock.calls.map(([each]) => each.length)).toEqual([2, 2]);
    }),
  );

  it(
    'are recorded from what is known when they are committed: a listing between is not lost',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('205ms k', {
        k: listedOrder('11:30:00.300', { ...noon, start: timeOf('12:10') }),
      });
      const s = story(m, '11:30', { event: () => answer$, race: noon, store: known('11:29', noon), soon });
      const polls = ['11:30:00', '11:31:00'];
      m.expect(actor(s, order$), s.until('11:31:30')).toBeObservable(
        s.emissions({ u: later(210, polls) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      const [twelve, tenPast] = ['2026-03-07T12:00:00.000Z', '2026-03-07T12:10:00.000Z'];
      expect(s.told('race.moved')).toEqual([{ race_id: first, from: twelve, to: tenPast }]);
    }),
  );

  it(
    'have their place among the requests under way until then: a stop waits for them',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:30', { event: () => answer$, race: noon, store: known('11:29', noon), soon });
      m.expect(actor(s), s.until('11:30:30')).toBeObservable(s.emissions({ u: ['11:30:00.210'] }), reports);
      const underWay: number[] = [];
      for (const time of ['11:30:00.205', '11:30:00.215']) {
        s.happen(time, () => underWay.push(s.budget.underWay));
      }
      m.expect(answer$).toHaveSubscriptions(s.asked(['11:30:00'], 200));
      m.flush();
      expect(underWay).toEqual([1, 0]);
    }),
  );
});
