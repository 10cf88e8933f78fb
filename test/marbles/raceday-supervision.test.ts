import { map, merge, switchMap, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { FeedError } from '../../src/domain/source.ts';
import { raceday } from '../../src/streams/raceday.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { every, later } from '../support/streams-diagram.ts';
import { listedRace } from '../support/streams-snapshots.ts';
import {
  actor,
  first,
  inTurn,
  inTwoWords,
  known,
  named,
  recorded,
  reports,
  second,
  story,
} from '../support/streams-story.ts';

const noon = { status: 'Open', start: timeOf('12:00'), win: 2 };
const abandoned = { ...noon, status: 'Abandoned' };
const bug = new TypeError('x is not a function');

const words = {
  A: `${first} unchanged`,
  B: `${second} unchanged`,
  F: `${first} failed`,
  i: 'imported',
};

/** Two races that an earlier run knew, ten seconds ago. */
function two() {
  const store = known('11:55:50', noon);
  recorded(store, '11:55:50', noon, second);
  return store;
}

describe('a race day', () => {
  it(
    'starts an actor again that failed by a fault of our own, later and later; its siblings never notice',
    marbles((m) => {
      const broken$ = m.cold('100ms #', {}, bug);
      const events = { [first]: m.cold('200ms (e|)'), [second]: m.cold('200ms (e|)') };
      const mine = inTurn(broken$, broken$, broken$, events[first]);
      const s = story(m, '11:56', {
        event: (raceId) => (raceId === first ? mine() : named(events)(raceId)),
        race: noon,
        meetings: () => m.cold('50ms (l|)'),
        store: two(),
      });
      // Started again after 2, 4 and 8 seconds; then it is overdue.
      const polls = [timeOf('11:56:14.300'), ...every(10_000, '11:56:20', '11:56:35')];
      const others = every(10_000, '11:56', '11:56:35');
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('11:56:35')).toBeObservable(
        s.emissions({ i: ['11:56:00.100'], B: later(200, others), A: later(200, polls) }),
        words,
      );
      m.expect(broken$).toHaveSubscriptions(s.asked(['11:56:00', '11:56:02.100', '11:56:06.200'], 100));
      m.expect(events[first]).toHaveSubscriptions(s.asked(polls, 200));
      m.expect(events[second]).toHaveSubscriptions(s.asked(others, 200));
      m.flush();
      expect(s.told('race.restarted')).toEqual(
        [2_000, 4_000, 8_000].map((delay_ms) => ({ race_id: first, reason: bug.message, delay_ms })),
      );
    }),
  );

  it(
    'starts an actor again after two seconds as ever when it did well in between',
    marbles((m) => {
      const broken$ = m.cold('100ms #', {}, bug);
      const answer$ = m.cold('200ms (e|)');
      const s = story(m, '11:56', {
        event: inTurn(broken$, broken$, answer$, broken$, answer$),
        race: noon,
        meetings: () => m.cold('50ms (l|)'),
        store: known('11:55:50', noon),
      });
      const polls = ['11:56:06.200', '11:56:12.100', '11:56:20'];
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('11:56:25')).toBeObservable(
        s.emissions({ i: ['11:56:00.100'], A: later(200, polls) }),
        words,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.told('race.restarted').map(({ delay_ms }) => delay_ms)).toEqual([2_000, 4_000, 2_000]);
    }),
  );

  it(
    'starts an actor again with what the newest listing says, not with the first',
    marbles((m) => {
      const answer$ = m.cold('200ms (e|)');
      const broken$ = m.cold('100ms #', {}, bug);
      const s = story(m, '11:30', {
        event: inTurn(answer$, answer$, broken$, answer$),
        race: noon,
        meetings: () => m.cold('50ms (l|)'),
        listed: (date, now) =>
          date === '2026-03-07' ? [listedRace(first, now < timeOf('11:32') ? abandoned : noon)] : [],
        store: known('11:29', noon),
      });
      // Polled, then abandoned by the first listing, reinstated by the second, and broken at the next poll.
      const polls = ['11:30:00', '11:32:00.050', '11:33:02.100'];
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('11:33:30')).toBeObservable(
        s.emissions({ i: ['11:30:00.200'], A: later(200, polls) }),
        words,
      );
      m.expect(broken$).toHaveSubscriptions(s.asked(['11:33:00'], 100));
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.told('race.status').map(({ to }) => to)).toEqual(['Abandoned', 'Open']);
    }),
  );

  it(
    'hears the listing that comes while an actor waits to be started again',
    marbles((m) => {
      const answer$ = m.cold('200ms (e|)');
      const broken$ = m.cold('100ms #', {}, bug);
      const nearer = { ...noon, start: timeOf('11:36') };
      const s = story(m, '11:30', {
        event: inTurn(answer$, answer$, answer$, broken$, answer$),
        race: (now) => (now < timeOf('11:32') ? noon : nearer),
        meetings: () => m.cold('800ms (l|)'),
        listed: (date, now) =>
          date === '2026-03-07' ? [listedRace(first, now < timeOf('11:32') ? noon : nearer)] : [],
        store: known('11:29', noon),
      });
      // Broken at 11:32:00.100, moved by the listing of 11:32:00.800, started again at 11:32:02.100: in the last minutes.
      const polls = ['11:30:00', '11:30:01.600', '11:31:00', '11:32:02.100', '11:32:10', '11:32:20'];
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('11:32:25')).toBeObservable(
        s.emissions({ i: ['11:30:01.800'], A: later(200, polls) }),
        words,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.expect(broken$).toHaveSubscriptions(s.asked(['11:32:00'], 100));
    }),
  );

  it(
    'has a watchdog that tells of a race which should have been polled and was not',
    marbles((m) => {
      const event$ = m.cold('200ms (e|)');
      const s = story(m, '11:56', {
        event: () => event$,
        race: noon,
        meetings: () => m.cold('50ms (l|)'),
        store: known('11:55:50', noon),
      });
      s.happen('11:56:05', () => {
        s.budget.hold(timeOf('12:30'));
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('12:00')).toBeObservable('100ms i 99ms A', words);
      m.expect(event$).toHaveSubscriptions('^ 199ms !');
      m.flush();
      expect(s.told('race.stalled')).toEqual([
        { race_id: first, due: '2026-03-07T11:56:10.000Z', late_ms: 80_000 },
      ]);
    }),
  );

  it(
    'forgets a race that has ended: the watchdog says nothing of it',
    marbles((m) => {
      const final = { ...noon, status: 'Final' };
      const store = known('2026-03-06T12:00:00Z', { ...final, start: timeOf('2026-03-06T11:50:00Z') });
      const event$ = m.cold('200ms (e|)');
      const s = story(m, '12:00', {
        event: () => event$,
        race: { ...final, start: timeOf('2026-03-06T11:50:00Z') },
        meetings: () => m.cold('50ms (l|)'),
        store,
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('12:10')).toBeObservable('100ms i 99ms (As)', {
        ...words,
        s: `${first} settled`,
      });
      m.expect(event$).toHaveSubscriptions('^ 199ms !');
      m.flush();
      expect(s.told('race.stalled')).toEqual([]);
    }),
  );

  it(
    'forgets a race that was dropped, too',
    marbles((m) => {
      const yesterday = { ...noon, start: timeOf('2026-03-06T11:50:00Z') };
      const gone$ = m.cold('100ms #', {}, new FeedError('not_found', 'Status 404.'));
      const failures = ['12:00:00.100', '12:00:02.200', '12:00:06.300', '12:00:14.400'];
      const s = story(m, '12:00', {
        event: () => gone$,
        race: yesterday,
        meetings: () => m.cold('50ms (l|)'),
        store: known('2026-03-06T12:00:00Z', yesterday),
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('12:10')).toBeObservable(
        s.emissions({ f: failures, s: ['12:00:30.500'], i: ['12:00:00.100'] }),
        { ...words, s: `${first} settled`, f: `${first} failed` },
      );
      m.expect(gone$).toHaveSubscriptions(
        s.asked(['12:00', '12:00:02.100', '12:00:06.200', '12:00:14.300', '12:00:30.400'], 100),
      );
      m.flush();
      expect(s.told('race.stalled')).toEqual([]);
    }),
  );

  it(
    'drains: polls under way end and are recorded, no other begins',
    marbles((m) => {
      const slow$ = m.cold('3s (e|)');
      const s = story(m, '11:56', {
        event: () => slow$,
        race: noon,
        meetings: () => m.cold('50ms (l|)'),
        store: two(),
        limits: { requestsPerSecond: Infinity, inFlight: 3 },
      });
      const drained$ = timer(11_000, m.scheduler).pipe(switchMap(() => s.budget.drain()));
      m.expect(merge(actor(s), actor(s, undefined, second)), s.until('11:57')).toBeObservable(
        '3s (uu) 9996ms (uu)',
        reports,
      );
      m.expect(drained$).toBeObservable('13s |');
      m.expect(slow$).toHaveSubscriptions(s.asked(['11:56:00', '11:56:00', '11:56:10', '11:56:10'], 3_000));
      m.flush();
      expect(s.store.rows('polls')).toHaveLength(6);
    }),
  );

  it(
    'gives everything up when it is stopped',
    marbles((m) => {
      const never$ = m.cold('-');
      const list$ = m.cold('-');
      const s = story(m, '11:56', { event: () => never$, race: noon, meetings: () => list$, store: two() });
      m.expect(raceday(s), '5s !').toBeObservable('');
      m.expect(never$).toHaveSubscriptions(['^ 4999ms !', '^ 4999ms !']);
      m.expect(list$).toHaveSubscriptions('^ 4999ms !');
    }),
  );
});
