import { describe, expect, it } from 'vitest';
import type { Print } from '../../src/domain/print.ts';
import type { Feed } from '../../src/streams/ports.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { later } from '../support/streams-diagram.ts';
import { actor, first, known as knownAt, listedOrder, reports, story } from '../support/streams-story.ts';
import type { Story } from '../support/streams-story.ts';

const noon = { status: 'Open', start: timeOf('12:00'), win: 2 };
const date = '2026-03-07T';

/** A story that keeps with what each poll was asked. */
function watched(s: Story): { readonly told: Story; readonly asked: (Print | null)[] } {
  const asked: (Print | null)[] = [];
  const { event } = s.feed;
  const listening = ((raceId: string, print: Print | null = null) => {
    asked.push(print);
    return event(raceId, print);
  }) as Feed['event'];
  return { told: { ...s, feed: { ...s.feed, event: listening } }, asked };
}

describe('a response that says what the last one said', () => {
  it(
    'is a good poll of its own time that changes nothing, and is asked for by what is known since the first read',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', {
        event: () => answer$,
        race: [
          ['11:56', noon],
          ['11:56:20', { ...noon, win: 3 }],
        ],
        store: knownAt('11:55:50', noon),
        notGranted: ['with_money_tracker'],
      });
      const { told, asked } = watched(s);
      const polls = ['11:56:00', '11:56:10', '11:56:20', '11:56:30'];
      m.expect(actor(told), s.until('11:56:35')).toBeObservable(
        s.emissions({ u: later(200, ['11:56:00', '11:56:10', '11:56:30']), c: later(200, ['11:56:20']) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      // After a start nothing is known; what was read at 11:56:20 is what is known at 11:56:30.
      const [start, second, third, fourth] = asked;
      expect(start).toBeNull();
      expect(second).not.toBeNull();
      expect(third).toBe(second);
      expect(fourth?.rest).not.toBe(second?.rest);
      expect(s.store.rows('polls').map(({ outcome, source_time }) => [outcome, source_time])).toEqual([
        ['changed', `${date}11:55:50.000Z`],
        ['unchanged', `${date}11:56:00.200Z`],
        ['unchanged', `${date}11:56:10.200Z`],
        ['changed', `${date}11:56:20.200Z`],
        ['unchanged', `${date}11:56:30.200Z`],
      ]);
      expect(s.told('feed.not_granted')).toHaveLength(4);
    }),
  );

  it(
    'leaves what is known when the journal does not take its poll, and ends the gap afterwards',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', { event: () => answer$, race: noon, store: knownAt('11:55:50', noon) });
      s.happen('11:56:05', () => {
        s.store.failure = new Error('the disk is full');
      });
      s.happen('11:56:11', () => {
        s.store.failure = null;
      });
      const { told, asked } = watched(s);
      const polls = ['11:56:00', '11:56:10', '11:56:12.200', '11:56:20'];
      m.expect(actor(told), s.until('11:56:25')).toBeObservable(
        s.emissions({ u: later(200, ['11:56:00', '11:56:12.200', '11:56:20']), f: later(200, ['11:56:10']) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(asked.slice(1).every((print) => print !== null && print === asked[1])).toBe(true);
      expect(s.store.rows('gaps')).toMatchObject([
        { from_time: `${date}11:56:10.000Z`, to_time: `${date}11:56:12.200Z`, repaired: true },
      ]);
    }),
  );

  it(
    'takes back nothing that an older listing moved, whatever time passed',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const moved = { ...noon, start: timeOf('12:02') };
      const s = story(m, '11:56', { event: () => answer$, race: noon, store: knownAt('11:55:50', noon) });
      const order$ = m.hot('15s k', { k: listedOrder('11:56:12', moved) });
      const { told, asked } = watched(s);
      m.expect(actor(told, order$), s.until('11:56:35')).toBeObservable(
        // By the earlier start of the two.
        s.emissions({ u: later(200, ['11:56:00', '11:56:10', '11:56:20', '11:56:30']) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(['11:56:00', '11:56:10', '11:56:20', '11:56:30'], 200));
      m.flush();
      expect(asked[2]).toBe(asked[1]);
      expect(s.store.rows('race_events').map(({ kind, value }) => [kind, value])).toEqual([
        ['start_time', `${date}12:02:00.000Z`],
      ]);
    }),
  );

  it(
    'that is dated too far ahead is refused as one that was read is',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', { event: () => answer$, race: noon, store: knownAt('11:55:50', noon) });
      const { event } = s.feed;
      const early$ = m.cold('200ms (a|)', { a: { sameAt: timeOf('14:56:10'), bytes: 5 } });
      let polls = 0;
      const turned = ((raceId: string, print: Print | null = null) =>
        polls++ === 1 ? early$ : event(raceId, print)) as Feed['event'];
      m.expect(actor({ ...s, feed: { ...s.feed, event: turned } }), s.until('11:56:13')).toBeObservable(
        s.emissions({ u: later(200, ['11:56:00', '11:56:12.200']), f: later(200, ['11:56:10']) }),
        reports,
      );
      m.flush();
      expect(s.told('poll.failed')).toMatchObject([{ reason: 'misdated' }]);
      expect(s.store.rows('polls').at(-1)).toMatchObject({ race_id: first, outcome: 'unchanged' });
    }),
  );
});
