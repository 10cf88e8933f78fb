import { describe, expect, it } from 'vitest';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { every, later } from '../support/streams-diagram.ts';
import { actor, inTurn, known, listedOrder, reports, story } from '../support/streams-story.ts';

const minute = 60_000;
const right = { status: 'Open', start: timeOf('12:35'), win: 2 };
const wrong = [
  ['9999', '9999-12-31T23:59:59Z'],
  ['next week', '2026-03-14T12:35:00Z'],
  ['tomorrow', '2026-03-08T12:35:00Z'],
] as const;

/** A race that is to jump at 12:35. Its polls fall on whole multiples of their interval. */
describe('a race whose advertised start is wrong', () => {
  it.each(wrong)(
    'is polled every half an hour (%s), and as before once its event is right again',
    (_name, start) => {
      marbles((m) => {
        const odd = { ...right, start: timeOf(start) };
        const answer$ = m.cold('200ms (a|)');
        const s = story(m, '11:00', {
          event: () => answer$,
          race: [
            ['11:00', odd],
            ['12:10', right],
          ],
          store: known('10:59', right),
        });
        // At 11:01 it learns of the wrong start, and at 12:30 of the right one.
        const before = ['11:00', '11:30', '12:00', '12:30'];
        const polls = [...before, ...every(10_000, '12:30:10', '12:31')];
        m.expect(actor(s), s.until('12:31')).toBeObservable(
          s.emissions({
            c: later(200, ['11:00', '12:30']),
            u: later(
              200,
              polls.filter((time) => time !== '11:00' && time !== '12:30'),
            ),
          }),
          reports,
        );
        m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
        m.flush();
        expect(s.told('race.moved')).toHaveLength(2);
        expect(s.store.rows('gaps')).toEqual([]);
      })();
    },
  );

  it.each(wrong)('is polled at once, and as before, when a listing is right again (%s)', (_name, start) => {
    marbles((m) => {
      const odd = { ...right, start: timeOf(start) };
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot(`${20 * minute}ms l`, { l: listedOrder('12:20', right) });
      const s = story(m, '12:00', {
        event: inTurn(answer$, answer$),
        race: [
          ['11:00', odd],
          ['12:20', right],
        ],
        store: known('11:59', odd),
      });
      const polls = ['12:00', ...every(30_000, '12:20', '12:21')];
      m.expect(actor(s, order$), s.until('12:21')).toBeObservable(
        s.emissions({ u: later(200, polls) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
    })();
  });

  it.each([
    ['1970', '1970-01-01T00:00:01Z'],
    ['last week', '2026-02-28T12:35:00Z'],
  ])(
    'is polled as one that is about to jump (%s), and as before once its event is right again',
    (_name, start) => {
      marbles((m) => {
        const odd = { ...right, start: timeOf(start) };
        const answer$ = m.cold('200ms (a|)');
        const s = story(m, '12:00', {
          event: () => answer$,
          race: [
            ['12:00', odd],
            ['12:10:05', right],
          ],
          store: known('11:59', right),
        });
        const same = [...every(10_000, '12:00:10', '12:10:10'), '12:11', '12:12', '12:13'];
        m.expect(actor(s), s.until('12:14')).toBeObservable(
          s.emissions({ c: later(200, ['12:00', '12:10:10']), u: later(200, same) }),
          reports,
        );
        m.expect(answer$).toHaveSubscriptions(
          s.asked([...every(10_000, '12:00', '12:10:20'), ...same.slice(-3)], 200),
        );
      })();
    },
  );
});
