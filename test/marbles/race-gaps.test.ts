import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { FeedError } from '../../src/domain/source.ts';
import { openGap } from '../../src/streams/gap.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { later } from '../support/streams-diagram.ts';
import {
  actor,
  first,
  inTurn,
  known,
  listedOrder,
  recordedFailure,
  reports,
  story,
} from '../support/streams-story.ts';

const noon = { status: 'Open', start: timeOf('12:00'), win: 2 };
const down = new FeedError('server_error', 'Status 503.');
const date = '2026-03-07T';

describe('a gap', () => {
  it(
    'goes from the first poll that failed to the next good one, however many failed',
    marbles((m) => {
      const fail$ = m.cold('100ms #', {}, down);
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', {
        event: inTurn(fail$, fail$, fail$, answer$),
        race: noon,
        store: known('11:55:50', noon),
      });
      m.expect(actor(s), s.until('11:56:15')).toBeObservable(
        s.emissions({ f: later(100, ['11:56:00', '11:56:02.100', '11:56:06.200']), u: ['11:56:14.500'] }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(['11:56:14.300'], 200));
      m.flush();
      expect(s.store.rows('gaps')).toEqual([
        {
          id: openGap(first, timeOf('11:56'), 'server_error').id,
          race_id: first,
          entrant_id: null,
          from_time: `${date}11:56:00.000Z`,
          to_time: `${date}11:56:14.300Z`,
          reason: 'server_error',
          // Those of 11:56:00 and 11:56:10.
          expected_polls: 2,
          repaired: true,
        },
      ]);
      expect(s.told('gap.opened')).toEqual([
        { race_id: first, from: `${date}11:56:00.000Z`, reason: 'server_error' },
      ]);
      expect(s.told('gap.closed')).toMatchObject([{ expected_polls: 2, repaired: true }]);
    }),
  );

  it.each([
    ['is repaired when six dated prices reach back to the newest one known', '11:55:40', true],
    ['is not repaired when all six dated prices are newer than those known', '11:56:05', false],
  ])('%s', (_name, oldest, repaired) => {
    marbles((m) => {
      const known40 = { ...noon, fluctuations: [{ at: timeOf('11:55:40'), odds: 2, place: 0 }] };
      const fail$ = m.cold('100ms #', {}, down);
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', {
        event: inTurn(fail$, answer$),
        race: { ...known40, oldestOfSix: timeOf(oldest) },
        store: known('11:55:50', known40),
      });
      m.expect(actor(s), s.until('11:56:05')).toBeObservable(
        s.emissions({ f: ['11:56:00.100'], u: ['11:56:02.300'] }),
        reports,
      );
      m.flush();
      const gaps = s.store.rows('gaps').filter(({ entrant_id }) => entrant_id === null);
      expect(gaps).toMatchObject([{ reason: 'server_error', repaired }]);
    })();
  });

  it(
    'is left by a poll that was late by more than one interval',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', { event: () => answer$, race: noon, store: known('11:55:50', noon) });
      s.happen('11:56:05', () => {
        s.budget.hold(timeOf('11:56:45'));
      });
      const polls = ['11:56:00', '11:56:45', '11:56:50'];
      m.expect(actor(s), s.until('11:56:55')).toBeObservable(s.emissions({ u: later(200, polls) }), reports);
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.store.rows('gaps')).toMatchObject([
        {
          from_time: `${date}11:56:10.000Z`,
          to_time: `${date}11:56:45.000Z`,
          reason: 'late',
          expected_polls: 4,
          repaired: true,
        },
      ]);
      expect(s.store.rows('polls').map(({ lateness_ms }) => lateness_ms)).toEqual([0, 0, 35_000, 0]);
    }),
  );

  it(
    'is not left by one that was late by less',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', { event: () => answer$, race: noon, store: known('11:55:50', noon) });
      s.happen('11:56:05', () => {
        s.budget.hold(timeOf('11:56:19'));
      });
      const polls = ['11:56:00', '11:56:19', '11:56:20'];
      m.expect(actor(s), s.until('11:56:25')).toBeObservable(s.emissions({ u: later(200, polls) }), reports);
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.store.rows('gaps')).toEqual([]);
    }),
  );

  it(
    'is left where polls of a faster band are missing after one of the slower band before it',
    marbles((m) => {
      const soon = { ...noon, start: timeOf('12:00:10') };
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:54:25', { event: () => answer$, race: soon, store: known('11:54:00', soon) });
      s.happen('11:54:45', () => {
        s.budget.hold(timeOf('11:55:25'));
      });
      const polls = ['11:54:30', '11:55:25', '11:55:30'];
      m.expect(actor(s), s.until('11:55:35')).toBeObservable(s.emissions({ u: later(200, polls) }), reports);
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      // The poll of 11:55:00 is not late by its half minute, that of 11:55:10 is by its ten seconds.
      expect(s.store.rows('gaps')).toMatchObject([
        {
          from_time: `${date}11:55:00.000Z`,
          to_time: `${date}11:55:25.000Z`,
          reason: 'late',
          expected_polls: 3,
        },
      ]);
    }),
  );

  it(
    'is left by a stop of the process, from the first poll that fell into it',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', { event: () => answer$, race: noon, store: known('11:52:10', noon) });
      const polls = ['11:56:00', '11:56:10'];
      m.expect(actor(s), s.until('11:56:15')).toBeObservable(s.emissions({ u: later(200, polls) }), reports);
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.store.rows('gaps')).toMatchObject([
        {
          from_time: `${date}11:52:30.000Z`,
          to_time: `${date}11:56:00.000Z`,
          reason: 'stopped',
          // Every half minute up to 11:55:00, every ten seconds from there to 11:55:50.
          expected_polls: 11,
          repaired: true,
        },
      ]);
    }),
  );

  it.each([
    ['start', { ...noon, start: timeOf('12:01') }, 'u'],
    // Before the start an event alone closes a race.
    ['status', { ...noon, status: 'Closed' }, 'c'],
  ])(
    'is left by a stop of the process after which a listing tells another %s before the first poll',
    (_, standing, outcome) => {
      marbles((m) => {
        const answer$ = m.cold('200ms (a|)');
        const s = story(m, '11:56', { event: () => answer$, race: standing, store: known('11:52:10', noon) });
        const order$ = of(listedOrder('11:56:00', standing));
        m.expect(actor(s, order$), '5s !').toBeObservable(`200ms ${outcome}`, reports);
        m.expect(answer$).toHaveSubscriptions('^ 199ms !');
        m.flush();
        // As it was due by what was known in the stop.
        expect(s.store.rows('gaps')).toMatchObject([
          {
            from_time: `${date}11:52:30.000Z`,
            to_time: `${date}11:56:00.000Z`,
            reason: 'stopped',
            expected_polls: 11,
          },
        ]);
      })();
    },
  );

  it(
    'is left even by a stop that cost one poll, and not by one that cost none',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56:11', { event: () => answer$, race: noon, store: known('11:56:00', noon) });
      const t = story(m, '11:56:09', { event: () => answer$, race: noon, store: known('11:56:00', noon) });
      m.expect(actor(s), '5s !').toBeObservable('200ms u', reports);
      m.expect(actor(t), '5s !').toBeObservable('1200ms u', reports);
      m.flush();
      expect(s.store.rows('gaps')).toMatchObject([{ from_time: `${date}11:56:10.000Z`, reason: 'stopped' }]);
      expect(t.store.rows('gaps')).toEqual([]);
    }),
  );

  it(
    'begins in the stop of the process when the first poll after it fails',
    marbles((m) => {
      const fail$ = m.cold('100ms #', {}, down);
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:57', {
        event: inTurn(fail$, answer$),
        race: noon,
        store: known('11:56:00', noon),
      });
      m.expect(actor(s), s.until('11:57:05')).toBeObservable(
        s.emissions({ f: ['11:57:00.100'], u: ['11:57:02.300'] }),
        reports,
      );
      m.flush();
      expect(s.store.rows('gaps')).toMatchObject([
        {
          from_time: `${date}11:56:10.000Z`,
          to_time: `${date}11:57:02.100Z`,
          reason: 'stopped',
          expected_polls: 6,
        },
      ]);
    }),
  );

  it(
    'that an earlier run left open is closed by the first good poll, and is still one',
    marbles((m) => {
      const store = known('11:50:00', noon);
      recordedFailure(store, '11:50:30');
      store.commit([{ table: 'gaps', row: openGap(first, timeOf('11:50:30'), 'timeout') }]);
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', { event: () => answer$, race: noon, store });
      m.expect(actor(s), s.until('11:56:05')).toBeObservable('200ms u', reports);
      m.expect(answer$).toHaveSubscriptions('^ 199ms !');
      m.flush();
      expect(s.store.rows('gaps')).toMatchObject([
        {
          from_time: `${date}11:50:30.000Z`,
          to_time: `${date}11:56:00.000Z`,
          reason: 'timeout',
          expected_polls: 15,
        },
      ]);
    }),
  );

  it(
    'is the hour by which the clock was set ahead',
    marbles((m) => {
      const later = { ...noon, start: timeOf('13:30') };
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', { event: () => answer$, race: later, store: known('11:55', later) });
      s.jump('11:56:30', 3_600_000);
      // 11:56:30 is 12:56:30 then: the race is within the hour, and a poll is overdue.
      m.expect(actor(s), '65s !').toBeObservable('30200ms u 29999ms u', reports);
      m.expect(answer$).toHaveSubscriptions(['30s ^ 199ms !', '60s ^ 199ms !']);
      m.flush();
      expect(s.store.rows('gaps')).toMatchObject([
        {
          from_time: `${date}12:00:00.000Z`,
          to_time: `${date}12:56:30.000Z`,
          reason: 'late',
          expected_polls: 33,
        },
      ]);
    }),
  );
});
