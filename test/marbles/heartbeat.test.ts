import { Subject, asyncScheduler, switchMap, takeUntil, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { timeTroubles } from '../../src/streams/heartbeat.ts';
import type { TimeTrouble } from '../../src/streams/heartbeat.ts';
import { marbles } from '../support/marbles.ts';
import { storyClock } from '../support/streams-clock.ts';

const hour = 3_600_000;

describe('time troubles', () => {
  it(
    'are none while time goes as it should',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      m.expect(
        timeTroubles(clock, () => m.scheduler.now(), 1, m.scheduler),
        '60s !',
      ).toBeObservable('');
    }),
  );

  it(
    'are none on a clock that runs 120 times as fast',
    marbles((m) => {
      const fast = { now: () => 120 * m.scheduler.now(), schedule: m.scheduler.schedule.bind(m.scheduler) };
      m.expect(
        timeTroubles(fast, () => m.scheduler.now(), 120, m.scheduler),
        '60s !',
      ).toBeObservable('');
    }),
  );

  it(
    'tell by how much such a clock was set, in its own milliseconds',
    marbles((m) => {
      let set = 0;
      const fast = {
        now: () => 120 * m.scheduler.now() + set,
        schedule: m.scheduler.schedule.bind(m.scheduler),
      };
      m.scheduler.schedule(() => {
        set = -270_000;
      }, 10_100);
      m.expect(
        timeTroubles(fast, () => m.scheduler.now(), 120, m.scheduler),
        '60s !',
      ).toBeObservable('10500ms j', {
        j: { kind: 'jumped', ms: -270_000 },
      });
    }),
  );

  it.each([
    ['ahead', hour],
    ['back', -hour],
  ])('tell that the clock was set %s, within a second', (_name, by) => {
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      m.scheduler.schedule(() => {
        clock.setBy(by);
      }, 10_100);
      m.expect(
        timeTroubles(clock, () => m.scheduler.now(), 1, m.scheduler),
        '60s !',
      ).toBeObservable('10500ms j', {
        j: { kind: 'jumped', ms: by },
      });
    })();
  });

  it(
    'say nothing of a clock that is put right by a second',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      m.scheduler.schedule(() => {
        clock.setBy(1_000);
      }, 10_100);
      m.expect(
        timeTroubles(clock, () => m.scheduler.now(), 1, m.scheduler),
        '60s !',
      ).toBeObservable('');
    }),
  );

  it(
    'tell that the event loop did nothing for over a second',
    marbles((m) => {
      // While the loop is blocked time goes on, and the beat comes late.
      const clock = storyClock(m.scheduler, '12:00');
      let blocked = 0;
      m.scheduler.schedule(() => {
        blocked = 1_700;
        clock.setBy(1_700);
      }, 10_100);
      const monotonic = () => m.scheduler.now() + blocked;
      m.expect(timeTroubles(clock, monotonic, 1, m.scheduler), '60s !').toBeObservable('10500ms s', {
        s: { kind: 'stalled', ms: 1_700 },
      });
    }),
  );

  it(
    'say nothing of half a second in which the event loop was busy',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      let blocked = 0;
      m.scheduler.schedule(() => {
        blocked = 900;
        clock.setBy(900);
      }, 10_100);
      m.expect(
        timeTroubles(clock, () => m.scheduler.now() + blocked, 1, m.scheduler),
        '60s !',
      ).toBeObservable('');
    }),
  );

  it(
    'count from when they are listened for, not from when they were made',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      const trouble$ = timeTroubles(clock, () => m.scheduler.now(), 1, m.scheduler);
      m.expect(timer(20_000, m.scheduler).pipe(switchMap(() => trouble$)), '60s !').toBeObservable('');
    }),
  );

  it('tell of a loop that really was blocked', async () => {
    const told: TimeTrouble[] = [];
    const stop$ = new Subject<void>();
    timeTroubles(asyncScheduler, () => performance.now(), 1, asyncScheduler)
      .pipe(takeUntil(stop$))
      .subscribe({ next: (trouble) => told.push(trouble), error: () => undefined });
    await new Promise((resolve) => setTimeout(resolve, 600));
    const until = performance.now() + 1_700;
    while (performance.now() < until);
    await new Promise((resolve) => setTimeout(resolve, 100));
    stop$.next();
    const longest = Math.max(...told.filter(({ kind }) => kind === 'stalled').map(({ ms }) => ms));
    expect(longest).toBeGreaterThan(1_000);
  });
});
