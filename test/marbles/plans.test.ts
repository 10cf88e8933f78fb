import { describe, it } from 'vitest';
import { defaultCadence, planAt } from '../../src/streams/cadence.ts';
import type { RaceTimes } from '../../src/streams/cadence.ts';
import { plans } from '../../src/streams/plans.ts';
import { marbles } from '../support/marbles.ts';

describe('plans', () => {
  it(
    'goes from band to band as the start comes nearer',
    marbles((m) => {
      const race: RaceTimes = { status: 'Open', advertisedStart: 20 * 60_000, endedAt: null };
      const at = (now: number) => planAt(defaultCadence, race, now);
      const source$ = m.cold('r', { r: race });
      m.expect(source$.pipe(plans(defaultCadence, m.scheduler))).toBeObservable('a 299999ms b 599999ms c', {
        a: at(0),
        b: at(300_000),
        c: at(900_000),
      });
    }),
  );
});
