import { describe, expect, it } from 'vitest';
import { FeedError } from '../../src/domain/source.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { later } from '../support/streams-diagram.ts';
import { actor, first, inTurn, known, listedOrder, reports, story } from '../support/streams-story.ts';

const noon = { status: 'Open', start: timeOf('12:00'), win: 2 };
const full = new Error('the disk is full');
const date = '2026-03-07T';

describe('a journal that fails', () => {
  it(
    'costs the polls it did not take; the next one records everything, what came between included',
    marbles((m) => {
      const three = { at: timeOf('11:56:08'), odds: 3, place: 0 };
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', {
        event: () => answer$,
        race: [
          ['11:56', noon],
          ['11:56:08', { ...noon, win: 3, fluctuations: [three] }],
          ['11:56:18', { ...noon, win: 4, fluctuations: [three] }],
        ],
        store: known('11:55:50', noon),
      });
      s.happen('11:56:05', () => {
        s.store.failure = full;
      });
      s.happen('11:56:20', () => {
        s.store.failure = null;
      });
      const failed = ['11:56:10', '11:56:12.200', '11:56:16.400'];
      m.expect(actor(s), s.until('11:56:35')).toBeObservable(
        s.emissions({
          u: later(200, ['11:56:00', '11:56:30']),
          f: later(200, failed),
          c: later(200, ['11:56:24.600']),
        }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(
        s.asked(['11:56:00', ...failed, '11:56:24.600', '11:56:30'], 200),
      );
      m.flush();
      expect(s.store.rows('odds_history')).toMatchObject([
        { odds: 2, previous_odds: null },
        { odds: 3, previous_odds: 2, basis: 'fluctuation', source_time: `${date}11:56:08.000Z` },
        { odds: 4, previous_odds: 3, basis: 'poll' },
      ]);
      expect(s.store.rows('polls').map(({ outcome }) => outcome)).toEqual([
        'changed',
        'unchanged',
        'changed',
        'unchanged',
      ]);
      expect(s.store.rows('gaps')).toMatchObject([
        {
          from_time: `${date}11:56:10.000Z`,
          to_time: `${date}11:56:24.600Z`,
          reason: 'journal',
          expected_polls: 2,
        },
      ]);
      expect(s.told('journal.failed')).toEqual(
        failed.map(() => ({ race_id: first, reason: 'the disk is full' })),
      );
    }),
  );

  it(
    'leaves a race as it was when it does not take what a listing says, until the next listing',
    marbles((m) => {
      const nearer = { ...noon, start: timeOf('11:35') };
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('20s k 119999ms l', {
        k: listedOrder('11:30:20', nearer),
        l: listedOrder('11:32:20', nearer),
      });
      const s = story(m, '11:30', {
        event: () => answer$,
        race: [
          ['11:30', noon],
          ['11:32:20', nearer],
        ],
        store: known('11:29', noon),
      });
      s.happen('11:30:10', () => {
        s.store.failure = full;
      });
      s.happen('11:30:30', () => {
        s.store.failure = null;
      });
      const polls = ['11:30:00', '11:31:00', '11:32:00', '11:32:20'];
      m.expect(actor(s, order$), s.until('11:32:25')).toBeObservable(
        s.emissions({ u: later(200, polls) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.told('journal.failed')).toEqual([{ race_id: first, reason: 'the disk is full' }]);
    }),
  );

  it(
    'costs no poll when it takes the poll and cannot keep the response',
    marbles((m) => {
      const broken = new FeedError('malformed', 'Not JSON.', { body: new Uint8Array(3) });
      const broken$ = m.cold('100ms #', {}, broken);
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', {
        event: inTurn(broken$, answer$),
        race: noon,
        store: known('11:55:50', noon),
      });
      s.store.quarantine = () => {
        throw full;
      };
      m.expect(actor(s), s.until('11:56:05')).toBeObservable(
        s.emissions({ f: ['11:56:00.100'], u: ['11:56:02.300'] }),
        reports,
      );
      m.expect(broken$).toHaveSubscriptions(s.askedFrom('11:56:00', '11:56:00.100'));
      m.flush();
      expect(s.store.rows('polls').map(({ reason }) => reason)).toEqual([null, 'malformed', null]);
      expect(s.store.rows('gaps')).toMatchObject([{ reason: 'malformed', to_time: `${date}11:56:02.100Z` }]);
      expect(s.told('poll.failed')).toMatchObject([{ reason: 'malformed' }]);
      expect(s.told('journal.failed')).toHaveLength(1);
    }),
  );

  it(
    'fails the actor when it does not take the end, so that it is started again',
    marbles((m) => {
      const final = { ...noon, status: 'Final' };
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '12:30', { event: () => answer$, race: final, store: known('12:00', final) });
      s.store.commit([{ table: 'races', key: first, patch: { ended_at: '2026-03-06T12:00:00.000Z' } }]);
      s.store.failure = full;
      m.expect(actor(s)).toBeObservable('#', reports, full);
      m.expect(answer$).toHaveSubscriptions([]);
    }),
  );
});
