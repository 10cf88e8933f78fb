import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { importOnce } from '../../src/streams/raceday.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { listedRace } from '../support/streams-snapshots.ts';
import { first, inTwoWords, named, second, story } from '../support/streams-story.ts';

const afternoon = { status: 'Open', start: timeOf('16:00'), win: 2 };
const [today, tomorrow] = ['2026-03-07', '2026-03-08'] as const;
const late = 'no answer in time';

const words = { a: `${first} changed`, i: 'imported' };

describe('an import that has to end at a time', () => {
  it(
    'gives up the races that have not answered by then, and names them',
    marbles((m) => {
      const events = { [first]: m.cold('200ms (e|)'), [second]: m.cold('-') };
      const s = story(m, '10:00', {
        event: named(events),
        race: afternoon,
        meetings: () => m.cold('100ms (l|)'),
        listed: () => [listedRace(first, afternoon), listedRace(second, afternoon)],
      });
      const import$ = importOnce(s, [today], timeOf('10:00') + 3_000);
      m.expect(import$.pipe(map(inTwoWords))).toBeObservable('300ms a 2699ms (i|)', words);
      m.expect(events[second]).toHaveSubscriptions('100ms ^ 2899ms !');
      m.flush();
      const failed = [{ race_id: second, reason: late }];
      expect(s.store.rows('imports')).toMatchObject([{ races: 2, failed: JSON.stringify(failed) }]);
      expect(s.told('import.race_failed')).toEqual(failed);
    }),
  );

  it(
    'gives up the listings as well',
    marbles((m) => {
      const lists = { [today]: m.cold('100ms (l|)'), [tomorrow]: m.cold('-') };
      const event$ = m.cold('200ms (e|)');
      const s = story(m, '10:00', {
        event: () => event$,
        race: afternoon,
        meetings: named(lists),
        listed: () => [listedRace(first, afternoon)],
      });
      const import$ = importOnce(s, undefined, timeOf('10:00') + 3_000);
      m.expect(import$.pipe(map(inTwoWords))).toBeObservable('3s (i|)', words);
      m.expect(lists[tomorrow]).toHaveSubscriptions('100ms ^ 2899ms !');
      m.flush();
      const failed = [
        { date: tomorrow, reason: late },
        { race_id: first, reason: late },
      ];
      expect(s.store.rows('imports')).toMatchObject([{ races: 1, failed: JSON.stringify(failed) }]);
      // What was listed is kept.
      expect(s.store.rows('races')).toHaveLength(1);
    }),
  );

  it(
    'ends before it when all is done',
    marbles((m) => {
      const s = story(m, '10:00', {
        event: () => m.cold('200ms (e|)'),
        race: afternoon,
        meetings: () => m.cold('100ms (l|)'),
        listed: () => [listedRace(first, afternoon)],
      });
      const import$ = importOnce(s, [today], timeOf('10:00') + 3_000);
      m.expect(import$.pipe(map(inTwoWords))).toBeObservable('300ms (i|)', words);
      m.flush();
      expect(s.store.rows('imports')).toMatchObject([{ races: 1, failed: '[]' }]);
    }),
  );
});

describe('an import whose races wait long for their turn', () => {
  it(
    'does not take them for stalled',
    marbles((m) => {
      const s = story(m, '10:00', {
        event: () => m.cold('200ms (e|)'),
        race: afternoon,
        meetings: () => m.cold('100ms (l|)'),
        listed: () => [listedRace(first, afternoon), listedRace(second, afternoon)],
        limits: { requestsPerSecond: 0.01, inFlight: 6 },
      });
      const import$ = importOnce(s, [today]);
      m.expect(import$.pipe(map(inTwoWords))).toBeObservable('100200ms a 99999ms (i|)', words);
      m.flush();
      expect(s.told('race.stalled')).toEqual([]);
      expect(s.told('import.finished')).toMatchObject([{ races: 2, failed: 0 }]);
    }),
  );
});
