import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { raceday } from '../../src/streams/raceday.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { actor, first, inTwoWords, known, reports, story } from '../support/streams-story.ts';

const noon = { status: 'Open', start: timeOf('12:00'), win: 2 };
const hour = 3_600_000;
const words = { A: `${first} unchanged`, i: 'imported' };

describe('when the clock is set', () => {
  it(
    'ahead an hour, a race is in its last minutes at once',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '10:55', { event: () => answer$, race: noon, store: known('10:50', noon) });
      s.jump('10:56', hour);
      // It is 11:56 after a minute.
      const polls = ['^ 199ms !', ...[60, 70, 80].map((seconds) => `${seconds}s ^ 199ms !`)];
      m.expect(actor(s), '85s !').toBeObservable('200ms u 59999ms u 9999ms u 9999ms u', reports);
      m.expect(answer$).toHaveSubscriptions(polls);
      m.flush();
      expect(s.told('race.cadence').map(({ band }) => band)).toEqual(['hours', 'jump']);
    }),
  );

  it(
    'back an hour, a race goes on by the earlier time and does not wait the hour out',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const s = story(m, '11:56', { event: () => answer$, race: noon, store: known('11:55:50', noon) });
      s.jump('11:56:05', -hour);
      // 10:56:05: every five minutes, the next at 11:00; from there on every minute.
      m.expect(actor(s), '340s !').toBeObservable('200ms u 239999ms u 59999ms u', reports);
      m.expect(answer$).toHaveSubscriptions(['0s ^ 199ms !', '240s ^ 199ms !', '300s ^ 199ms !']);
      m.flush();
      expect(s.told('race.cadence').map(({ band }) => band)).toEqual(['jump', 'hours', 'hour']);
      expect(s.store.rows('gaps')).toEqual([]);
    }),
  );

  it(
    'back an hour in a plan that no time ends, a race does not wait the hour out',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const closed = { ...noon, status: 'Closed' };
      const s = story(m, '12:01', { event: () => answer$, race: closed, store: known('12:00:50', closed) });
      s.jump('12:01:05', -hour);
      m.expect(actor(s), '40s !').toBeObservable('200ms u 14999ms u 14999ms u', reports);
      m.expect(answer$).toHaveSubscriptions(['0s ^ 199ms !', '15s ^ 199ms !', '30s ^ 199ms !']);
      m.flush();
      expect(s.told('race.cadence').map(({ band }) => band)).toEqual(['closed']);
    }),
  );

  it(
    'back an hour after the end of a race, it is settled an hour later, and not before',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const abandoned = { ...noon, status: 'Abandoned' };
      const s = story(m, '11:56', {
        event: () => answer$,
        race: abandoned,
        store: known('11:50', abandoned),
      });
      s.jump('11:57', -hour);
      m.expect(actor(s)).toBeObservable('3840s 200ms (us|)', { u: 'unchanged', s: 'settled' });
      m.expect(answer$).toHaveSubscriptions('3840s ^ 199ms !');
    }),
  );

  it(
    'ahead over midnight, the new day is imported within a minute',
    marbles((m) => {
      const list$ = m.cold('100ms (l|)');
      const s = story(m, '23:30', {
        event: () => m.cold('200ms (e|)'),
        race: noon,
        meetings: () => list$,
        listed: () => [],
      });
      s.jump('23:30:30', hour);
      m.expect(raceday(s).pipe(map(inTwoWords)), '90s !').toBeObservable('200ms i 59999ms i', words);
      m.flush();
      expect(s.told('import.started').map(({ dates }) => dates[0])).toEqual(['2026-03-07', '2026-03-08']);
    }),
  );

  it(
    'back over midnight, the day is not imported once more at its second midnight',
    marbles((m) => {
      const list$ = m.cold('100ms (l|)');
      const s = story(m, '23:59', {
        event: () => m.cold('200ms (e|)'),
        race: noon,
        meetings: () => list$,
        listed: () => [],
      });
      s.jump('2026-03-08T00:30:00Z', -hour);
      // Midnight after a minute; after 31 it is 23:30 again.
      m.expect(raceday(s).pipe(map(inTwoWords)), '90m !').toBeObservable('200ms i 59999ms i', words);
      m.flush();
      expect(s.told('import.started').map(({ dates }) => dates[0])).toEqual(['2026-03-07', '2026-03-08']);
    }),
  );
});
