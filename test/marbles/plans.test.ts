import { describe, expect, it } from 'vitest';
import { defaultCadence } from '../../src/streams/cadence.ts';
import type { Plan, RaceTimes } from '../../src/streams/cadence.ts';
import { plans } from '../../src/streams/plans.ts';
import { marbles } from '../support/marbles.ts';

const noTelling = (): void => undefined;
const minute = 60_000;
const hour = 60 * minute;

const open = (advertisedStart: number): RaceTimes => ({
  status: 'Open',
  advertisedStart,
  since: 0,
  endedAt: null,
});

/** The plan of a band of the default cadence, for a race that starts at a time. */
const band = (name: string, everyMs: number, since: number, until: number): Plan => ({
  kind: 'every',
  name,
  everyMs,
  since,
  until,
});
const hourBand = (start: number) => band('hour', minute, start - hour, start - 15 * minute);
const quarterBand = (start: number) => band('quarter', 30_000, start - 15 * minute, start - 5 * minute);
const jumpBand = (start: number) => band('jump', 10_000, start - 5 * minute, start + 3 * hour);
const closed = (start: number) => band('closed', 15_000, -Infinity, start + 3 * hour);

describe('plans', () => {
  it(
    'goes from band to band as the start comes nearer, and stays in the last one',
    marbles((m) => {
      const start = 20 * minute;
      const race$ = m.cold('r', { r: open(start) });
      m.expect(race$.pipe(plans(defaultCadence, m.scheduler, noTelling)), '60m !').toBeObservable(
        'h 299999ms q 599999ms j',
        {
          h: hourBand(start),
          q: quarterBand(start),
          j: jumpBand(start),
        },
      );
      m.expect(race$).toHaveSubscriptions('^ 3599999ms !');
    }),
  );

  it(
    'polls slowly until the race is live',
    marbles((m) => {
      const start = 25 * hour;
      const race$ = m.cold('r', { r: open(start) });
      m.expect(race$.pipe(plans(defaultCadence, m.scheduler, noTelling)), '61m !').toBeObservable(
        'w 3599999ms d',
        {
          w: band('not_live', 30 * minute, -Infinity, hour),
          d: band('day', 30 * minute, hour, 19 * hour),
        },
      );
    }),
  );

  it(
    'is in the nearer band at once when the start moves nearer, and forgets the old one',
    marbles((m) => {
      const race$ = m.hot('a 59999ms b', { a: open(30 * minute), b: open(10 * minute) });
      m.expect(race$.pipe(plans(defaultCadence, m.scheduler, noTelling)), '20m !').toBeObservable(
        'a 59999ms b 239999ms c',
        {
          a: hourBand(30 * minute),
          b: quarterBand(10 * minute),
          c: jumpBand(10 * minute),
        },
      );
      m.expect(race$).toHaveSubscriptions('^ 1199999ms !');
    }),
  );

  it(
    'is in the farther band again when the start moves away',
    marbles((m) => {
      const race$ = m.hot('a 59999ms b', { a: open(4 * minute), b: open(40 * minute) });
      m.expect(race$.pipe(plans(defaultCadence, m.scheduler, noTelling)), '20m !').toBeObservable(
        'a 59999ms b',
        {
          a: jumpBand(4 * minute),
          b: hourBand(40 * minute),
        },
      );
    }),
  );

  it(
    'goes by the status, not by the time, once the race is closed',
    marbles((m) => {
      const race$ = m.hot('a 59999ms b 59999ms c', {
        a: open(7 * minute),
        b: { ...open(7 * minute), status: 'Closed' },
        c: { ...open(7 * minute), status: 'Final', endedAt: 2 * minute },
      });
      m.expect(race$.pipe(plans(defaultCadence, m.scheduler, noTelling)), '2880m !').toBeObservable(
        'a 59999ms b 59999ms c',
        {
          a: quarterBand(7 * minute),
          b: closed(7 * minute),
          c: {
            kind: 'reads',
            name: 'final',
            dues: [3 * minute, 12 * minute, 2 * minute + 24 * hour],
            until: Infinity,
          },
        },
      );
    }),
  );

  it(
    'is told once, however often the same start and status are',
    marbles((m) => {
      const race$ = m.hot('a-a-a-|', { a: { ...open(minute), status: 'Closed' } });
      const told: Plan[] = [];
      const plan$ = race$.pipe(
        plans(defaultCadence, m.scheduler, (plan) => {
          told.push(plan);
        }),
      );
      m.expect(plan$, '10m !').toBeObservable('c', { c: closed(minute) });
      m.expect(race$).toHaveSubscriptions('^-----!');
      m.flush();
      expect(told).toEqual([closed(minute)]);
    }),
  );

  it(
    'polls slowly a race that has not ended three hours after its start, and once more a day after it',
    marbles((m) => {
      const race$ = m.cold('r', { r: open(0) });
      m.expect(race$.pipe(plans(defaultCadence, m.scheduler, noTelling)), '2880m !').toBeObservable(
        'j 10799999ms o 75599999ms g',
        {
          j: jumpBand(0),
          o: band('overdue', minute, 3 * hour, 24 * hour),
          g: { kind: 'reads', name: 'given_up', dues: [24 * hour], until: Infinity },
        },
      );
    }),
  );

  it(
    'counts the time that a race is overdue from the last change of its start or status',
    marbles((m) => {
      const race$ = m.hot('a 3539999ms b', {
        a: open(0),
        b: { ...open(0), status: 'Interim', since: 59 * minute },
      });
      m.expect(race$.pipe(plans(defaultCadence, m.scheduler, noTelling)), '240m !').toBeObservable(
        'j 3539999ms i 10799999ms o',
        {
          j: jumpBand(0),
          i: band('interim', 15_000, -Infinity, 239 * minute),
          o: band('overdue', minute, 239 * minute, 59 * minute + 24 * hour),
        },
      );
    }),
  );
});
