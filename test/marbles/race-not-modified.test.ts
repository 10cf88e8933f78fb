import { map } from 'rxjs';
import type { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { FeedError } from '../../src/domain/source.ts';
import type { Print } from '../../src/domain/print.ts';
import type { Feed } from '../../src/streams/ports.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { later } from '../support/streams-diagram.ts';
import { eventOf, received } from '../support/streams-snapshots.ts';
import { actor, first, inTurn, known, listedOrder, reports, story } from '../support/streams-story.ts';
import type { Story } from '../support/streams-story.ts';

const noon = { status: 'Open', start: timeOf('12:00'), win: 2 };
const date = '2026-03-07T';
const etag = '"5f3"';
const print: Print = { length: 1_000, time: { from: 0, to: 0 }, lists: [], rest: 1n, etag };

/** A feed that answers by a 304 whoever sends it the ETag, and in full and out of a cache whoever does not. */
function comparing(s: Story, answer: () => Observable<unknown>): { told: Story; sent: unknown[] } {
  const sent: unknown[] = [];
  const event = ((_: string, about: Print | null = null) => {
    sent.push(about?.etag ?? null);
    const body = () => received(eventOf(first, noon, s.clock.now() - 8_000));
    return answer().pipe(
      map(() => (about?.etag === etag ? { sameAt: null, bytes: 0 } : { ...body(), print, isCached: true })),
    );
  }) as Feed['event'];
  return { told: { ...s, feed: { ...s.feed, event } }, sent };
}

describe('a 304', () => {
  it(
    'is a good poll that changes nothing and tells no time; what was read before it stays the newest',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', { event: () => answer$, race: noon, store: known('11:55:50', noon) });
      const { told, sent } = comparing(s, () => answer$);
      const polls = ['11:56:00', '11:56:10', '11:56:20'];
      m.expect(actor(told), s.until('11:56:25')).toBeObservable(
        s.emissions({ u: later(200, polls) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(sent).toEqual([null, etag, etag]);
      expect(
        s.store.rows('polls').map(({ outcome, bytes, source_time }) => [outcome, bytes, source_time]),
      ).toEqual([
        ['changed', null, `${date}11:55:50.000Z`],
        ['unchanged', 1_000, `${date}11:55:52.200Z`],
        ['unchanged', 0, null],
        ['unchanged', 0, null],
      ]);
      expect(s.store.baseline(first).generatedAt).toBe(timeOf('11:55:52.200'));
      // Neither that nor a response out of a cache tells what the feed's clock shows.
      expect(s.feedClock.correctionMs).toBe(0);
      expect(s.told('feed.clock')).toEqual([]);
    }),
  );

  it(
    'ends a gap, in which nothing was missed',
    marbles((m) => {
      const good$ = m.cold('200ms (a|)');
      const bad$ = m.cold('100ms #', {}, new FeedError('server_error', 'Status 503.'));
      const s = story(m, '11:56', { event: () => good$, race: noon, store: known('11:55:50', noon) });
      const { told, sent } = comparing(s, inTurn(good$, bad$, good$));
      m.expect(actor(told), s.until('11:56:15')).toBeObservable(
        s.emissions({ u: ['11:56:00.200', '11:56:12.300'], f: ['11:56:10.100'] }),
        reports,
      );
      m.flush();
      expect(sent).toEqual([null, etag, etag]);
      expect(s.store.rows('gaps')).toMatchObject([
        { from_time: `${date}11:56:10.000Z`, to_time: `${date}11:56:12.100Z`, repaired: true },
      ]);
    }),
  );

  it(
    'is not asked for once a listing has said something else of the race, until a response has said so too',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', { event: () => answer$, race: noon, store: known('11:55:50', noon) });
      const { told, sent } = comparing(s, () => answer$);
      const moved = listedOrder('11:56:18', { ...noon, start: timeOf('12:01') });
      const back = listedOrder('11:56:22', noon);
      const order$ = m.hot('12s m 9999ms b', { m: moved, b: back });
      const polls = ['11:56:00', '11:56:10', '11:56:20', '11:56:30'];
      m.expect(actor(told, order$), s.until('11:56:35')).toBeObservable(
        s.emissions({ u: later(200, polls) }),
        reports,
      );
      m.flush();
      expect(sent).toEqual([null, etag, null, etag]);
      expect(s.store.baseline(first).race?.advertisedStart).toBe(timeOf('12:00'));
    }),
  );

  it(
    'that the journal does not take is a failed poll, and the ETag stays what was taken before',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', { event: () => answer$, race: noon, store: known('11:55:50', noon) });
      s.happen('11:56:00.100', () => {
        s.store.failure = new Error('the disk is full');
      });
      s.happen('11:56:01', () => {
        s.store.failure = null;
      });
      const { told, sent } = comparing(s, () => answer$);
      m.expect(actor(told), s.until('11:56:15')).toBeObservable(
        s.emissions({ f: ['11:56:00.200'], u: ['11:56:02.400', '11:56:10.200'] }),
        reports,
      );
      m.flush();
      // The first answer was had and not committed: nothing of it is remembered.
      expect(sent).toEqual([null, null, etag]);
    }),
  );
});
