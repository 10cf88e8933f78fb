import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { FeedError } from '../../src/domain/source.ts';
import { marbles } from '../support/marbles.ts';
import { every, later } from '../support/streams-diagram.ts';
import { timeOf } from '../support/streams-clock.ts';
import { actor, first, inTurn, known, recorded, reports, second, story } from '../support/streams-story.ts';

const noon = { status: 'Open', start: timeOf('12:00'), win: 2 };
const down = new FeedError('server_error', 'Status 503.');

describe('a race whose polls fail', () => {
  it(
    'gives a poll up that never ends, at its deadline, and goes on at once',
    marbles((m) => {
      const never$ = m.cold('-');
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:55:55', {
        event: inTurn(never$, answer$),
        race: noon,
        store: known('11:55:50', noon),
      });
      const polls = ['11:56:10', '11:56:20', '11:56:30'];
      m.expect(actor(s), s.until('11:56:35')).toBeObservable(
        s.emissions({ f: ['11:56:10'], u: later(200, polls) }),
        reports,
      );
      m.expect(never$).toHaveSubscriptions(s.askedFrom('11:56:00', '11:56:10'));
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.told('poll.failed')).toMatchObject([{ reason: 'timeout', duration_ms: 10_000, failures: 1 }]);
    }),
  );

  it(
    'is tried at least once an interval for as long as it fails, in its last five minutes',
    marbles((m) => {
      const fail$ = m.cold('100ms #', {}, down);
      const s = story(m, '11:55', { event: () => fail$, race: noon, store: known('11:54:30', noon) });
      const tries = ['11:55:00', '11:55:02.100', '11:55:06.200', ...every(10_000, '11:55:14.300', '12:00')];
      m.expect(actor(s), s.until('12:00')).toBeObservable(s.emissions({ f: later(100, tries) }), reports);
      m.expect(fail$).toHaveSubscriptions(s.asked(tries, 100));
      m.flush();
      expect(s.told('poll.failed').at(-1)).toMatchObject({ reason: 'server_error', failures: tries.length });
    }),
  );

  it(
    'is tried no later than that, where chance has it sooner',
    marbles((m) => {
      const fail$ = m.cold('100ms #', {}, down);
      const s = story(m, '11:55', {
        event: () => fail$,
        race: noon,
        random: () => 0,
        store: known('11:54:30', noon),
      });
      // Half of each pause is left to chance: 2, 4, 8 and 10 seconds at most, 1, 2, 4 and 5 at least.
      const tries = ['11:55:00', '11:55:01.100', '11:55:03.200', ...every(5_100, '11:55:07.300', '11:56')];
      m.expect(actor(s), s.until('11:56')).toBeObservable(s.emissions({ f: later(100, tries) }), reports);
      m.expect(fail$).toHaveSubscriptions(s.asked(tries, 100));
    }),
  );

  it(
    'backs off for five minutes at most, long before its start',
    marbles((m) => {
      const far = { ...noon, start: timeOf('2026-03-08T06:00:00Z') };
      const fail$ = m.cold('100ms #', {}, down);
      const s = story(m, '12:00', { event: () => fail$, race: far, store: known('11:45', far) });
      const pauses = [2, 4, 8, 16, 32, 64, 128, 256, 300, 300];
      const tries = [timeOf('12:00')];
      for (const pause of pauses) tries.push((tries.at(-1) ?? 0) + 100 + pause * 1_000);
      m.expect(actor(s), s.until('12:20')).toBeObservable(s.emissions({ f: later(100, tries) }), reports);
      m.expect(fail$).toHaveSubscriptions(s.asked(tries, 100));
    }),
  );

  it(
    'forgets its failures with the first good poll',
    marbles((m) => {
      const fail$ = m.cold('100ms #', {}, down);
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:55', {
        event: inTurn(fail$, fail$, fail$, answer$, fail$, answer$),
        race: noon,
        store: known('11:54:30', noon),
      });
      const fails = ['11:55:00', '11:55:02.100', '11:55:06.200', '11:55:20'];
      const polls = ['11:55:14.300', '11:55:22.100', '11:55:30'];
      m.expect(actor(s), s.until('11:55:35')).toBeObservable(
        s.emissions({ f: later(100, fails), u: later(200, polls) }),
        reports,
      );
      m.expect(fail$).toHaveSubscriptions(s.asked(fails, 100));
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
    }),
  );

  it(
    'goes on from the clock when it is set back an hour after a failure',
    marbles((m) => {
      const fail$ = m.cold('100ms #', {}, down);
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:55', {
        event: inTurn(fail$, fail$, fail$, answer$),
        race: noon,
        store: known('11:54:30', noon),
      });
      s.jump('11:55:07', -3_600_000);
      // Third try at 6.2 s; at 7 s it is 10:55:07, and the eight seconds of its back-off begin again.
      m.expect(actor(s), '20s !').toBeObservable('100ms f 2099ms f 4099ms f 8899ms u', reports);
      m.expect(fail$).toHaveSubscriptions(['^ 99ms !', '2100ms ^ 99ms !', '6200ms ^ 99ms !']);
      m.expect(answer$).toHaveSubscriptions('15s ^ 199ms !');
    }),
  );

  it.each([
    ['for a minute', 60_000, '11:57:00.100'],
    ['until a date, which comes as the milliseconds to it', 45_900, '11:56:46'],
    ['not at all', 0, '11:56:00.100'],
  ])('leaves the host alone when it asks for it %s: every other race too', (_name, retryAfterMs, until) => {
    marbles((m) => {
      const store = known('11:55:50', noon);
      recorded(store, '11:55:50', noon, second);
      const busy$ = m.cold('100ms #', {}, new FeedError('rate_limited', 'Status 429.', { retryAfterMs }));
      const answer$ = m.cold('200ms (a|)');
      const other$ = m.cold('200ms (b|)');
      const mine = inTurn(busy$, answer$);
      const s = story(m, '11:56', {
        event: (raceId) => (raceId === first ? mine() : other$),
        race: noon,
        store,
      });
      const held = timeOf(until) > timeOf('11:56:02.100');
      const again = held ? until : '11:56:02.100';
      m.expect(actor(s), s.until('11:57:01')).toBeObservable(
        s.emissions({
          f: ['11:56:00.100'],
          u: later(200, [again, ...every(10_000, tenAfter(again), '11:57:00.700')]),
        }),
        reports,
      );
      const others = [
        '11:56:00',
        ...(held ? [until] : []),
        ...every(10_000, tenAfter(until), '11:57:00.700'),
      ];
      m.expect(actor(s, undefined, second), s.until('11:57:01')).toBeObservable(
        s.emissions({ u: later(200, others) }),
        reports,
      );
      m.expect(busy$).toHaveSubscriptions(s.askedFrom('11:56:00', '11:56:00.100'));
      m.expect(other$).toHaveSubscriptions(s.asked(others, 200));
      m.flush();
      expect(s.told('feed.held')).toMatchObject([{ hold_ms: retryAfterMs }]);
    })();
  });

  it(
    'asks again after an hour, however long the host wants to be left alone',
    marbles((m) => {
      const day = 86_400_000;
      const busy$ = m.cold(
        '100ms #',
        {},
        new FeedError('rate_limited', 'Status 429.', { retryAfterMs: day }),
      );
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', {
        event: inTurn(busy$, answer$),
        race: noon,
        store: known('11:55:50', noon),
      });
      m.expect(actor(s), s.until('12:56:05')).toBeObservable(
        s.emissions({ f: ['11:56:00.100'], u: ['12:56:00.300'] }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(['12:56:00.100'], 200));
      m.flush();
      expect(s.told('feed.held')).toEqual([{ until: '2026-03-07T12:56:00.100Z', hold_ms: 3_600_000 }]);
    }),
  );

  it(
    'keeps a response that is malformed as it came, and goes on with the next',
    marbles((m) => {
      const body = new TextEncoder().encode('{"data":');
      const broken$ = m.cold('100ms #', {}, new FeedError('malformed', 'Not JSON.', { body }));
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', {
        event: inTurn(broken$, answer$),
        race: noon,
        store: known('11:55:50', noon),
      });
      m.expect(actor(s), s.until('11:56:05')).toBeObservable(
        s.emissions({ f: ['11:56:00.100'], u: ['11:56:02.300'] }),
        reports,
      );
      m.expect(broken$).toHaveSubscriptions(s.askedFrom('11:56:00', '11:56:00.100'));
      m.flush();
      expect(s.store.quarantined).toEqual([
        { raceId: first, receivedAt: timeOf('11:56:00.100'), reason: 'malformed', body },
      ]);
      expect(s.told('poll.quarantined')).toEqual([{ race_id: first, reason: 'Not JSON.', bytes: 8 }]);
      expect(s.store.rows('gaps')).toMatchObject([
        { reason: 'malformed', to_time: '2026-03-07T11:56:02.100Z' },
      ]);
    }),
  );

  it(
    'fails itself by a fault of our own, and can be started again',
    marbles((m) => {
      const fault = new TypeError('x is not a function');
      const broken$ = m.cold('100ms #', {}, fault);
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', {
        event: inTurn(broken$, answer$),
        race: noon,
        store: known('11:55:50', noon),
      });
      m.expect(actor(s), s.until('11:56:05')).toBeObservable(
        s.emissions({ '#': ['11:56:00.100'] }),
        reports,
        new TypeError('x is not a function'),
      );
      m.expect(broken$).toHaveSubscriptions(s.askedFrom('11:56:00', '11:56:00.100'));
      m.flush();
      expect(s.store.rows('polls')).toHaveLength(1);
    }),
  );

  it(
    'tells which parts the feed did not grant',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', {
        event: () => answer$,
        race: noon,
        notGranted: ['money_tracker'],
      });
      m.expect(actor(s, of({ kind: 'poll' })), s.until('11:56:05')).toBeObservable('200ms c', reports);
      m.flush();
      expect(s.told('feed.not_granted')).toEqual([{ race_id: first, parts: ['money_tracker'] }]);
    }),
  );
});

/** The first whole ten seconds after a time. */
function tenAfter(time: string): number {
  return (Math.floor(timeOf(time) / 10_000) + 1) * 10_000;
}
