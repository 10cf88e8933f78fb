import { firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { FeedError } from '../../src/domain/source.ts';
import type { Source } from '../../src/domain/source.ts';
import { feedOf } from '../../src/streams/feed.ts';
import { eventOf, listingOf, received } from '../support/streams-snapshots.ts';

const answer = received(eventOf('race', { status: 'Open', start: 0, win: 2 }, 0));
const listing = received(listingOf('2026-03-07', [], 0));

/** A source that tells what it was asked, and answers when the test says so. */
function source(answers: { event: () => Promise<typeof answer> }) {
  const asked: [string, AbortSignal][] = [];
  const made: Source = {
    event: (raceId, signal) => {
      asked.push([raceId, signal]);
      return answers.event();
    },
    meetings: (date, signal) => {
      asked.push([date, signal]);
      return Promise.resolve(listing);
    },
  };
  return { asked, feed: feedOf(made) };
}

describe('a feed', () => {
  it('asks when somebody listens and not before', async () => {
    const { asked, feed } = source({ event: () => Promise.resolve(answer) });
    const event$ = feed.event('race');
    expect(asked).toEqual([]);
    expect(await firstValueFrom(event$, { defaultValue: null })).toBe(answer);
    expect(await firstValueFrom(feed.meetings('2026-03-07'), { defaultValue: null })).toBe(listing);
    expect(asked.map(([what]) => what)).toEqual(['race', '2026-03-07']);
  });

  it('gives the request up when nobody listens any more', () => {
    const { asked, feed } = source({ event: () => new Promise(() => undefined) });
    const subscription = feed.event('race').subscribe({ error: () => undefined });
    expect(asked[0]?.[1].aborted).toBe(false);
    subscription.unsubscribe();
    expect(asked[0]?.[1].aborted).toBe(true);
  });

  it('does not give up what is answered, but what has failed', async () => {
    const fault = new FeedError('not_found', 'Status 404.');
    const { asked, feed } = source({ event: () => Promise.reject(fault) });
    await firstValueFrom(feed.meetings('2026-03-07'), { defaultValue: null });
    await expect(firstValueFrom(feed.event('race'), { defaultValue: null })).rejects.toBe(fault);
    expect(asked.map(([, signal]) => signal.aborted)).toEqual([false, true]);
  });

  it('fails as the source fails', async () => {
    const fault = new FeedError('not_found', 'Status 404.');
    const { feed } = source({ event: () => Promise.reject(fault) });
    await expect(firstValueFrom(feed.event('race'), { defaultValue: null })).rejects.toBe(fault);
  });
});
