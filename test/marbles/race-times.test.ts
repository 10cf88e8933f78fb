import { describe, expect, it } from 'vitest';
import type { Standing } from '../support/streams-snapshots.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { actor, first, known, reports, story } from '../support/streams-story.ts';
import type { Story, StoryOptions } from '../support/streams-story.ts';

const minute = 60_000;
const hour = 60 * minute;
const open = { status: 'Open', start: timeOf('12:00'), hold: 10 };

/** A race whose price is another one with every 10 s of our clock, whatever the feed's clock shows. */
const moving = (now: number): Standing => ({ ...open, win: 2 + (Math.floor(now / 10_000) % 1_000) });

/** Polls of the last minutes, at which the feed's clock is so far ahead as the list of times says. */
function polled(
  m: Parameters<typeof story>[0],
  ahead: StoryOptions['feedAheadMs'],
  race: StoryOptions['race'] = moving,
  store = known('11:56:00', moving(timeOf('11:56:00'))),
): Story {
  const answer$ = m.cold('(a|)');
  return story(m, '11:56:05', {
    event: () => answer$,
    race,
    feedAheadMs: ahead ?? 0,
    store,
    random: () => 0,
  });
}

/** By how much a clock is ahead from each time on. */
function stepwise(...steps: readonly (readonly [from: string, ms: number])[]): (now: number) => number {
  return (now) => steps.findLast(([from]) => timeOf(from) <= now)?.[1] ?? 0;
}

const wins = (s: Story): (number | null)[] =>
  s.store.rows('odds_history').flatMap(({ kind, odds }) => (kind === 'fixed_win' ? [odds] : []));
const gaps = (s: Story): unknown[] =>
  s.store
    .rows('gaps')
    .map(({ reason, from_time, to_time }) => [
      reason,
      from_time.slice(11, 19),
      to_time?.slice(11, 19) ?? null,
    ]);
const win = (time: string): number => moving(timeOf(time)).win;

describe('a response whose time does not fit', () => {
  it(
    'is refused where it is an hour ahead once, and the next one is taken',
    marbles((m) => {
      const s = polled(m, stepwise(['11:56:10', hour], ['11:56:11', 0]));
      m.expect(actor(s), s.until('11:56:25')).toBeObservable(
        s.emissions({ f: ['11:56:10'], c: ['11:56:11', '11:56:20'] }),
        reports,
      );
      m.flush();
      expect(wins(s)).toEqual([win('11:56:00'), win('11:56:10'), win('11:56:20')]);
      expect(gaps(s)).toEqual([['misdated', '11:56:10', '11:56:11']]);
      expect(s.store.quarantined).toHaveLength(1);
      expect(s.feedClock.correctionMs).toBe(0);
    }),
  );

  it.each([
    ['year 0', Date.parse('0000-01-01T00:00:00Z')],
    ['year 1', Date.parse('0001-01-01T00:00:00Z')],
    ['1970', 0],
    ['9999', Date.parse('9999-12-31T00:00:00Z')],
  ])('is refused where it is of %s, for as long as it is', (_name, time) => {
    marbles((m) => {
      const s = polled(m, (now) => (now < timeOf('11:56:30') ? time - now : 0));
      m.expect(actor(s), s.until('11:56:45')).toBeObservable(
        // Tried again after 1, 2, 4 and 5 s; never later than an interval after the last try.
        s.emissions({
          f: ['11:56:10', '11:56:11', '11:56:13', '11:56:17', '11:56:22', '11:56:27'],
          c: ['11:56:32', '11:56:40'],
        }),
        reports,
      );
      m.flush();
      expect(gaps(s)).toEqual([['misdated', '11:56:10', '11:56:32']]);
      expect(wins(s)).toEqual([win('11:56:00'), win('11:56:30'), win('11:56:40')]);
      expect(s.feedClock.correctionMs).toBe(0);
    })();
  });

  it(
    'is taken where it is 59 s ahead, and what follows by the right clock is a gap until it counts',
    marbles((m) => {
      const s = polled(m, stepwise(['11:56:10', 59_000], ['11:56:11', 0]));
      m.expect(actor(s), s.until('11:56:45')).toBeObservable(
        s.emissions({ c: ['11:56:10', '11:56:23', '11:56:30', '11:56:40'], f: ['11:56:20', '11:56:21'] }),
        reports,
      );
      m.flush();
      expect(gaps(s)).toEqual([['stale', '11:56:20', '11:56:23']]);
      expect(wins(s)).toEqual(['11:56:00', '11:56:10', '11:56:23', '11:56:30', '11:56:40'].map(win));
    }),
  );
});

describe('a feed whose clock goes back', () => {
  it(
    'is a gap until its third response, and counts from then on by its own times',
    marbles((m) => {
      const s = polled(m, stepwise(['11:56:15', -10 * minute]));
      m.expect(actor(s), s.until('11:57:05')).toBeObservable(
        // The feed's clock is known to be behind after two responses: by it the race is in a slower band.
        s.emissions({ c: ['11:56:10', '11:56:23', '11:56:30', '11:57:00'], f: ['11:56:20', '11:56:21'] }),
        reports,
      );
      m.flush();
      expect(gaps(s)).toEqual([['stale', '11:56:20', '11:56:23']]);
      expect(s.told('feed.clock_reset')).toEqual([
        {
          race_id: first,
          date: null,
          from: '2026-03-07T11:56:10.000Z',
          to: '2026-03-07T11:46:23.000Z',
        },
      ]);
      const rows = s.store.rows('odds_history').filter(({ kind }) => kind === 'fixed_win');
      expect(rows.slice(-3).map(({ odds, source_time }) => [odds, source_time.slice(11, 19)])).toEqual([
        [win('11:56:23'), '11:46:23'],
        [win('11:56:30'), '11:46:30'],
        [win('11:57:00'), '11:47:00'],
      ]);
      // Current rows go with it.
      expect(s.store.rows('entrants')[0]).toMatchObject({
        fixed_win: win('11:57:00'),
        source_time: '2026-03-07T11:47:00.000Z',
      });
      // And the next run begins where this one ends.
      expect(s.store.baseline(first).generatedAt).toBe(timeOf('11:47:00'));
    }),
  );

  it(
    'is no gap while its race stands still',
    marbles((m) => {
      const still = moving(timeOf('11:56:00'));
      const s = polled(m, stepwise(['11:56:15', -10 * minute]), still);
      m.expect(actor(s), s.until('11:57:05')).toBeObservable(
        s.emissions({
          u: ['11:56:10', '11:56:20', '11:56:30', '11:56:50', '11:57:00'],
          // Its price is on record for a later time only.
          c: ['11:56:40'],
        }),
        reports,
      );
      m.flush();
      expect(gaps(s)).toEqual([]);
      expect(s.told('feed.clock_reset')).toHaveLength(1);
    }),
  );

  it.each([
    ['in the midst of it', '11:56:00', -10 * minute],
    // A journal of a recorder that took one response of an hour ahead.
    ['on a journal whose newest response is dated in the future', '12:56:00', 0],
  ])('counts by its own times after a restart %s', (_name, newest, ahead) => {
    marbles((m) => {
      const store = known('11:56:00', moving(timeOf('11:56:00')), first, newest);
      const s = polled(m, ahead, moving, store);
      m.expect(actor(s), s.until('11:56:15')).toBeObservable(
        s.emissions({ f: ['11:56:10', '11:56:11'], c: ['11:56:13'] }),
        reports,
      );
      m.flush();
      expect(gaps(s)).toEqual([['stale', '11:56:10', '11:56:13']]);
      expect(store.baseline(first).generatedAt).toBe(timeOf('11:56:13') + ahead);
      expect(store.rows('entrants')[0]).toMatchObject({ fixed_win: win('11:56:13') });
    })();
  });
});

describe('a cache in front of the feed', () => {
  it(
    'that gives one response again and again is a gap until it gives a newer one, and never the time that counts',
    marbles((m) => {
      const old = { ...open, win: 99 };
      const s = polled(
        m,
        (now) => (now >= timeOf('11:56:15') && now < timeOf('11:56:45') ? timeOf('11:55:00') - now : 0),
        (now) => (now >= timeOf('11:56:15') && now < timeOf('11:56:45') ? old : moving(now)),
      );
      m.expect(actor(s), s.until('11:57:05')).toBeObservable(
        s.emissions({
          c: ['11:56:10', '11:56:47', '11:56:50', '11:57:00'],
          f: ['11:56:20', '11:56:21', '11:56:23', '11:56:27', '11:56:32', '11:56:37', '11:56:42'],
        }),
        reports,
      );
      m.flush();
      expect(gaps(s)).toEqual([['stale', '11:56:20', '11:56:47']]);
      expect(wins(s)).not.toContain(99);
      expect(s.told('feed.clock_reset')).toEqual([]);
      expect(s.feedClock.correctionMs).toBe(0);
    }),
  );

  it(
    'that gives the newest response again is no gap',
    marbles((m) => {
      const still = moving(timeOf('11:56:00'));
      const s = polled(m, (now) => (now >= timeOf('11:56:15') ? timeOf('11:56:05') - now : 0), still);
      m.expect(actor(s), s.until('11:56:45')).toBeObservable(
        s.emissions({ u: ['11:56:10', '11:56:20', '11:56:30', '11:56:40'] }),
        reports,
      );
      m.flush();
      expect(gaps(s)).toEqual([]);
    }),
  );
});
