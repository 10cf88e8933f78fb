import { of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { defaultCadence } from '../../src/streams/cadence.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { every, later } from '../support/streams-diagram.ts';
import { actor, first, inTurn, known, listedOrder, reports, story } from '../support/streams-story.ts';

const minute = 60_000;
const noon = { status: 'Open', start: timeOf('12:00'), win: 2 };

describe('a race', () => {
  it(
    'is polled more and more often as its start comes nearer',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '05:50', { event: () => answer$, race: noon });
      const polls = [
        ...every(5 * minute, '06:00', '11:00'),
        ...every(minute, '11:00', '11:45'),
        ...every(30_000, '11:45', '11:55'),
        ...every(10_000, '11:55', '12:00'),
      ];
      m.expect(actor(s, of({ kind: 'poll' })), s.until('12:00')).toBeObservable(
        s.emissions({ c: later(200, ['05:50']), u: later(200, polls) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(['05:50', ...polls], 200));
      m.flush();
      expect(s.told('race.cadence').map(({ band, every_ms }) => [band, every_ms])).toEqual([
        ['day', 30 * minute],
        ['hours', 5 * minute],
        ['hour', minute],
        ['quarter', 30_000],
        ['jump', 10_000],
      ]);
      expect(s.store.rows('gaps')).toEqual([]);
    }),
  );

  it(
    'is not live, and polled every half an hour, more than a day before its start',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:15', {
        event: () => answer$,
        race: { ...noon, start: timeOf('2026-03-08T11:45:00Z') },
      });
      const polls = ['11:30', '12:00', '12:30'];
      m.expect(actor(s, of({ kind: 'poll' })), s.until('12:31')).toBeObservable(
        s.emissions({ c: later(200, ['11:15']), u: later(200, polls) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(['11:15', ...polls], 200));
      m.flush();
      expect(s.told('race.cadence').map(({ band }) => band)).toEqual(['not_live', 'day']);
    }),
  );

  it(
    'records what a poll brings during which the band changes: the poll is not cut short',
    marbles((m) => {
      const start = timeOf('12:00:05');
      const quick$ = m.cold('200ms (a|)');
      const slow$ = m.cold('8s (a|)');
      // The last five minutes begin at 11:55:05, in the middle of the poll of 11:55:00.
      const s = story(m, '11:54:15', {
        event: inTurn(quick$, slow$, quick$),
        race: [
          ['11:54', { status: 'Open', start, win: 2 }],
          ['11:55:06', { status: 'Open', start, win: 3 }],
        ],
        store: known('11:54:00', { status: 'Open', start, win: 2 }),
      });
      m.expect(actor(s), s.until('11:55:15')).toBeObservable(
        s.emissions({ u: ['11:54:30.200', '11:55:10.200'], c: ['11:55:08'] }),
        reports,
      );
      m.expect(slow$).toHaveSubscriptions(s.askedFrom('11:55:00', '11:55:08'));
      m.expect(quick$).toHaveSubscriptions(s.asked(['11:54:30', '11:55:10'], 200));
      m.flush();
      expect(s.told('race.cadence').map(({ band }) => band)).toEqual(['quarter', 'jump']);
      expect(s.store.rows('odds_history').map(({ odds }) => odds)).toEqual([2, 3]);
    }),
  );

  it(
    'is polled again at once when a poll took longer than its interval, and one poll at a time',
    marbles((m) => {
      const slow$ = m.cold('8s (a|)');
      const [...bands] = defaultCadence.bands;
      const s = story(m, '11:58', {
        event: () => slow$,
        race: noon,
        cadence: { ...defaultCadence, bands: bands.map((band) => ({ ...band, everyMs: 5_000 })) },
        store: known('11:57:55', noon),
      });
      const polls = ['11:58:00', '11:58:08', '11:58:16', '11:58:24'];
      m.expect(actor(s), s.until('11:58:40')).toBeObservable(
        s.emissions({ u: ['11:58:08', '11:58:16', '11:58:24', '11:58:32'] }),
        reports,
      );
      m.expect(slow$).toHaveSubscriptions([...s.asked(polls, 8_000), s.askedFrom('11:58:32', '11:58:40')]);
      m.flush();
      expect(s.told('poll.unchanged').map(({ lateness_ms }) => lateness_ms)).toEqual([
        0, 3_000, 6_000, 4_000,
      ]);
    }),
  );

  it(
    'is polled at once, and more often, when its start moves nearer',
    marbles((m) => {
      const nearer = { ...noon, start: timeOf('11:35') };
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('20s l', { l: listedOrder('11:30:20', nearer) });
      const s = story(m, '11:30', {
        event: () => answer$,
        race: [
          ['11:30', noon],
          ['11:30:20', nearer],
        ],
        store: known('11:29', noon),
      });
      const polls = ['11:30:00', '11:30:20', '11:30:30', '11:30:40', '11:30:50'];
      m.expect(actor(s, order$), s.until('11:31')).toBeObservable(
        s.emissions({ u: later(200, polls) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.told('race.moved')).toMatchObject([
        { from: '2026-03-07T12:00:00.000Z', to: '2026-03-07T11:35:00.000Z' },
      ]);
      // In the light of the new start polls are missing; nobody could know.
      expect(s.store.rows('gaps')).toEqual([]);
      expect(s.store.rows('polls').map(({ lateness_ms }) => lateness_ms)).toEqual([0, 0, 0, 0, 0, 0]);
    }),
  );

  it(
    'is polled less often again when its start moves away',
    marbles((m) => {
      const away = { ...noon, start: timeOf('13:00') };
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('25s l', { l: listedOrder('11:57:25', away) });
      const s = story(m, '11:57', {
        event: () => answer$,
        race: [
          ['11:57', noon],
          ['11:57:25', away],
        ],
        store: known('11:56:50', noon),
      });
      // While the event has not confirmed it, by the earlier start.
      const polls = ['11:57:00', '11:57:10', '11:57:20', '11:57:30', '12:00:00', '12:01:00'];
      m.expect(actor(s, order$), s.until('12:02')).toBeObservable(
        s.emissions({ u: later(200, polls) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.told('race.cadence').map(({ band }) => band)).toEqual(['jump', 'hours', 'hour']);
    }),
  );

  it(
    'keeps its pace when its start moves within its band',
    marbles((m) => {
      const moved = { ...noon, start: timeOf('12:03') };
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('25s l', { l: listedOrder('11:30:25', moved) });
      const s = story(m, '11:30', {
        event: () => answer$,
        race: [
          ['11:30', noon],
          ['11:30:25', moved],
        ],
        store: known('11:29', noon),
      });
      const polls = ['11:30:00', '11:31:00', '11:32:00'];
      m.expect(actor(s, order$), s.until('11:32:30')).toBeObservable(
        s.emissions({ u: later(200, polls) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
    }),
  );

  it(
    'is polled as fast as can be when its start moves into the past',
    marbles((m) => {
      const past = { ...noon, start: timeOf('10:00') };
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('25s l', { l: listedOrder('11:30:25', past) });
      const s = story(m, '11:30', {
        event: () => answer$,
        race: [
          ['11:30', noon],
          ['11:30:25', past],
        ],
        store: known('11:29', noon),
      });
      const polls = ['11:30:00', '11:30:25', '11:30:30', '11:30:40'];
      m.expect(actor(s, order$), s.until('11:30:45')).toBeObservable(
        s.emissions({ u: later(200, polls) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
    }),
  );

  it(
    'learns from its own polls too that its start has moved',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:30', {
        event: () => answer$,
        race: [
          ['11:29', noon],
          ['11:30:30', { ...noon, start: timeOf('11:36') }],
        ],
        store: known('11:29', noon),
      });
      // The poll of 11:31:00 tells of it; the race is in its last five minutes by then.
      const polls = ['11:30:00', '11:31:00', '11:31:10', '11:31:20'];
      m.expect(actor(s), s.until('11:31:25')).toBeObservable(
        s.emissions({ u: later(200, ['11:30:00', '11:31:10', '11:31:20']), c: ['11:31:00.200'] }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
    }),
  );

  it(
    'stays at the fastest pace while it is Open, 20 minutes after its start',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '12:00', { event: () => answer$, race: noon, store: known('11:59:50', noon) });
      const polls = every(10_000, '12:00', '12:20');
      m.expect(actor(s), s.until('12:20')).toBeObservable(s.emissions({ u: later(200, polls) }), reports);
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
    }),
  );

  it(
    'takes a status that nobody knows for a live one, and tells of it',
    marbles((m) => {
      const odd = { ...noon, status: 'Postponed' };
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', {
        event: () => answer$,
        race: [
          ['11:56', noon],
          ['11:56:15', odd],
        ],
        store: known('11:55:50', noon),
      });
      const polls = every(10_000, '11:56', '11:57');
      m.expect(actor(s), s.until('11:57')).toBeObservable(
        s.emissions({
          u: later(200, ['11:56:00', '11:56:10', '11:56:30', '11:56:40', '11:56:50']),
          c: ['11:56:20.200'],
        }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.told('race.unknown_status')).toEqual([{ race_id: first, status: 'Postponed' }]);
    }),
  );

  it(
    'is polled in the bands of the feed that is a minute ahead of our clock',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:52:30', {
        event: () => answer$,
        race: noon,
        feedAheadMs: minute,
        store: known('11:52:00', noon),
      });
      // By the feed's clock the last five minutes begin at 11:54 of ours.
      const polls = [...every(30_000, '11:52:30', '11:54'), ...every(10_000, '11:54', '11:54:30')];
      m.expect(actor(s), s.until('11:54:30')).toBeObservable(s.emissions({ u: later(200, polls) }), reports);
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.told('feed.clock')).toEqual([{ offset_ms: minute, corrected: true }]);
    }),
  );

  it(
    'is polled by our clock while the feed is off by no more than five seconds',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:54:30', {
        event: () => answer$,
        race: noon,
        feedAheadMs: 4_900,
        store: known('11:54:00', noon),
      });
      const polls = ['11:54:30', '11:55:00', '11:55:10', '11:55:20'];
      m.expect(actor(s), s.until('11:55:25')).toBeObservable(s.emissions({ u: later(200, polls) }), reports);
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.told('feed.clock')).toEqual([]);
    }),
  );
});
