import { defer, filter, ignoreElements, map, merge, of } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { race } from '../../src/streams/race.ts';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { inTwoWords, listedOrder, named, story } from '../support/streams-story.ts';

const open = (start: string) => ({ status: 'Open', start: timeOf(start), win: 2 });

describe('many races on a small budget', () => {
  it(
    'are served by the nearness of their jump',
    marbles((m) => {
      const starts = { one: '16:00', far: '17:00', near: '11:30', past: '10:55', middle: '13:00' } as const;
      type Name = keyof typeof starts;
      const names = Object.keys(starts) as Name[];
      const answers = new Map(names.map((name) => [name, m.cold('200ms (a|)')]));
      const answer$ = (name: Name) => answers.get(name) ?? m.cold('#');
      const s = story(m, '11:00', {
        event: (raceId) => answer$(raceId as Name),
        race: (_now, raceId) => open(starts[raceId as Name]),
        limits: { requestsPerSecond: 2, inFlight: 6 },
      });
      const actors = names.map((name) => race(name, of(listedOrder('11:00', open(starts[name]), name)), s));
      m.expect(merge(...actors).pipe(map(inTwoWords)), '2500ms !').toBeObservable(
        '200ms a 499ms b 499ms c 499ms d 499ms e',
        {
          a: 'one changed',
          b: 'past changed',
          c: 'near changed',
          d: 'middle changed',
          e: 'far changed',
        },
      );
      // The first to come finds the budget free; then the nearest goes first.
      m.expect(answer$('one')).toHaveSubscriptions('^ 199ms !');
      m.expect(answer$('past')).toHaveSubscriptions('500ms ^ 199ms !');
      m.expect(answer$('near')).toHaveSubscriptions('1s ^ 199ms !');
      m.expect(answer$('middle')).toHaveSubscriptions('1500ms ^ 199ms !');
      m.expect(answer$('far')).toHaveSubscriptions('2s ^ 199ms !');
    }),
  );

  it(
    'are served before the reads of those that have ended, which are in less of a hurry',
    marbles((m) => {
      const answers = {
        one: m.cold('200ms (a|)'),
        ended: m.cold('200ms (a|)'),
        near: m.cold('200ms (a|)'),
        far: m.cold('200ms (a|)'),
      };
      const ended = { ...open('10:50'), status: 'Final' };
      const standing = (name: string) =>
        name === 'ended' ? ended : open(name === 'far' ? '13:00' : '11:50');
      const s = story(m, '11:00', {
        event: named(answers),
        race: (_now, raceId) => standing(raceId),
        limits: { requestsPerSecond: 2, inFlight: 6 },
      });
      const actors = Object.keys(answers).map((name) =>
        race(name, of(listedOrder('11:00', standing(name), name)), s),
      );
      m.expect(merge(...actors).pipe(map(inTwoWords)), '1800ms !').toBeObservable(
        '200ms a 499ms b 499ms c 499ms d',
        {
          a: 'one changed',
          b: 'near changed',
          c: 'ended changed',
          d: 'far changed',
        },
      );
      m.expect(answers.near).toHaveSubscriptions('500ms ^ 199ms !');
      m.expect(answers.ended).toHaveSubscriptions('1s ^ 199ms !');
      m.expect(answers.far).toHaveSubscriptions('1500ms ^ 199ms !');
    }),
  );

  it(
    'are late where they are far, and none of them starves',
    marbles((m) => {
      const near$ = m.cold('200ms (a|)');
      const far$ = m.cold('200ms (a|)');
      const s = story(m, '11:00', {
        event: (raceId) => (raceId === 'far' ? far$ : near$),
        race: (_now, raceId) => open(raceId === 'far' ? '16:00' : '10:50'),
        limits: { requestsPerSecond: 1, inFlight: 1 },
      });
      // Twenty races at their jump ask for two polls a second where there is one.
      const crowd = Array.from({ length: 20 }, (_, i) =>
        race(`near-${i}`, of(listedOrder('11:00', open('10:50'), `near-${i}`)), s),
      );
      const far = race('far', of(listedOrder('11:00', open('16:00'), 'far')), s);
      // Five hours to its jump are outweighed by five minutes of waiting beside the five that near races are ahead, and those that came before have their turn.
      const told$ = merge(...crowd, far).pipe(
        map(inTwoWords),
        filter((words) => words.startsWith('far')),
      );
      m.expect(told$, '700s !').toBeObservable('615200ms f', { f: 'far changed' });
      m.expect(far$).toHaveSubscriptions('615s ^ 199ms !');
    }),
  );

  it(
    'have no more polls under way than the budget allows',
    marbles((m) => {
      const slow$ = m.cold('3s (a|)');
      const s = story(m, '11:00', {
        event: () => slow$,
        race: open('16:00'),
        limits: { requestsPerSecond: Infinity, inFlight: 2 },
      });
      const actors = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
        race(name, of(listedOrder('11:00', open('16:00'), name)), s),
      );
      m.expect(merge(...actors).pipe(map(inTwoWords)), '8s !').toBeObservable(
        '3s (ab) 2996ms (cd)',
        Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, `${name} changed`])),
      );
      m.expect(slow$).toHaveSubscriptions([
        ...['', '', '3s ', '3s '].map((begin) => `${begin}^ 2999ms !`),
        '6s ^ 1999ms !',
        '6s ^ 1999ms !',
      ]);
    }),
  );

  it(
    'are spread out, and not in step',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const starts: number[] = [];
      const s = story(m, '11:56', {
        event: () =>
          defer(() => {
            starts.push(m.scheduler.now());
            return answer$;
          }),
        race: open('12:00'),
      });
      const actors = Array.from({ length: 50 }, (_, i) =>
        race(`race-${i}`, of(listedOrder('11:56', open('12:00'), `race-${i}`)), s),
      );
      m.expect(merge(...actors).pipe(ignoreElements()), '30s !').toBeObservable('');
      m.flush();
      // In the second round every tenth of ten seconds has some, and none has many.
      const tenths = Map.groupBy(
        starts.filter((at) => at >= 10_000 && at < 20_000),
        (at) => Math.floor(at / 1_000),
      );
      expect(tenths.size).toBe(10);
      expect(Math.max(...[...tenths.values()].map((list) => list.length))).toBeLessThan(12);
    }),
  );
});
