import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { marbles } from '../support/marbles.ts';
import { FeedError } from '../../src/domain/source.ts';
import { timeOf } from '../support/streams-clock.ts';
import { every, later } from '../support/streams-diagram.ts';
import { actor, first, known, listedOrder, recorded, reports, story } from '../support/streams-story.ts';

const open = { status: 'Open', start: timeOf('12:00'), win: 2 };
const closed = { ...open, status: 'Closed' };
const interim = { ...open, status: 'Interim' };
const final = { ...open, status: 'Final' };
const abandoned = { ...open, status: 'Abandoned' };

const nextDay = '2026-03-08T';

describe('a race that ends', () => {
  it(
    'is polled while Closed and Interim, read 1 min, 10 min and 24 h after Final, and settled then',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('-');
      const s = story(m, '12:00', {
        event: () => answer$,
        race: [
          ['12:00', open],
          ['12:00:15', closed],
          ['12:01:05', interim],
          ['12:01:50', final],
        ],
        store: known('11:59:50', open),
      });
      const told = {
        u: ['12:00:00', '12:00:10', '12:00:30', '12:00:45', '12:01:00', '12:01:30', '12:01:45'],
        c: ['12:00:20', '12:01:15', '12:02:00'],
      };
      // Final was first seen at 12:02:00.200.
      const reads = ['12:03:00.200', '12:12:00.200', `${nextDay}12:02:00.200Z`];
      const settled = `${nextDay}12:02:00.400Z`;
      m.expect(actor(s, order$)).toBeObservable(
        s.emissions(
          { c: later(200, told.c), u: [...later(200, told.u), ...later(200, reads)], s: [settled] },
          settled,
        ),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked([...told.u, ...told.c, ...reads].toSorted(byTime), 200));
      m.expect(order$).toHaveSubscriptions(s.askedFrom('12:00', settled));
      m.flush();
      expect(s.told('race.status').map(({ from, to }) => `${from} → ${to}`)).toEqual([
        'Open → Closed',
        'Closed → Interim',
        'Interim → Final',
      ]);
      expect(s.told('race.settled')).toEqual([{ race_id: first, status: 'Final' }]);
      expect(s.store.rows('races').map(({ settled_at }) => settled_at)).toEqual([settled]);
      expect(s.store.liveRaces()).toEqual([]);
      expect(s.store.rows('gaps')).toEqual([]);
    }),
  );

  it(
    'has its last read by the plan of an earlier run, a day later',
    marbles((m) => {
      const store = known('11:59', open);
      recorded(store, '12:02', final);
      recorded(store, '12:03', final);
      recorded(store, '12:12', final);
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, `${nextDay}11:00:00Z`, { event: () => answer$, race: final, store });
      const settled = `${nextDay}12:02:00.200Z`;
      m.expect(actor(s)).toBeObservable(s.emissions({ u: [settled], s: [settled] }, settled), reports);
      m.expect(answer$).toHaveSubscriptions(s.asked([`${nextDay}12:02:00Z`], 200));
      m.flush();
      expect(s.store.rows('gaps')).toEqual([]);
    }),
  );

  it(
    'has the reads that fell into a stop of the process made up for by one, and told as a gap',
    marbles((m) => {
      const store = known('11:59', open);
      recorded(store, '12:02', final);
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, `${nextDay}13:00:00Z`, { event: () => answer$, race: final, store });
      const settled = `${nextDay}13:00:00.200Z`;
      m.expect(actor(s)).toBeObservable(s.emissions({ u: [settled], s: [settled] }, settled), reports);
      m.expect(answer$).toHaveSubscriptions(s.asked([`${nextDay}13:00:00Z`], 200));
      m.flush();
      expect(s.store.rows('gaps')).toMatchObject([
        {
          from_time: '2026-03-07T12:03:00.000Z',
          to_time: '2026-03-08T13:00:00.000Z',
          reason: 'stopped',
          expected_polls: 3,
        },
      ]);
    }),
  );

  it(
    'that was settled by an earlier run but for the last line, is settled at once',
    marbles((m) => {
      const store = known('11:59', open);
      recorded(store, '12:02', final);
      recorded(store, `${nextDay}12:02:00.001Z`, final);
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, `${nextDay}13:00:00Z`, { event: () => answer$, race: final, store });
      m.expect(actor(s)).toBeObservable('(s|)', reports);
      m.expect(answer$).toHaveSubscriptions([]);
    }),
  );

  it(
    'tries a read that fails again, and is settled after it',
    marbles((m) => {
      const store = known('11:59', open);
      recorded(store, '12:02', final);
      recorded(store, '12:12', final);
      const fault = new FeedError('server_error', 'Status 503.');
      const fail$ = m.cold('100ms #', {}, fault);
      const answer$ = m.cold('200ms (a|)');
      let tries = 0;
      const s = story(m, `${nextDay}12:01:59Z`, {
        event: () => (++tries < 3 ? fail$ : answer$),
        race: final,
        store,
      });
      const settled = `${nextDay}12:02:06.400Z`;
      m.expect(actor(s)).toBeObservable(
        s.emissions(
          { f: [`${nextDay}12:02:00.100Z`, `${nextDay}12:02:02.200Z`], u: [settled], s: [settled] },
          settled,
        ),
        reports,
      );
      m.expect(fail$).toHaveSubscriptions(s.asked([`${nextDay}12:02:00Z`, `${nextDay}12:02:02.100Z`], 100));
      m.expect(answer$).toHaveSubscriptions(s.asked([`${nextDay}12:02:06.200Z`], 200));
    }),
  );

  it(
    'is polled again when a protest takes it from Final back to Interim, and read anew after the next Final',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const store = known('11:59', open);
      recorded(store, '12:02', final);
      const s = story(m, '12:02:30', {
        event: () => answer$,
        race: [
          ['12:02', final],
          ['12:02:45', interim],
          ['12:03:20', final],
        ],
        store,
      });
      const told = { c: ['12:03:00', '12:03:30'], u: ['12:03:15', '12:04:30.200'] };
      m.expect(actor(s), s.until('12:12')).toBeObservable(
        s.emissions({ c: later(200, told.c), u: later(200, told.u) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked([...told.c, ...told.u].toSorted(byTime), 200));
    }),
  );

  it(
    'is abandoned when a listing says so, though its event stays Open, and settled 10 min later',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('45s l', { l: listedOrder('11:30:45', abandoned) });
      const s = story(m, '11:30', { event: () => answer$, race: open, store: known('11:29', open) });
      const settled = '11:40:45.200';
      m.expect(actor(s, order$)).toBeObservable(
        s.emissions({ u: ['11:30:00.200', settled], s: [settled] }, settled),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(['11:30:00', '11:40:45'], 200));
      m.flush();
      expect(s.told('race.settled')).toEqual([{ race_id: first, status: 'Abandoned' }]);
      expect(s.store.rows('race_events').map(({ kind, value }) => [kind, value])).toEqual([
        ['status', 'Abandoned'],
      ]);
    }),
  );

  it(
    'is polled again at once when a later listing has it back, and misses nothing by that',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('45s a 240s b', {
        a: listedOrder('11:30:45', abandoned),
        b: listedOrder('11:34:45', open),
      });
      const s = story(m, '11:30', { event: () => answer$, race: open, store: known('11:29', open) });
      const back = timeOf('11:34:45') + 1;
      const polls = [timeOf('11:30'), back, ...every(60_000, '11:35', '11:37')];
      m.expect(actor(s, order$), s.until('11:37')).toBeObservable(
        s.emissions({ u: later(200, polls) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.told('race.cadence').map(({ band }) => band)).toEqual(['hour', 'abandoned', 'hour']);
      expect(s.store.rows('gaps')).toEqual([]);
    }),
  );

  it(
    'is polled again without a gap when it comes back after it was settled',
    marbles((m) => {
      const store = known('10:00', open);
      recorded(store, '10:10', abandoned);
      store.commit([{ table: 'races', key: first, patch: { settled_at: '2026-03-07T10:20:00.000Z' } }]);
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:30:30', { event: () => answer$, race: open, store });
      const polls = ['11:30:30', '11:31:00', '11:32:00'];
      // The listing alone does not have it back: the event does, at once.
      m.expect(actor(s, of(listedOrder('11:30:30', open))), s.until('11:33')).toBeObservable(
        s.emissions({ c: later(200, polls.slice(0, 1)), u: later(200, polls.slice(1)) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.store.rows('gaps')).toEqual([]);
      expect(s.store.isSettled(first)).toBe(false);
      expect(s.store.rows('polls').at(-1)?.lateness_ms).toBe(0);
    }),
  );
});

function byTime(a: string, b: string): number {
  return timeOf(a) - timeOf(b);
}
