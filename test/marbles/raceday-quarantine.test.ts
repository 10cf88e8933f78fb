import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { FeedError } from '../../src/domain/source.ts';
import { raceday } from '../../src/streams/raceday.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { listedRace } from '../support/streams-snapshots.ts';
import { first, inTurn, inTwoWords, story } from '../support/streams-story.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const [today, tomorrow] = ['2026-03-07', '2026-03-08'] as const;
const afternoon = { status: 'Open', start: timeOf('15:00'), win: 2 };
const words = { i: 'imported', a: `${first} changed`, u: `${first} unchanged` };
const entry = (time: string, body: string) => ({
  raceId: null,
  receivedAt: timeOf(time),
  reason: 'malformed',
  body: bytes(body),
});

describe('what a listing holds that cannot be used', () => {
  it(
    'is kept when it is a whole response, each time that one comes, and no other failure is',
    marbles((m) => {
      const page = '<html>502</html>';
      const html$ = m.cold('100ms #', {}, new FeedError('malformed', 'Not JSON.', { body: bytes(page) }));
      const down$ = m.cold('100ms #', {}, new FeedError('server_error', 'Status 503.'));
      const list$ = m.cold('100ms (l|)');
      const s = story(m, '10:00', {
        event: () => m.cold('200ms (e|)'),
        race: afternoon,
        meetings: inTurn(html$, list$, list$, down$, html$, list$),
        listed: () => [],
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:03')).toBeObservable(
        s.emissions({ i: ['10:00:02.300'] }),
        words,
      );
      m.flush();
      expect(s.store.quarantined).toEqual([entry('10:00:00.100', page), entry('10:02:00.200', page)]);
      const told = { meeting_id: null, reason: 'Not JSON.', bytes: page.length };
      expect(s.told('listing.quarantined')).toEqual([
        { date: today, ...told },
        { date: tomorrow, ...told },
      ]);
      expect(s.told('listing.failed')).toHaveLength(3);
    }),
  );

  it(
    'is kept when it is one meeting of several, once for as long as it comes the same',
    marbles((m) => {
      const list$ = m.cold('100ms (l|)');
      const meeting = (body: string) => ({ meetingId: 'm1', reason: 'races: not a list', body: bytes(body) });
      const rejected = [meeting('{"meeting":"m1","races":7}')];
      const s = story(m, '10:00', {
        event: () => m.cold('200ms (e|)'),
        race: afternoon,
        meetings: () => list$,
        listed: (date) => (date === today ? [listedRace(first, afternoon)] : []),
        rejected,
      });
      s.happen('10:03', () => {
        rejected[0] = meeting('{"meeting":"m1","races":8}');
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:06:01')).toBeObservable(
        s.emissions({ i: ['10:00:00.400'], a: ['10:00:00.400'], u: ['10:05:00.200'] }),
        words,
      );
      m.flush();
      expect(s.store.quarantined).toEqual([
        entry('10:00:00.200', '{"meeting":"m1","races":7}'),
        entry('10:04:00.100', '{"meeting":"m1","races":8}'),
      ]);
      expect(s.told('listing.quarantined').map(({ meeting_id, bytes: size }) => [meeting_id, size])).toEqual([
        ['m1', 26],
        ['m1', 26],
      ]);
      expect(s.told('import.meetings_failed')).toHaveLength(2);
    }),
  );

  it(
    'is kept by the next listing when the journal did not take it',
    marbles((m) => {
      const list$ = m.cold('100ms (l|)');
      const s = story(m, '10:00', {
        event: () => m.cold('200ms (e|)'),
        race: afternoon,
        meetings: () => list$,
        listed: () => [],
        rejected: [{ meetingId: null, reason: 'name: not a text', body: bytes('{}') }],
      });
      s.store.failure = new Error('the disk is full');
      s.happen('10:01', () => {
        s.store.failure = null;
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:05')).toBeObservable('200ms i', words);
      m.flush();
      expect(s.store.quarantined).toEqual([entry('10:02:00.100', '{}')]);
      expect(s.told('journal.failed')).toContainEqual({ race_id: null, reason: 'the disk is full' });
    }),
  );

  it(
    'is kept when it is dated two hours ahead, unless the clock of the feed is so far ahead',
    marbles((m) => {
      const list$ = m.cold('100ms (l|)');
      const s = story(m, '10:00', {
        event: () => m.cold('200ms (e|)'),
        race: afternoon,
        meetings: () => list$,
        listed: () => [],
        feedAheadMs: 3 * 3_600_000,
      });
      m.expect(raceday(s).pipe(map(inTwoWords)), s.until('10:01')).toBeObservable(
        s.emissions({ i: ['10:00:02.300'] }),
        words,
      );
      m.expect(list$).toHaveSubscriptions(s.asked(['10:00:00', '10:00:02.100', '10:00:02.200'], 100));
      m.flush();
      expect(s.store.quarantined.map(({ raceId, receivedAt }) => [raceId, receivedAt])).toEqual([
        [null, timeOf('10:00:00.100')],
      ]);
      expect(s.told('listing.failed')).toEqual([
        {
          date: today,
          reason: 'misdated',
          detail: `The listing is dated ${today}T13:00:00.100Z, more than a minute ahead of the feed's clock.`,
        },
      ]);
      expect(s.told('feed.clock')).toEqual([{ offset_ms: 3 * 3_600_000, corrected: true }]);
    }),
  );

  it(
    'and is listed twice is logged once for as long as it comes the same',
    marbles((m) => {
      const list$ = m.cold('100ms (l|)');
      const s = story(m, '10:00', {
        event: () => m.cold('200ms (e|)'),
        race: afternoon,
        meetings: () => list$,
        listed: (date) =>
          date === today ? [listedRace(first, afternoon), listedRace(first, afternoon)] : [],
      });
      const repeated = { meetings: ['m1'], races: [first] };
      const meetings: typeof s.feed.meetings = (date) =>
        s.feed
          .meetings(date)
          .pipe(
            map((received) =>
              date === today ? { ...received, snapshot: { ...received.snapshot, repeated } } : received,
            ),
          );
      m.expect(
        raceday({ ...s, feed: { ...s.feed, meetings } }).pipe(map(inTwoWords)),
        s.until('10:06:01'),
      ).toBeObservable(s.emissions({ i: ['10:00:00.400'], a: ['10:00:00.400'], u: ['10:05:00.200'] }), words);
      m.flush();
      expect(s.told('listing.repeated')).toEqual([{ date: today, ...repeated }]);
      expect(s.store.rows('races')).toHaveLength(1);
    }),
  );
});
