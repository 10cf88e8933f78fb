import { BehaviorSubject, EMPTY, NEVER, Subject, map, takeUntil, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planAt } from '../../src/streams/cadence.ts';
import type { Cadence, RaceTimes } from '../../src/streams/cadence.ts';
import { duesBetween, nextDue } from '../../src/streams/due.ts';
import type { PollState } from '../../src/streams/due.ts';
import { plans } from '../../src/streams/plans.ts';
import { dues, polling } from '../../src/streams/polling.ts';
import { hold } from '../support/properties.ts';
import { cadences } from '../support/streams-tables.ts';
import { VirtualClock } from '../support/streams-virtual.ts';

const second = 1_000;
const day = 86_400 * second;

/** The day begins at a time that is no whole interval of most tables. */
const begin = 10_000_019 * second;

/** Polls one after the other, as an actor makes them: each where the plan in force has the next one due. */
function stepped(cadence: Cadence, race: RaceTimes, phase: number, after: number, before: number): number[] {
  const polls: number[] = [];
  let last = after;
  for (let now = after; now < before;) {
    const plan = planAt(cadence, race, now);
    const due = nextDue(plan, { phase, last: null, lastGoodAt: last }, now, 0);
    if (due !== null && due <= plan.until && due < before) {
      polls.push(due);
      last = due;
      now = due;
    } else {
      now = plan.until;
    }
  }
  return polls;
}

const wholeSeconds = fc.integer({ min: 20, max: 5_000 });

describe('the polls that were due', () => {
  it('are those that the next poll gives, one after the other', () => {
    const race = fc.record({
      status: fc.constantFrom('Open', 'Open', 'Open', 'Closed', 'Final', 'Abandoned'),
      advertisedStart: fc.integer({ min: begin, max: begin + 3 * day }),
      since: fc.integer({ min: begin - day, max: begin + day }),
      endedAt: fc.integer({ min: begin - day, max: begin + day }),
    });
    const moment = fc.integer({ min: begin, max: begin + day });
    const phase = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    hold(
      fc.property(
        cadences(wholeSeconds),
        race,
        phase,
        moment,
        moment,
        (cadence, times, own, after, before) => {
          const polls = stepped(cadence, times, own, after, before);
          const counted = duesBetween(cadence, times, own, after, before);
          expect(counted?.count ?? 0).toBe(polls.length);
          expect(counted?.first).toBe(polls[0]);
        },
      ),
      1_000,
    );
  });
});

/** What a race is told at a time. */
interface Move {
  readonly at: number;
  readonly status: string;
  readonly advertisedStart: number;
}

const hasEnded = ({ status }: Move): boolean => status === 'Final' || status === 'Abandoned';

/** The polls that the streams make through a day, each of which takes 10 ms. */
function streamed(cadence: Cadence, moves: readonly Move[]): number[] {
  const clock = new VirtualClock(begin);
  const times$ = new Subject<RaceTimes>();
  const polls$ = new BehaviorSubject<PollState>({ phase: 0, last: null, lastGoodAt: begin });
  const ended$ = new Subject<void>();
  const polls: number[] = [];
  const errors: unknown[] = [];
  const due$ = dues(
    times$.pipe(plans(cadence, clock, () => undefined)),
    polls$,
    clock,
    () => undefined,
    () => 0,
  );
  const poll = (): Observable<void> => {
    const startedAt = clock.now();
    polls.push(startedAt);
    return timer(10, clock).pipe(
      map(() => {
        const last = { startedAt, finishedAt: clock.now(), failures: 0, missing: 0 };
        polls$.next({ phase: 0, last, lastGoodAt: startedAt });
      }),
    );
  };
  const end = (): Observable<never> => {
    ended$.next();
    return EMPTY;
  };
  const running = polling(due$, NEVER, poll, end)
    .pipe(takeUntil(ended$))
    .subscribe({ error: (error: unknown) => errors.push(error) });
  let endedAt: number | null = null;
  for (const move of moves) {
    clock.runUntil(move.at);
    endedAt = hasEnded(move) ? (endedAt ?? move.at) : null;
    times$.next({ ...move, since: Infinity, endedAt });
  }
  clock.runUntil(begin + day - 1);
  running.unsubscribe();
  expect(errors).toEqual([]);
  return polls;
}

/**
 * The same by a model that knows neither streams nor plans nor timers: twice a second it looks whether a whole
 * interval ended since the last poll, or a read fell due. Where a band ends, that band still counts.
 */
function modelled(cadence: Cadence, moves: readonly Move[]): number[] {
  const polls: number[] = [];
  const told = new Map(moves.map((move) => [move.at, move]));
  let last = begin;
  let race: Move | undefined;
  let endedAt: number | null = null;
  for (let now = begin; now < begin + day; now += second / 2) {
    const move = told.get(now);
    race = move ?? race;
    if (race === undefined) continue;
    endedAt = hasEnded(race) ? (endedAt ?? now) : null;
    if (endedAt !== null) {
      const reads = race.status === 'Final' ? cadence.finalReadsMs : cadence.abandonedReadsMs;
      const left = reads.map((read) => (endedAt ?? 0) + read).filter((read) => read > last);
      if (left.length === 0) break;
      if (left.every((read) => read > now)) continue;
    } else {
      const away = race.advertisedStart - now;
      const everyMs = intervalAt(cadence, race.status, away);
      const before = move === undefined ? intervalAt(cadence, race.status, away + 1) : everyMs;
      const intervalEnded = [everyMs, before].some(
        (every) => Math.floor(now / every) > Math.floor(last / every),
      );
      if (!intervalEnded) continue;
    }
    polls.push(now);
    last = now;
  }
  return polls;
}

/** How often a race that has not ended is polled. */
function intervalAt(cadence: Cadence, status: string, away: number): number {
  if (status === 'Closed') return cadence.closedMs;
  if (status === 'Interim') return cadence.interimMs;
  if (away > cadence.liveMs) return cadence.notLiveMs;
  const [nearest] = cadence.bands.filter(({ overMs }) => away > overMs);
  return nearest?.everyMs ?? NaN;
}

describe('the polls of a day', () => {
  it('are those of the model, for any table and any moves of start and status', () => {
    const moves = fc
      .uniqueArray(
        fc.record({
          second: fc.integer({ min: 0, max: 86_399 }),
          status: fc.constantFrom('Open', 'Open', 'Open', 'Open', 'Closed', 'Interim', 'Final', 'Abandoned'),
          startsIn: fc.integer({ min: -20_000, max: 150_000 }),
        }),
        { minLength: 1, maxLength: 8, selector: ({ second: at }) => at },
      )
      // Half a second beside every due, for what is due and told at once may come in either order.
      .map((list) =>
        list
          .toSorted((a, b) => a.second - b.second)
          .map(({ second: at, status, startsIn }, index): Move => ({
            at: begin + (index === 0 ? 0.5 : at + 0.5) * second,
            status: index === 0 ? 'Open' : status,
            advertisedStart: begin + startsIn * second,
          })),
      );
    let all = 0;
    hold(
      fc.property(cadences(wholeSeconds), moves, (cadence, told) => {
        const polls = streamed(cadence, told);
        all += polls.length;
        expect(polls).toEqual(modelled(cadence, told));
      }),
      60,
    );
    expect(all).toBeGreaterThan(1_000);
  });
});
