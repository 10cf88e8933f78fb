import { describe, expect, it } from 'vitest';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { every, later } from '../support/streams-diagram.ts';
import { actor, first, known, listedOrder, recorded, reports, story } from '../support/streams-story.ts';
import type { Story } from '../support/streams-story.ts';

const open = { status: 'Open', start: timeOf('12:00'), win: 2 };
const closed = { ...open, status: 'Closed' };
const interim = { ...open, status: 'Interim' };
const final = { ...open, status: 'Final' };
const date = '2026-03-07T';

function told(s: Story, kind: string): string[] {
  return s.store
    .rows('race_events')
    .filter((row) => row.kind === kind)
    .map(({ previous, value, source_time }) => `${source_time.slice(11, 19)} ${previous} → ${value}`);
}

describe('a race of which listing and event do not agree', () => {
  it(
    'goes by its event where the listing is minutes late, and is Final once',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('90s a 119999ms b 119999ms c 119999ms d 119999ms e', {
        a: listedOrder('12:01:30', open),
        b: listedOrder('12:03:30', closed),
        c: listedOrder('12:05:30', interim),
        d: listedOrder('12:07:30', interim),
        e: listedOrder('12:09:30', final),
      });
      const s = story(m, '12:00', {
        event: () => answer$,
        race: [
          ['12:00', open],
          ['12:00:15', closed],
          ['12:00:50', interim],
          ['12:01:20', final],
        ],
        store: known('11:59:50', open),
      });
      const changed = ['12:00:20', '12:01:00', '12:01:30'];
      // Closed and Interim of the listing are new, and contradict: the event is read at once, which is not Final's read.
      const asked = ['12:00:00', '12:00:10', '12:00:30', '12:00:45', '12:01:15'];
      const reads = ['12:02:30.200', '12:03:30', '12:05:30', '12:11:30.200'];
      m.expect(actor(s, order$), s.until('12:20')).toBeObservable(
        s.emissions({ c: later(200, changed), u: later(200, [...asked, ...reads]) }),
        reports,
      );
      m.flush();
      expect(told(s, 'status')).toEqual([
        '12:00:20 Open → Closed',
        '12:01:00 Closed → Interim',
        '12:01:30 Interim → Final',
      ]);
      expect(s.store.rows('races')).toMatchObject([{ status: 'Final', ended_at: `${date}12:01:30.200Z` }]);
      expect(s.told('race.disputed')).toMatchObject([
        { race_id: first, status: 'Interim', event_status: 'Interim', listed_status: 'Open' },
      ]);
      expect(s.store.rows('gaps')).toEqual([]);
    }),
  );

  it(
    'goes by its listing where the event stays Open, and is settled by that',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('15s a 29999ms b 29999ms c 119999ms c 119999ms c', {
        a: listedOrder('12:00:15', closed),
        b: listedOrder('12:00:45', interim),
        c: listedOrder('12:01:15', final),
      });
      const s = story(m, '12:00', { event: () => answer$, race: open, store: known('11:59:50', open) });
      const polls = [
        '12:00:00',
        '12:00:10',
        '12:00:15',
        '12:00:30',
        '12:00:45',
        '12:01:00',
        '12:01:15',
        '12:02:15',
        '12:11:15',
      ];
      const settled = `2026-03-08T12:01:15.200Z`;
      m.expect(actor(s, order$), s.until('2026-03-08T12:02:00Z')).toBeObservable(
        s.emissions({ u: [...later(200, polls), settled], s: [settled] }, settled),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked([...polls, '2026-03-08T12:01:15Z'], 200));
      m.flush();
      expect(told(s, 'status')).toEqual([
        '12:00:15 Open → Closed',
        '12:00:45 Closed → Interim',
        '12:01:15 Interim → Final',
      ]);
      expect(s.told('race.disputed')).toEqual([
        {
          race_id: first,
          status: 'Closed',
          start: `${date}12:00:00.000Z`,
          event_status: 'Open',
          event_start: `${date}12:00:00.000Z`,
          listed_status: 'Closed',
          listed_start: `${date}12:00:00.000Z`,
        },
      ]);
    }),
  );

  it('does so after a restart too: what the event said itself is in the journal', () => {
    const store = known('11:59', open);
    marbles((m) => {
      const s = story(m, '12:02', { event: () => m.cold('200ms (a|)'), race: open, store });
      const order$ = m.hot('10s l', { l: listedOrder('12:02:10', final) });
      m.expect(actor(s, order$), s.until('12:04')).toBeObservable(
        s.emissions({ u: later(200, ['12:02:00', '12:02:10', '12:03:10']) }),
        reports,
      );
    })();
    marbles((m) => {
      const s = story(m, '12:05', { event: () => m.cold('200ms (a|)'), race: open, store });
      m.expect(actor(s), s.until('12:13')).toBeObservable(
        s.emissions({ u: later(200, ['12:12:10']) }),
        reports,
      );
      m.flush();
      expect(told(s, 'status')).toEqual(['12:02:10 Open → Final']);
    })();
  });

  it(
    'keeps the start that its event moved to, though every listing has the one before',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('15s a 29999ms a 29999ms a', { a: listedOrder('11:58:15', open) });
      const moved = { ...open, start: timeOf('12:01') };
      const s = story(m, '11:58', { event: () => answer$, race: moved, store: known('11:57:50', open) });
      // The first listing that says otherwise has the event read; the others say nothing new.
      const polls = ['11:58:00', '11:58:10', '11:58:15', ...every(10_000, '11:58:20', '11:59:25')];
      m.expect(actor(s, order$), s.until('11:59:25')).toBeObservable(
        s.emissions({ c: later(200, polls.slice(0, 1)), u: later(200, polls.slice(1)) }),
        reports,
      );
      m.flush();
      expect(told(s, 'start_time')).toEqual([`11:58:00 ${date}12:00:00.000Z → ${date}12:01:00.000Z`]);
      expect(s.told('race.disputed')).toHaveLength(1);
    }),
  );

  it(
    'is reopened by its event after it was ended by it',
    marbles((m) => {
      const store = known('11:59', open);
      recorded(store, '12:02', closed);
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('5s a', { a: listedOrder('12:02:35', closed) });
      const s = story(m, '12:02:30', {
        event: () => answer$,
        race: [
          ['12:02', closed],
          ['12:02:35', open],
        ],
        store,
      });
      const polls = ['12:02:30', '12:02:45', '12:02:50', '12:03:00'];
      m.expect(actor(s, order$), s.until('12:03:05')).toBeObservable(
        s.emissions({ c: later(200, ['12:02:45']), u: later(200, ['12:02:30', '12:02:50', '12:03:00']) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(told(s, 'status')).toEqual(['12:02:00 Open → Closed', '12:02:45 Closed → Open']);
    }),
  );
});
