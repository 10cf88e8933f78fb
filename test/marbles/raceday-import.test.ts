import { NEVER, concatWith, ignoreElements, map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { FeedError } from '../../src/domain/source.ts';
import { importOnce, raceday } from '../../src/streams/raceday.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { listedRace, meetingOf } from '../support/streams-snapshots.ts';
import { first, inTurn, inTwoWords, known, named, second, story, third } from '../support/streams-story.ts';

const afternoon = { status: 'Open', start: timeOf('16:00'), win: 2 };
const [today, tomorrow, afterTomorrow] = ['2026-03-07', '2026-03-08', '2026-03-09'] as const;
const down = new FeedError('server_error', 'Status 503.');

/** Letters of diagrams: what the race day tells. */
const words = {
  a: `${first} changed`,
  A: `${first} unchanged`,
  b: `${second} changed`,
  B: `${second} failed`,
  c: `${third} changed`,
  i: 'imported',
};

describe('an import', () => {
  it(
    'lists every NZ date of the UTC day and has each race fetched once',
    marbles((m) => {
      const lists = { [today]: m.cold('300ms (l|)'), [tomorrow]: m.cold('500ms (l|)') };
      const events = { [first]: m.cold('200ms (e|)'), [second]: m.cold('400ms (e|)') };
      const s = story(m, '10:00', {
        event: named(events),
        race: afternoon,
        meetings: named(lists),
        listed: (date) => [listedRace(date === today ? first : second, afternoon)],
      });
      m.expect(importOnce(s, undefined).pipe(map(inTwoWords))).toBeObservable('1s a 199ms (i|)', words);
      m.expect(lists[today]).toHaveSubscriptions('^ 299ms !');
      m.expect(lists[tomorrow]).toHaveSubscriptions('300ms ^ 499ms !');
      m.expect(events[first]).toHaveSubscriptions('800ms ^ 199ms !');
      m.expect(events[second]).toHaveSubscriptions('800ms ^ 399ms !');
      m.flush();
      expect(s.store.rows('imports')).toMatchObject([
        {
          started_at: `${today}T10:00:00.000Z`,
          finished_at: `${today}T10:00:01.200Z`,
          dates: JSON.stringify([today, tomorrow]),
          meetings: 2,
          races: 2,
          failed: '[]',
        },
      ]);
      expect(s.store.rows('meetings').map(({ meeting_id, date }) => [meeting_id, date])).toEqual([
        [meetingOf(first), today],
        [meetingOf(second), tomorrow],
      ]);
      expect(s.told('import.finished')).toEqual([
        { dates: [today, tomorrow], meetings: 2, races: 2, failed: 0, duration_ms: 1_200 },
      ]);
    }),
  );

  it(
    'of one date lists that date alone',
    marbles((m) => {
      const list$ = m.cold('300ms (l|)');
      const event$ = m.cold('200ms (e|)');
      const dates: string[] = [];
      const s = story(m, '10:00', {
        event: () => event$,
        race: afternoon,
        meetings: (date) => {
          dates.push(date);
          return list$;
        },
        listed: () => [listedRace(first, afternoon)],
      });
      m.expect(importOnce(s, [afterTomorrow]).pipe(map(inTwoWords))).toBeObservable('500ms (i|)', words);
      m.expect(event$).toHaveSubscriptions('300ms ^ 199ms !');
      m.flush();
      expect(dates).toEqual([afterTomorrow]);
      expect(s.store.rows('polls')).toHaveLength(1);
    }),
  );

  it(
    'goes on without a listing, a meeting and a race that fail, and names them',
    marbles((m) => {
      const broken$ = m.cold('100ms #', {}, down);
      const list$ = m.cold('300ms (l|)');
      const events = { [first]: m.cold('200ms (e|)'), [second]: m.cold('100ms #', {}, down) };
      const s = story(m, '10:00', {
        event: named(events),
        race: afternoon,
        meetings: (date) => (date === today ? broken$ : list$),
        listed: () => [listedRace(first, afternoon), listedRace(second, afternoon)],
        rejected: [{ meetingId: 'unreadable', reason: 'it has no races', body: Buffer.from('{}') }],
      });
      // The listing is tried three times, 2 and 4 seconds apart, and so is the race.
      m.expect(importOnce(s, undefined).pipe(map(inTwoWords))).toBeObservable(
        '6700ms B 99ms a 1999ms B 4099ms (i|)',
        words,
      );
      m.expect(broken$).toHaveSubscriptions(['^ 99ms !', '2100ms ^ 99ms !', '6200ms ^ 99ms !']);
      m.expect(list$).toHaveSubscriptions('6300ms ^ 299ms !');
      m.expect(events[first]).toHaveSubscriptions('6600ms ^ 199ms !');
      m.expect(events[second]).toHaveSubscriptions([
        '6600ms ^ 99ms !',
        '8700ms ^ 99ms !',
        '12800ms ^ 99ms !',
      ]);
      m.flush();
      const failed = [
        { date: today, reason: 'Status 503.' },
        { date: tomorrow, meeting_id: 'unreadable', reason: 'it has no races' },
        { race_id: second, reason: 'server_error' },
      ];
      expect(s.store.rows('imports')).toMatchObject([
        { meetings: 2, races: 2, failed: JSON.stringify(failed) },
      ]);
      expect(s.told('listing.failed')).toHaveLength(3);
      expect(s.told('import.meetings_failed')).toEqual([
        { date: today, meeting_id: null, reason: 'Status 503.' },
        { date: tomorrow, meeting_id: 'unreadable', reason: 'it has no races' },
      ]);
      expect(s.told('import.race_failed')).toEqual([{ race_id: second, reason: 'server_error' }]);
      expect(s.told('import.finished')).toMatchObject([{ failed: 3 }]);
    }),
  );

  it(
    'takes a listing that comes at the second try, and a race too',
    marbles((m) => {
      const broken$ = m.cold('100ms #', {}, down);
      const list$ = m.cold('300ms (l|)');
      const answer$ = m.cold('200ms (e|)');
      const list = inTurn(broken$, list$);
      const event = inTurn(broken$, answer$);
      const s = story(m, '10:00', {
        event,
        race: afternoon,
        meetings: list,
        listed: () => [listedRace(first, afternoon)],
      });
      m.expect(importOnce(s, [today]).pipe(map(inTwoWords))).toBeObservable('2500ms F 2199ms (i|)', {
        ...words,
        F: `${first} failed`,
      });
      m.expect(answer$).toHaveSubscriptions('4500ms ^ 199ms !');
      m.flush();
      expect(s.store.rows('imports')).toMatchObject([{ failed: '[]' }]);
    }),
  );

  it(
    'gives a listing up that never ends, at its deadline',
    marbles((m) => {
      const never$ = m.cold('-');
      const list$ = m.cold('300ms (l|)');
      const s = story(m, '10:00', {
        event: () => m.cold('200ms (e|)'),
        race: afternoon,
        meetings: inTurn(never$, list$),
        listed: () => [],
      });
      m.expect(importOnce(s, [today]).pipe(map(inTwoWords)), '60s !').toBeObservable('12300ms (i|)', words);
      m.expect(never$).toHaveSubscriptions('^ 9999ms !');
      m.expect(list$).toHaveSubscriptions('12s ^ 299ms !');
      m.flush();
      expect(s.told('listing.failed')).toMatchObject([{ reason: 'timeout' }]);
    }),
  );

  it(
    'writes the meetings of a day too whose races are all over',
    marbles((m) => {
      const final = { ...afternoon, status: 'Final' };
      const store = known('09:00', final);
      store.commit([{ table: 'races', key: first, patch: { settled_at: `${today}T09:30:00.000Z` } }]);
      const list$ = m.cold('300ms (l|)');
      const event$ = m.cold('200ms (e|)');
      const s = story(m, '10:00', {
        event: () => event$,
        race: final,
        meetings: () => list$,
        listed: () => [listedRace(first, final)],
        store,
      });
      m.expect(importOnce(s, [today]).pipe(map(inTwoWords))).toBeObservable('300ms (i|)', words);
      m.expect(event$).toHaveSubscriptions([]);
      m.flush();
      expect(s.store.rows('meetings')).toMatchObject([{ meeting_id: meetingOf(first), date: today }]);
    }),
  );

  it(
    'tells what it has after a quarter of an hour, whatever is missing',
    marbles((m) => {
      const list$ = m.cold('300ms (l|)');
      const event$ = m.cold('200ms (e|)');
      const s = story(m, '10:00', {
        event: () => event$,
        race: afternoon,
        meetings: () => list$,
        listed: () => [listedRace(first, afternoon)],
      });
      s.happen('10:00:00.300', () => {
        s.budget.hold(timeOf('11:00'));
      });
      m.expect(importOnce(s, [today]).pipe(map(inTwoWords)), '61m !').toBeObservable('900300ms (i|)', words);
      m.expect(event$).toHaveSubscriptions([]);
      m.flush();
      expect(s.store.rows('imports')).toMatchObject([
        { failed: JSON.stringify([{ race_id: first, reason: 'no answer in time' }]) },
      ]);
    }),
  );

  it(
    'records only the countries and codes that are asked for',
    marbles((m) => {
      const list$ = m.cold('300ms (l|)');
      const event$ = m.cold('200ms (e|)');
      const asked: string[] = [];
      const s = story(m, '10:00', {
        event: (raceId) => {
          asked.push(raceId);
          return event$;
        },
        race: afternoon,
        meetings: () => list$,
        listed: () => [
          listedRace(first, afternoon, { country: 'NZ', category: 'T' }),
          listedRace(second, afternoon, { country: 'AUS', category: 'T' }),
          listedRace(third, afternoon, { country: 'NZ', category: 'G' }),
        ],
      });
      const context = { ...s, countries: new Set(['NZ']), categories: new Set(['T', 'H']) };
      m.expect(importOnce(context, [today]).pipe(map(inTwoWords))).toBeObservable('500ms (i|)', words);
      m.expect(event$).toHaveSubscriptions('300ms ^ 199ms !');
      m.flush();
      expect(asked).toEqual([first]);
      expect(s.store.rows('meetings').map(({ meeting_id }) => meeting_id)).toEqual([meetingOf(first)]);
      expect(s.store.rows('imports')).toMatchObject([{ meetings: 1, races: 1 }]);
      expect(s.told('selection.absent')).toEqual([{ dates: [today], countries: [], categories: ['H'] }]);
    }),
  );

  it(
    'warns of selected countries and categories that are in no listing, but not while one is missing',
    marbles((m) => {
      const list$ = m.cold('300ms (l|)');
      const s = story(m, '10:00', {
        event: () => m.cold('200ms (e|)'),
        race: afternoon,
        meetings: (date) => (date === afterTomorrow ? m.cold('300ms #', {}, down) : list$),
        listed: (date) => [
          listedRace(first, afternoon, { country: date === today ? 'NZ' : 'UK', category: 'T' }),
        ],
      });
      const context = { ...s, countries: new Set(['NZ', 'AUS', 'UK']), categories: new Set(['T']) };
      const ended = (dates: string[]) => importOnce(context, dates).pipe(ignoreElements(), concatWith(NEVER));
      m.expect(ended([today, tomorrow]), '10m !').toBeObservable('-');
      m.expect(ended([today, afterTomorrow]), '10m !').toBeObservable('-');
      m.flush();
      expect(s.told('import.finished')).toMatchObject([{ failed: 0 }, { failed: 1 }]);
      expect(s.told('selection.absent')).toEqual([
        { dates: [today, tomorrow], countries: ['AUS'], categories: [] },
      ]);
    }),
  );

  it(
    'is made again at midnight UTC, of the dates of the new day',
    marbles((m) => {
      const lists = {
        [today]: m.cold('300ms (l|)'),
        [tomorrow]: m.cold('300ms (l|)'),
        [afterTomorrow]: m.cold('300ms (l|)'),
      };
      const late = { ...afternoon, start: timeOf('2026-03-09T02:00:00Z') };
      const event$ = m.cold('200ms (e|)');
      const s = story(m, '23:59:50', {
        event: () => event$,
        race: late,
        meetings: named(lists),
        listed: (date) => (date === afterTomorrow ? [listedRace(first, late)] : []),
      });
      // Races of the day after tomorrow are found at midnight: 10 s, two listings and the poll later.
      m.expect(raceday(s).pipe(map(inTwoWords)), '30s !').toBeObservable('600ms i 10199ms (ia)', words);
      m.expect(lists[today]).toHaveSubscriptions('^ 299ms !');
      m.expect(lists[tomorrow]).toHaveSubscriptions(['300ms ^ 299ms !', '10s ^ 299ms !']);
      m.expect(lists[afterTomorrow]).toHaveSubscriptions('10300ms ^ 299ms !');
      m.expect(event$).toHaveSubscriptions('10600ms ^ 199ms !');
      m.flush();
      expect(s.told('import.started')).toEqual([
        { dates: [today, tomorrow] },
        { dates: [tomorrow, afterTomorrow] },
      ]);
    }),
  );

  it(
    'that is still under way at midnight is followed by that of the new day',
    marbles((m) => {
      const list$ = m.cold('8s (l|)');
      const s = story(m, '23:59:50', {
        event: () => m.cold('200ms (e|)'),
        race: afternoon,
        meetings: () => list$,
        listed: () => [],
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), '50s !').toBeObservable('16s i 15999ms i', words);
      m.expect(list$).toHaveSubscriptions([
        '^ 7999ms !',
        '8s ^ 7999ms !',
        '16s ^ 7999ms !',
        '24s ^ 7999ms !',
      ]);
      m.flush();
      expect(s.told('import.started')).toEqual([
        { dates: [today, tomorrow] },
        { dates: [tomorrow, afterTomorrow] },
      ]);
    }),
  );

  it(
    'polls nothing twice: a race that is due anyway is polled once',
    marbles((m) => {
      const list$ = m.cold('300ms (l|)');
      const event$ = m.cold('900ms (e|)');
      const s = story(m, '10:00', {
        event: () => event$,
        race: afternoon,
        meetings: () => list$,
        listed: () => [listedRace(first, afternoon)],
        store: known('09:50', afternoon),
      });
      // The race goes on from the journal, and is being polled when the import asks for it.
      m.expect(raceday(s).pipe(map(inTwoWords)), '60s !').toBeObservable('900ms (iA)', words);
      m.expect(event$).toHaveSubscriptions('^ 899ms !');
    }),
  );
});
