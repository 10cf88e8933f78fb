import { describe, expect, it } from 'vitest';
import { marbles } from '../support/marbles.ts';
import { timeOf } from '../support/streams-clock.ts';
import { later } from '../support/streams-diagram.ts';
import { actor, known, listedOrder, reports, story } from '../support/streams-story.ts';

const interim = { status: 'Interim', start: timeOf('12:00'), win: 2 };
const final = { ...interim, status: 'Final' };

describe('a race that a listing tells to be Final', () => {
  it(
    'is read at once, for the listing holds no results, and 1 min after that listing again',
    marbles((m) => {
      const answer$ = m.cold('200ms (a|)');
      const order$ = m.hot('6s l', { l: listedOrder('12:05:07', final) });
      const s = story(m, '12:05:01', { event: () => answer$, race: final, store: known('12:05', interim) });
      const told = '12:05:07';
      const polls = [told, '12:06:07'];
      m.expect(actor(s, order$), s.until('12:07')).toBeObservable(
        s.emissions({ u: later(200, polls) }),
        reports,
      );
      m.expect(answer$).toHaveSubscriptions(s.asked(polls, 200));
      m.flush();
      expect(s.store.rows('gaps')).toEqual([]);
    }),
  );
});
