import { map } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { listedMeeting } from '../../src/domain/diff-listing.ts';
import { FeedError } from '../../src/domain/source.ts';
import { defaultCadence } from '../../src/streams/cadence.ts';
import { raceday } from '../../src/streams/raceday.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { every, later } from '../support/streams-diagram.ts';
import { listedRace, listingOf, meetingOf } from '../support/streams-snapshots.ts';
import {
  first,
  fourth,
  inTurn,
  inTwoWords,
  known,
  named,
  recorded,
  second,
  story,
  third,
} from '../support/streams-story.ts';
import type { StoryOptions } from '../support/streams-story.ts';
import { MemoryStore } from '../support/streams-store.ts';

const open = (start: string) => ({ status: 'Open', start: timeOf(start), win: 2 });
const abandoned = (start: string) => ({ ...open(start), status: 'Abandoned' });
const [today, tomorrow] = ['2026-03-07', '2026-03-08'] as const;

const words = {
  a: `${first} changed`,
  A: `${first} unchanged`,
  b: `${second} changed`,
  B: `${second} unchanged`,
  c: `${third} changed`,
  d: `${fourth} changed`,
  s: `${second} settled`,
  i: 'imported',
};

/** Races listed today, by the time from which on they are listed so; none tomorrow. */
function listed(...days: readonly (readonly [from: string, races: ReturnType<typeof listedRace>[]])[]) {
  return (date: string, now: number) =>
    date === today ? (days.findLast(([from]) => timeOf(from) <= now)?.[1] ?? []) : [];
}

describe('the listings of a race day', () => {
  it(
    'come every two minutes and tell of new, moved, abandoned and vanished races',
    marbles((m) => {
      const lists = { [today]: m.cold('300ms (l|)'), [tomorrow]: m.cold('100ms (l|)') };
      const events = {
        [first]: m.cold('200ms (e|)'),
        [second]: m.cold('200ms (e|)'),
        [third]: m.cold('200ms (e|)'),
        [fourth]: m.cold('200ms (e|)'),
      };
      const s = story(m, '10:00', {
        event: named(events),
        race: (now, raceId) =>
          raceId === first && now >= timeOf('10:02')
            ? open('10:05')
            : open(raceId === first ? '12:00' : '13:00'),
        meetings: named(lists),
        listed: listed(
          [
            '10:00',
            [
              listedRace(first, open('12:00')),
              listedRace(second, open('13:00')),
              listedRace(third, open('13:00')),
            ],
          ],
          [
            '10:02',
            [
              listedRace(first, open('10:05')),
              listedRace(second, abandoned('13:00')),
              listedRace(fourth, open('13:00')),
            ],
          ],
        ),
      });
      // Listed at 10:02:00.300: the first race starts in less than five minutes, and the fourth is new.
      const jumping = [timeOf('10:02:00.300'), ...every(10_000, '10:02:10', '10:02:30')];
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:02:30')).toBeObservable(
        s.emissions({
          a: ['10:00:00.600'],
          b: ['10:00:00.600'],
          i: ['10:00:00.600'],
          c: ['10:00:00.600'],
          A: later(200, jumping),
          d: ['10:02:00.500'],
        }),
        words,
      );
      m.expect(lists[today]).toHaveSubscriptions(s.asked(['10:00:00', '10:02:00'], 300));
      m.expect(lists[tomorrow]).toHaveSubscriptions(s.asked(['10:00:00.300', '10:02:00.300'], 100));
      m.expect(events[first]).toHaveSubscriptions(s.asked(['10:00:00.400', ...jumping], 200));
      m.expect(events[second]).toHaveSubscriptions(s.asked(['10:00:00.400'], 200));
      m.expect(events[third]).toHaveSubscriptions(s.asked(['10:00:00.400'], 200));
      m.expect(events[fourth]).toHaveSubscriptions(s.asked(['10:02:00.300'], 200));
      m.flush();
      expect(s.told('race.moved')).toMatchObject([{ race_id: first, to: `${today}T10:05:00.000Z` }]);
      expect(s.told('race.status')).toEqual([{ race_id: second, from: 'Open', to: 'Abandoned' }]);
      expect(s.told('race.vanished')).toEqual([{ race_id: third, date: today }]);
      expect(s.told('listing.taken').filter(({ races }) => races > 0)).toEqual([
        { date: today, meetings: 3, races: 3 },
        { date: today, meetings: 3, races: 3 },
      ]);
      expect(s.store.rows('gaps')).toEqual([]);
    }),
  );

  it(
    'tell of a vanished race once, and it goes on being polled',
    marbles((m) => {
      const event$ = m.cold('200ms (e|)');
      const s = story(m, '10:00', {
        event: () => event$,
        race: open('11:30'),
        meetings: () => m.cold('100ms (l|)'),
        listed: listed(['10:00', [listedRace(first, open('11:30'))]], ['10:02', []]),
      });
      const polls = ['10:00:00.200', '10:05:00'];
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:08')).toBeObservable(
        s.emissions({ i: ['10:00:00.400'], a: ['10:00:00.400'], A: ['10:05:00.200'] }),
        words,
      );
      m.expect(event$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.told('race.vanished')).toEqual([{ race_id: first, date: today }]);
    }),
  );

  it(
    'that fail are told and not tried again before the next one',
    marbles((m) => {
      const list$ = m.cold('100ms (l|)');
      const broken$ = m.cold('100ms #', {}, new FeedError('server_error', 'Status 503.'));
      const list = inTurn(list$, list$, broken$, broken$, list$);
      const s = story(m, '10:00', {
        event: () => m.cold('200ms (e|)'),
        race: open('11:30'),
        meetings: list,
        listed: () => [],
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:04:01')).toBeObservable('200ms i', words);
      m.expect(broken$).toHaveSubscriptions(s.asked(['10:02:00', '10:02:00.100'], 100));
      m.expect(list$).toHaveSubscriptions(
        s.asked(['10:00:00', '10:00:00.100', '10:04:00', '10:04:00.100'], 100),
      );
      m.flush();
      expect(s.told('listing.failed')).toMatchObject([
        { date: today, reason: 'server_error' },
        { date: tomorrow, reason: 'server_error' },
      ]);
    }),
  );

  it(
    'have the whole host left alone when it asks for it, the races too',
    marbles((m) => {
      const busy$ = m.cold(
        '100ms #',
        {},
        new FeedError('rate_limited', 'Status 429.', { retryAfterMs: 60_000 }),
      );
      const list$ = m.cold('100ms (l|)');
      const event$ = m.cold('200ms (e|)');
      const s = story(m, '10:00', {
        event: () => event$,
        race: open('10:04'),
        meetings: inTurn(busy$, list$),
        listed: () => [],
        store: known('09:59:50', open('10:04')),
      });
      const polls = ['10:00:00', '10:01:00.100', '10:01:10'];
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:01:15')).toBeObservable(
        s.emissions({ A: later(200, polls), i: ['10:01:00.300'] }),
        words,
      );
      m.expect(busy$).toHaveSubscriptions('^ 99ms !');
      m.expect(list$).toHaveSubscriptions(s.asked(['10:01:00.100', '10:01:00.200'], 100));
      m.expect(event$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.told('feed.held')).toMatchObject([{ hold_ms: 60_000 }]);
    }),
  );

  it(
    'do not pile up while the host is left alone',
    marbles((m) => {
      const list$ = m.cold('100ms (l|)');
      const s = story(m, '10:00', {
        event: () => m.cold('200ms (e|)'),
        race: open('11:30'),
        meetings: () => list$,
        listed: () => [],
      });
      s.happen('10:01', () => {
        s.budget.hold(timeOf('10:20'));
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:21')).toBeObservable('200ms i', words);
      m.expect(list$).toHaveSubscriptions(
        s.asked(['10:00:00', '10:00:00.100', '10:20:00', '10:20:00.100'], 100),
      );
    }),
  );

  it(
    'that the journal does not take are taken by the next one',
    marbles((m) => {
      const event$ = m.cold('200ms (e|)');
      const s = story(m, '10:00', {
        event: () => event$,
        race: open('11:30'),
        meetings: () => m.cold('100ms (l|)'),
        listed: listed(['10:00', []], ['10:02', [listedRace(first, open('11:30'))]]),
      });
      s.happen('10:01', () => {
        s.store.failure = new Error('the disk is full');
      });
      s.happen('10:03', () => {
        s.store.failure = null;
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:04:30')).toBeObservable(
        s.emissions({ i: ['10:00:00.200'], a: ['10:04:00.300'] }),
        words,
      );
      m.expect(event$).toHaveSubscriptions(s.asked(['10:04:00.100'], 200));
      m.flush();
      expect(s.store.rows('meetings').map(({ meeting_id }) => meeting_id)).toEqual([meetingOf(first)]);
      expect(s.told('journal.failed')).toEqual([{ race_id: null, reason: 'the disk is full' }]);
    }),
  );

  it(
    'write a meeting only when it differs from the one written last, by an earlier run too',
    marbles((m) => {
      const options: StoryOptions = {
        event: () => m.cold('200ms (e|)'),
        race: open('11:30'),
        meetings: () => m.cold('100ms (l|)'),
        listed: listed(['10:00', [listedRace(first, open('11:30'))]]),
      };
      const s = story(m, '10:00', options);
      const t = story(m, '10:00', options);
      const [meeting] = listingOf(today, [listedRace(first, open('11:30'))], timeOf('09:00')).meetings;
      if (meeting === undefined) throw new Error('a race has a meeting');
      t.store.commit([{ table: 'meetings', row: listedMeeting(meeting, timeOf('09:00')).row }]);
      const written = [s.store, t.store].map((store) => {
        const commit = vi.spyOn(store, 'commit');
        return () => commit.mock.calls.flat(2).filter(({ table }) => table === 'meetings').length;
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:04:30')).toBeObservable('400ms (ia)', words);
      m.expect(raceday(t).pipe(map(inTwoWords)), t.until('10:04:30')).toBeObservable('400ms (ia)', words);
      m.flush();
      expect(written.map((count) => count())).toEqual([1, 0]);
    }),
  );

  it(
    'do not start a race again that is settled, and do one that is reinstated after that',
    marbles((m) => {
      const store = known('07:00', open('11:30'));
      recorded(store, '07:30', abandoned('11:30'));
      store.commit([{ table: 'races', key: first, patch: { settled_at: `${today}T07:40:00.000Z` } }]);
      const event$ = m.cold('200ms (e|)');
      const s = story(m, '10:00', {
        event: () => event$,
        race: open('11:30'),
        meetings: () => m.cold('100ms (l|)'),
        listed: listed(
          ['10:00', [listedRace(first, abandoned('11:30'))]],
          ['10:02', [listedRace(first, open('11:30'))]],
        ),
        store,
      });
      const polls = ['10:02:00.100', '10:05:00'];
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:06')).toBeObservable(
        s.emissions({ i: ['10:00:00.200'], a: ['10:02:00.300'], A: ['10:05:00.200'] }),
        words,
      );
      m.expect(event$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.store.rows('gaps')).toEqual([]);
      expect(s.told('race.vanished')).toEqual([]);
    }),
  );

  it(
    'have a settled race that they go on to list as Open read once, and not settled again each time',
    marbles((m) => {
      const store = known('07:00', open('07:30'));
      recorded(store, '07:35', abandoned('07:30'));
      store.commit([{ table: 'races', key: first, patch: { settled_at: `${today}T07:45:00.000Z` } }]);
      const rows = store.rows('races');
      const event$ = m.cold('200ms (e|)');
      const s = story(m, '10:01', {
        event: () => event$,
        race: abandoned('07:30'),
        meetings: () => m.cold('100ms (l|)'),
        listed: listed(['10:00', []], ['10:02', [listedRace(first, open('07:30'))]]),
        store,
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:12')).toBeObservable(
        s.emissions({ i: ['10:01:00.200'], A: ['10:03:00.300'], S: ['10:03:00.300'] }),
        { ...words, S: `${first} settled` },
      );
      m.expect(event$).toHaveSubscriptions(s.asked(['10:03:00.100'], 200));
      m.flush();
      expect(s.store.rows('races')).toEqual(rows);
      expect(s.told('race.settled')).toEqual([]);
      expect(s.store.rows('race_events').filter(({ value }) => value === 'Open')).toEqual([]);
    }),
  );

  it(
    'have a race that was settled in this run started again when it is reinstated',
    marbles((m) => {
      const event$ = m.cold('200ms (e|)');
      const s = story(m, '10:00', {
        event: () => event$,
        race: (now) => (now < timeOf('10:20') ? abandoned('11:30') : open('11:30')),
        meetings: () => m.cold('100ms (l|)'),
        listed: listed(
          ['10:00', [listedRace(second, abandoned('11:30'))]],
          ['10:20', [listedRace(second, open('11:30'))]],
        ),
      });
      // Known to be abandoned since the import; read once more, settled, and back at 10:20.
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:24')).toBeObservable(
        s.emissions({
          i: ['10:00:00.400'],
          b: ['10:00:00.400', '10:20:00.300'],
          B: ['10:10:00.400'],
          s: ['10:10:00.400'],
        }),
        words,
      );
      m.expect(event$).toHaveSubscriptions(s.asked(['10:00:00.200', '10:10:00.200', '10:20:00.100'], 200));
      m.flush();
      expect(s.told('race.vanished')).toEqual([]);
      expect(s.store.rows('gaps')).toEqual([]);
    }),
  );

  it(
    'give each race the cadence of its country and code',
    marbles((m) => {
      const events = { [first]: m.cold('200ms (e|)'), [second]: m.cold('200ms (e|)') };
      const hound = { ...defaultCadence, bands: [{ name: 'hound', overMs: -Infinity, everyMs: 7_000 }] };
      const s = story(m, '11:56', {
        event: named(events),
        race: open('12:00'),
        meetings: () => m.cold('100ms (l|)'),
        listed: () => [
          listedRace(first, open('12:00')),
          listedRace(second, open('12:00'), { country: 'AUS', category: 'G' }),
        ],
      });
      const context = {
        ...s,
        cadences: {
          standard: defaultCadence,
          overrides: [{ countries: ['AUS'], categories: ['G'], cadence: hound }],
        },
      };
      const seven = every(7_000, Math.ceil(timeOf('11:56:00.200') / 7_000) * 7_000, '11:56:20.800');
      m.expect(raceday(context).pipe(map(inTwoWords)), s.until('11:56:21')).toBeObservable(
        s.emissions({
          a: ['11:56:00.400'],
          i: ['11:56:00.400'],
          b: ['11:56:00.400'],
          A: ['11:56:10.200', '11:56:20.200'],
          B: later(200, seven),
        }),
        words,
      );
      m.expect(events[first]).toHaveSubscriptions(s.asked(['11:56:00.200', '11:56:10', '11:56:20'], 200));
      m.expect(events[second]).toHaveSubscriptions(s.asked(['11:56:00.200', ...seven], 200));
    }),
  );

  it(
    'are not needed for the races that an earlier run left unsettled',
    marbles((m) => {
      const events = { [first]: m.cold('200ms (e|)'), [second]: m.cold('200ms (e|)') };
      const store = new MemoryStore();
      recorded(store, '2026-03-06T12:02:00Z', { ...open('2026-03-06T12:00:00Z'), status: 'Final' }, first);
      recorded(store, '2026-03-06T12:12:00Z', { ...open('2026-03-06T12:00:00Z'), status: 'Final' }, first);
      recorded(store, '11:57:50', open('12:00'), second);
      store.commit([{ table: 'races', key: second, patch: { settled_at: `${today}T11:57:50.000Z` } }]);
      const s = story(m, '11:58', {
        event: named(events),
        race: { ...open('2026-03-06T12:00:00Z'), status: 'Final' },
        meetings: () => m.cold('100ms (l|)'),
        listed: () => [],
        store,
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('12:05')).toBeObservable(
        s.emissions({ i: ['11:58:00.200'], A: ['12:02:00.200'], x: ['12:02:00.200'] }),
        { ...words, x: `${first} settled` },
      );
      m.expect(events[first]).toHaveSubscriptions(s.asked(['12:02:00'], 200));
      m.expect(events[second]).toHaveSubscriptions([]);
    }),
  );
});
