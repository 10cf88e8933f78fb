import { EMPTY, ignoreElements } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { raceday } from '../../src/streams/raceday.ts';
import { marbles } from '../support/marbles.ts';
import type { Marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { listedRace } from '../support/streams-snapshots.ts';
import { first, story } from '../support/streams-story.ts';
import type { Story } from '../support/streams-story.ts';

const today = '2026-03-07';
const minute = 60_000;
const standing = (status: string) => ({ status, start: timeOf('16:00') });

/** A race day of which only listings report: the race is Open until 10:01, then Closed, from 10:07 on Final. */
function listings(m: Marbles, ahead: (now: number) => number, until: string): Story {
  const s = story(m, '10:00', {
    event: () => EMPTY,
    race: { ...standing('Open'), win: 2 },
    meetings: () => m.cold('100ms (l|)'),
    listed: (date, now) => {
      if (date !== today) return [];
      const status = now < timeOf('10:01') ? 'Open' : now < timeOf('10:07') ? 'Closed' : 'Final';
      return [listedRace(first, standing(status))];
    },
    feedAheadMs: ahead,
  });
  m.expect(raceday(s).pipe(ignoreElements()), s.until(until)).toBeObservable('');
  m.flush();
  return s;
}

const status = (s: Story): unknown[] => s.store.rows('races').map((race) => race.status);
const failures = (s: Story): unknown[] => s.told('listing.failed').map(({ reason }) => reason);
const resets = (s: Story): unknown[] =>
  s.told('feed.clock_reset').flatMap(({ race_id, date }) => (date === today ? [race_id] : []));

describe('listings whose time does not fit', () => {
  it(
    'are refused where they are of the year 9999, and what follows counts',
    marbles((m) => {
      const wrong = Date.parse('9999-01-01T00:00:00Z');
      const s = listings(
        m,
        (now) => (now > timeOf('10:01') && now < timeOf('10:03') ? wrong - now : 0),
        '10:05',
      );
      expect(failures(s)).toEqual(['misdated', 'misdated']);
      expect(status(s)).toEqual(['Closed']);
      expect(s.feedClock.correctionMs).toBe(0);
    }),
  );

  it(
    'are refused where an old one comes from a cache, and the next new one counts',
    marbles((m) => {
      const cached = timeOf('09:50');
      const s = listings(
        m,
        (now) => (now > timeOf('10:01') && now < timeOf('10:09') ? cached - now : 0),
        '10:09',
      );
      expect(failures(s)).toEqual(['stale', 'stale', 'stale', 'stale']);
      expect([status(s), resets(s)]).toEqual([['Open'], []]);
      expect(s.feedClock.correctionMs).toBe(0);
    }),
  );

  it(
    'count again with the third where the clock of the feed went back',
    marbles((m) => {
      const s = listings(m, (now) => (now > timeOf('10:01') ? -10 * minute : 0), '10:09');
      expect(failures(s)).toEqual(['stale', 'stale']);
      expect([status(s), resets(s)]).toEqual([['Final'], [null]]);
    }),
  );
});
