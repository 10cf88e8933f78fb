import { describe, expect, it } from 'vitest';
import { FeedError } from '../../src/domain/source.ts';
import { defaultCadence } from '../../src/streams/cadence.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { every, later } from '../support/streams-diagram.ts';
import { actor, first, known, listedOrder, reports, story } from '../support/streams-story.ts';

const open = { status: 'Open', start: timeOf('12:00'), win: 2 };
const closed = { ...open, status: 'Closed' };
const final = { ...open, status: 'Final' };
const notFound = new FeedError('not_found', 'Status 404.');

/** Less than the default, so that a story is short: overdue after 1 min, given up after 3 min. */
const hasty = { ...defaultCadence, overdueAfterMs: 60_000, giveUpAfterMs: 180_000, removedAfterMs: 60_000 };

describe('a race that the feed does not know any more', () => {
  it(
    'is asked for more and more rarely while no listing names it, and is settled with a status of its own',
    marbles((m) => {
      const gone$ = m.cold('100ms #', {}, notFound);
      const s = story(m, '11:59:00', {
        event: () => gone$,
        race: open,
        store: known('11:58:50', open),
        cadence: hasty,
      });
      const asked = ['11:59:00', '11:59:02.1', '11:59:06.2', '11:59:14.3', '11:59:30.4', '12:00:02.5'];
      const end = later(100, asked.slice(-1))[0] ?? 0;
      m.expect(actor(s)).toBeObservable(
        s.emissions({ f: later(100, asked.slice(0, -1)), s: [end] }, end),
        reports,
      );
      m.expect(gone$).toHaveSubscriptions(s.asked(asked, 100));
      m.flush();
      expect(s.told('race.dropped')).toEqual([{ race_id: first, reason: 'not_found' }]);
      expect(s.told('race.status')).toEqual([{ race_id: first, from: 'Open', to: 'removed_from_feed' }]);
      expect(s.told('gap.closed')).toMatchObject([{ race_id: first, reason: 'not_found', repaired: false }]);
      const at = '2026-03-07T12:00:02.600Z';
      expect(s.store.rows('races')).toMatchObject([
        { status: 'removed_from_feed', ended_at: at, settled_at: at },
      ]);
      expect(s.store.rows('race_events')).toMatchObject([
        { kind: 'status', previous: 'Open', value: 'removed_from_feed', source_time: at, observed_at: at },
      ]);
      expect(s.store.rows('gaps')).toMatchObject([
        { from_time: '2026-03-07T11:59:00.000Z', to_time: at, expected_polls: 7, repaired: false },
      ]);
      expect(s.store.liveRaces()).toEqual([]);
    }),
  );

  it(
    'keeps the status by which it had ended',
    marbles((m) => {
      const store = known('11:59', final);
      const gone$ = m.cold('100ms #', {}, notFound);
      const s = story(m, '12:00:00', { event: () => gone$, race: final, store, cadence: hasty });
      const asked = ['12:00:00', '12:00:02.1', '12:00:06.2', '12:00:14.3', '12:00:30.4', '12:01:02.5'];
      const end = later(100, asked.slice(-1))[0] ?? 0;
      m.expect(actor(s)).toBeObservable(
        s.emissions({ f: later(100, asked.slice(0, -1)), s: [end] }, end),
        reports,
      );
      m.expect(gone$).toHaveSubscriptions(s.asked(asked, 100));
      m.flush();
      expect(s.store.rows('races')).toMatchObject([
        { status: 'Final', ended_at: '2026-03-07T11:59:00.000Z', settled_at: '2026-03-07T12:01:02.600Z' },
      ]);
      expect(s.store.rows('gaps')).toMatchObject([{ to_time: '2026-03-07T12:01:02.600Z' }]);
      expect(s.store.rows('race_events')).toEqual([]);
    }),
  );

  it(
    'is asked for at its own pace for as long as listings name it',
    marbles((m) => {
      const gone$ = m.cold('100ms #', {}, notFound);
      const order$ = m.hot('50ms l', { l: listedOrder('11:59:00', open) });
      const s = story(m, '11:59:00', {
        event: () => gone$,
        race: open,
        store: known('11:58:50', open),
        cadence: hasty,
      });
      const asked = ['11:59:00', '11:59:02.1', '11:59:06.2', ...every(10_000, '11:59:14.3', '12:00')];
      m.expect(actor(s, order$), s.until('12:00')).toBeObservable(
        s.emissions({ f: later(100, asked) }),
        reports,
      );
      m.expect(order$).toHaveSubscriptions(s.askedFrom('11:59:00', '12:00'));
      m.flush();
      expect(s.told('race.dropped')).toEqual([]);
    }),
  );

  it(
    'is polled at once when a listing names it again, and its gap ends with the answer',
    marbles((m) => {
      let isGone = true;
      const [gone$, answer$] = [m.cold('100ms #', {}, notFound), m.cold('100ms (a|)')];
      const s = story(m, '11:40:00', {
        event: () => (isGone ? gone$ : answer$),
        race: open,
        store: known('11:39:00', open),
        cadence: hasty,
      });
      const order$ = m.hot('20s l', { l: listedOrder('11:40:20', open) });
      s.happen('11:40:19', () => {
        isGone = false;
      });
      const asked = ['11:40:00', '11:40:02.1', '11:40:06.2', '11:40:14.3'];
      const answered = ['11:40:20', '11:41:00'];
      m.expect(actor(s, order$), s.until('11:41:30')).toBeObservable(
        s.emissions({ f: later(100, asked), u: later(100, answered) }),
        reports,
      );
      m.expect(gone$).toHaveSubscriptions(s.asked(asked, 100));
      m.expect(answer$).toHaveSubscriptions(s.asked(answered, 100));
      m.flush();
      expect(s.store.rows('gaps')).toMatchObject([
        { from_time: '2026-03-07T11:40:00.000Z', to_time: '2026-03-07T11:40:20.000Z' },
      ]);
    }),
  );

  it(
    'is polled again, and open again, when a listing names it after it was settled',
    marbles((m) => {
      const store = known('11:00', open);
      const gone = { status: 'removed_from_feed', ended_at: '2026-03-07T11:30:00.000Z' };
      store.commit([{ table: 'races', key: first, patch: { ...gone, settled_at: gone.ended_at } }]);
      const answer$ = m.cold('100ms (a|)');
      const s = story(m, '11:50:00', { event: () => answer$, race: open, store });
      m.expect(actor(s, m.cold('l', { l: listedOrder('11:50:00', open) })), s.until('11:51')).toBeObservable(
        s.emissions({ c: ['11:50:00.1'], u: ['11:50:30.1'] }),
        reports,
      );
      m.flush();
      expect(s.store.rows('races')).toMatchObject([{ status: 'Open', ended_at: null, settled_at: null }]);
    }),
  );

  it(
    'is no such race after an outage: the feed has to say so again and again',
    marbles((m) => {
      const [gone$, answer$] = [m.cold('100ms #', {}, notFound), m.cold('100ms (a|)')];
      let asked = 0;
      const s = story(m, '12:30:00', {
        event: () => (asked++ < 3 ? gone$ : answer$),
        race: open,
        store: known('11:00', open),
      });
      m.expect(actor(s), s.until('12:30:15')).toBeObservable(
        s.emissions({ f: ['12:30:00.1', '12:30:02.2', '12:30:06.3'], u: ['12:30:14.4'] }),
        reports,
      );
    }),
  );
});

describe('a race that does not end', () => {
  it(
    'is told and polled once a minute when it is overdue, read for the last time after a day, and given up',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '12:00:30', {
        event: () => answer$,
        race: open,
        store: known('12:00:20', open),
        cadence: hasty,
      });
      const polls = [...every(10_000, '12:00:30', '12:01:20'), '12:01:20', '12:02:00', '12:03:00'];
      const last = '12:03:20';
      const end = later(200, [last])[0] ?? 0;
      m.expect(actor(s)).toBeObservable(
        s.emissions({ u: later(200, [...polls, last]), s: [end] }, end),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked([...polls, last], 200));
      m.flush();
      expect(s.told('race.overdue')).toEqual([
        { race_id: first, status: 'Open', start: '2026-03-07T12:00:00.000Z' },
      ]);
      expect(s.told('race.settled')).toEqual([{ race_id: first, status: 'never_finished' }]);
      expect(s.told('race.status')).toEqual([{ race_id: first, from: 'Open', to: 'never_finished' }]);
      expect(s.store.rows('races')).toMatchObject([
        { status: 'never_finished', settled_at: '2026-03-07T12:03:20.200Z' },
      ]);
      expect(s.store.rows('gaps')).toEqual([]);
    }),
  );

  it(
    'is given as much time again by another status',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '12:00:30', {
        event: () => answer$,
        race: [
          ['12:00', open],
          ['12:01:30', closed],
        ],
        store: known('12:00:20', open),
        cadence: hasty,
      });
      const reads = every(15_000, '12:02:15', '12:03:01');
      m.expect(actor(s), s.until('12:03:01')).toBeObservable(
        s.emissions({
          u: later(200, [...every(10_000, '12:00:30', '12:01:20'), '12:01:20', ...reads]),
          c: ['12:02:00.2'],
        }),
        reports,
      );
    }),
  );

  it(
    'is asked for before it is given up where the service was down for days',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '2026-03-10T08:00:00Z', {
        event: () => answer$,
        race: final,
        store: known('12:00:20', open),
      });
      m.expect(actor(s), '10s !').toBeObservable('200ms c', reports);
    }),
  );

  it(
    'is not given up without an answer, however long there is none',
    marbles((m) => {
      const silent$ = m.cold('100ms #', {}, new FeedError('network', 'No connection.'));
      const s = story(m, '2026-03-10T08:00:00Z', {
        event: () => silent$,
        race: open,
        store: known('12:00:20', open),
      });
      m.expect(actor(s), s.until('2026-03-10T08:00:10Z')).toBeObservable(
        '100ms f 2099ms f 4099ms f',
        reports,
      );
      m.flush();
      expect(s.store.liveRaces()).toHaveLength(1);
    }),
  );

  it(
    'has its time from when it was first seen, whatever start it has',
    marbles((m) => {
      const longAgo = { ...open, start: timeOf('1970-01-01T00:00:01Z') };
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '12:30:00', { event: () => answer$, race: longAgo, store: known('12:00', longAgo) });
      const polls = every(10_000, '12:30:10', '12:31');
      m.expect(actor(s), s.until('12:31')).toBeObservable(
        s.emissions({ u: ['12:30:00.2', ...later(200, polls)] }),
        reports,
      );
    }),
  );
});
