import { Subscription, asyncScheduler, firstValueFrom, interval, merge } from 'rxjs';
import type { SchedulerAction, SchedulerLike } from 'rxjs';
import { describe, expect, it, vi } from 'vitest';
import { at, simulatedScheduler } from '../../src/streams/clock.ts';
import { marbles } from '../support/marbles.ts';
import { storyClock, timeOf } from '../support/streams-clock.ts';

describe('at', () => {
  it(
    'emits once, when the clock reaches the time',
    marbles((m) => {
      m.expect(at(5_000, m.scheduler, 'a')).toBeObservable('5s (a|)');
    }),
  );

  it(
    'emits at once when the time has passed',
    marbles((m) => {
      m.expect(at(-5_000, m.scheduler, 'a')).toBeObservable('(a|)');
    }),
  );

  it(
    'waits for a day and more, and looks at the clock every minute',
    marbles((m) => {
      const looks: number[] = [];
      const scheduler: SchedulerLike = {
        now: () => m.scheduler.now(),
        schedule: m.scheduler.schedule.bind(m.scheduler),
      };
      const counted = { ...scheduler, now: () => (looks.push(m.scheduler.now()), m.scheduler.now()) };
      const due = 26 * 3_600_000 + 500;
      m.expect(at(due, counted, 'a')).toBeObservable('1560m 500ms (a|)');
      m.flush();
      expect(new Set(looks).size).toBe(26 * 60 + 2);
    }),
  );

  it(
    'is no longer waited for once nobody listens',
    marbles((m) => {
      m.expect(at(5_000, m.scheduler, 'a'), '4s !').toBeObservable('');
    }),
  );

  it(
    'notices within a minute that the clock went ahead',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      m.scheduler.schedule(() => {
        clock.setBy(3_600_000);
      }, 90_000);
      m.expect(at(timeOf('12:30'), clock, 'a')).toBeObservable('2m (a|)');
    }),
  );

  it(
    'waits for the time and not for the delay when the clock went back',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      m.scheduler.schedule(() => {
        clock.setBy(-600_000);
      }, 90_000);
      m.expect(at(timeOf('12:30'), clock, 'a')).toBeObservable('40m (a|)');
    }),
  );

  it(
    'never emits before the time, though a timer fires early',
    marbles((m) => {
      // As the timers of Node: whole milliseconds, the rest cut off, and at least one.
      const whole = (delay: number): number => Math.max(1, Math.trunc(delay));
      const early: SchedulerLike = {
        now: () => m.scheduler.now(),
        schedule<T>(work: (this: SchedulerAction<T>, state?: T) => void, delay = 0, state?: T) {
          const action: SchedulerAction<T> = Object.assign(new Subscription(), {
            schedule(next?: T, after = 0): Subscription {
              return m.scheduler.schedule(
                (given?: T) => {
                  work.call(action, given);
                },
                whole(after),
                next,
              );
            },
          });
          return action.schedule(state, delay);
        },
      };
      m.expect(at(2_500.7, early, 'a')).toBeObservable('2501ms (a|)');
    }),
  );

  it('never emits before the time on the real clock', async () => {
    for (let i = 0; i < 20; i++) {
      const due = Date.now() + 2 + i / 20;
      await firstValueFrom(at(due, asyncScheduler, null), { defaultValue: null });
      expect(Date.now()).toBeGreaterThanOrEqual(due);
    }
  });

  it('never emits before the time on a clock that runs 120 times as fast', async () => {
    const scheduler = simulatedScheduler({ real: Date.now(), simulated: 1_000_000, speed: 120 });
    for (let i = 0; i < 20; i++) {
      const due = scheduler.now() + 300 + i * 7;
      await firstValueFrom(at(due, scheduler, null), { defaultValue: null });
      expect(scheduler.now()).toBeGreaterThanOrEqual(due);
    }
  });

  it('waits a part of the time on a clock that runs 120 times as fast, however often it re-schedules', () => {
    vi.useFakeTimers();
    try {
      const scheduler = simulatedScheduler({ real: Date.now(), simulated: 1_000_000, speed: 120 });
      const seen: number[] = [];
      const listening = merge(at(1_060_000, scheduler, null), interval(30_000, scheduler)).subscribe({
        next: () => seen.push(scheduler.now()),
        error: (error: unknown) => {
          throw error;
        },
      });
      vi.advanceTimersByTime(1_000);
      listening.unsubscribe();
      expect(seen).toEqual([1_030_000, 1_060_000, 1_060_000, 1_090_000, 1_120_000]);
    } finally {
      vi.useRealTimers();
    }
  });
});
