import { describe, expect, it } from 'vitest';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { later } from '../support/streams-diagram.ts';
import { actor, first, known, reports, story } from '../support/streams-story.ts';

const noon = { status: 'Open', start: timeOf('12:00'), win: 2 };
const asReceived = new TextEncoder().encode('as received');

describe('a response that is not as documented', () => {
  it(
    'and would write what no table holds is malformed: kept, a gap until the next good one, and the journal is well',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', {
        event: () => answer$,
        race: [
          ['11:56', { ...noon, hold: 40 }],
          ['11:56:05', { ...noon, hold: Infinity }],
          ['11:56:20', { ...noon, hold: 41 }],
        ],
        store: known('11:55:50', noon),
      });
      const failed = ['11:56:10', '11:56:12.200', '11:56:16.400'];
      m.expect(actor(s), s.until('11:56:35')).toBeObservable(
        s.emissions({
          c: later(200, ['11:56:00', '11:56:24.600']),
          f: later(200, failed),
          u: later(200, ['11:56:30']),
        }),
        reports,
      );
      m.flush();
      const kept = { raceId: first, reason: 'malformed', body: asReceived };
      expect(s.store.quarantined).toEqual(later(200, failed).map((at) => ({ ...kept, receivedAt: at })));
      expect(s.store.rows('polls').map(({ reason }) => reason)).toEqual([
        ...[null, null],
        ...failed.map(() => 'malformed'),
        ...[null, null],
      ]);
      expect(s.store.rows('gaps')).toMatchObject([
        {
          reason: 'malformed',
          from_time: '2026-03-07T11:56:10.000Z',
          to_time: '2026-03-07T11:56:24.600Z',
        },
      ]);
      expect(s.told('journal.failed')).toEqual([]);
      expect(s.told('race.restarted')).toEqual([]);
    }),
  );

  it(
    'is reported and kept once for each kind, and its prices are recorded',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const drifts = [{ field: 'runners.age', received: 'text' }];
      const s = story(m, '11:56', {
        event: () => answer$,
        race: [
          ['11:56', { ...noon, win: 3, drifts }],
          ['11:56:05', { ...noon, win: 4, drifts }],
          ['11:56:15', { ...noon, win: 5, drifts: [...drifts, { field: 'race.state', received: 'list' }] }],
        ],
        store: known('11:55:50', noon),
      });
      m.expect(actor(s), s.until('11:56:25')).toBeObservable(
        s.emissions({ c: later(200, ['11:56:00', '11:56:10', '11:56:20']) }),
        reports,
      );
      m.flush();
      expect(s.told('feed.drifted')).toEqual([
        { race_id: first, field: 'runners.age', received: 'text' },
        { race_id: first, field: 'race.state', received: 'list' },
      ]);
      const kept = { raceId: first, reason: 'drifted', body: asReceived };
      expect(s.store.quarantined).toEqual([
        { ...kept, receivedAt: timeOf('11:56:00.200') },
        { ...kept, receivedAt: timeOf('11:56:20.200') },
      ]);
      expect(s.told('poll.quarantined')).toEqual([]);
    }),
  );

  it(
    'costs the part that could not be understood, with a gap since the response before it',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const lost = [{ part: 'money' as const, reason: 'data.money_tracker: Invalid input' }];
      const s = story(m, '11:56', {
        event: () => answer$,
        race: [
          ['11:56', { ...noon, win: 3 }],
          ['11:56:05', { ...noon, win: 4, lost }],
          ['11:56:15', { ...noon, win: 5, lost }],
          ['11:56:25', { ...noon, win: 6 }],
        ],
        store: known('11:55:50', noon),
      });
      m.expect(actor(s), s.until('11:56:35')).toBeObservable(
        s.emissions({ c: later(200, ['11:56:00', '11:56:10', '11:56:20', '11:56:30']) }),
        reports,
      );
      m.flush();
      const gap = { race_id: first, entrant_id: null, reason: 'money_malformed', expected_polls: 0 };
      expect(s.store.rows('gaps')).toMatchObject([
        { ...gap, from_time: '2026-03-07T11:56:00.200Z', to_time: '2026-03-07T11:56:10.200Z' },
        { ...gap, from_time: '2026-03-07T11:56:10.200Z', to_time: '2026-03-07T11:56:20.200Z' },
      ]);
      expect(s.told('poll.incomplete')).toHaveLength(2);
      expect(s.store.quarantined).toHaveLength(1);
    }),
  );
});
