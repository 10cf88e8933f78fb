import { describe, expect, it } from 'vitest';
import type { Log } from '../../src/domain/log-events.ts';
import { Watchdog } from '../../src/streams/watchdog.ts';
import { marbles } from '../support/marbles.ts';
import { storyClock, timeOf } from '../support/streams-clock.ts';

function collecting(): { readonly log: Log; readonly lines: unknown[] } {
  const lines: unknown[] = [];
  return { lines, log: (event, fields) => lines.push([event, fields]) };
}

/** A queue in which nobody waits. */
const idle = { movedAt: null };

describe('a watchdog', () => {
  it(
    'tells once of a race that should have been polled and was not, a minute after its deadline',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      const { log, lines } = collecting();
      const watchdog = new Watchdog(clock, 10_000, idle, log);
      watchdog.expect('asleep', timeOf('12:00:10'));
      watchdog.expect('later', timeOf('12:30'));
      m.expect(watchdog.watch(), '5m !').toBeObservable('');
      m.flush();
      expect(lines).toEqual([
        ['race.stalled', { race_id: 'asleep', due: '2026-03-07T12:00:10.000Z', late_ms: 80_000 }],
      ]);
    }),
  );

  it(
    'says nothing of a race that is polled, nor of one that has ended',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      const { log, lines } = collecting();
      const watchdog = new Watchdog(clock, 10_000, idle, log);
      watchdog.expect('polled', timeOf('12:00:10'));
      watchdog.expect('ended', timeOf('12:00:10'));
      m.scheduler.schedule(() => {
        watchdog.expect('polled', timeOf('12:10'));
        watchdog.expect('ended', null);
      }, 70_000);
      m.expect(watchdog.watch(), '5m !').toBeObservable('');
      m.flush();
      expect(lines).toEqual([]);
    }),
  );

  it(
    'tells again of a race that misses another poll',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      const { log, lines } = collecting();
      const watchdog = new Watchdog(clock, 10_000, idle, log);
      watchdog.expect('asleep', timeOf('12:00:10'));
      m.scheduler.schedule(() => {
        watchdog.expect('asleep', timeOf('12:03'));
      }, 170_000);
      m.expect(watchdog.watch(), '10m !').toBeObservable('');
      m.flush();
      expect(lines).toMatchObject([
        ['race.stalled', { late_ms: 80_000 }],
        ['race.stalled', { late_ms: 90_000 }],
      ]);
    }),
  );

  it(
    'holds a poll that fell due while the service was stopped against nobody until it has had its time',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      const { log, lines } = collecting();
      const watchdog = new Watchdog(clock, 10_000, idle, log);
      watchdog.expect('waits its turn', timeOf('09:00'));
      watchdog.expect('asleep', timeOf('09:00'));
      m.scheduler.schedule(() => {
        watchdog.expect('waits its turn', timeOf('12:10'));
      }, 65_000);
      m.expect(watchdog.watch(), '5m !').toBeObservable('');
      m.flush();
      expect(lines).toEqual([
        ['race.stalled', { race_id: 'asleep', due: '2026-03-07T09:00:00.000Z', late_ms: 10_890_000 }],
      ]);
    }),
  );

  it(
    'says nothing of a race that waits its turn in a queue that moves on, and does once it stands still',
    marbles((m) => {
      const clock = storyClock(m.scheduler, '12:00');
      const { log, lines } = collecting();
      const queue = { movedAt: timeOf('12:00') };
      const watchdog = new Watchdog(clock, 10_000, queue, log);
      watchdog.expect('waits its turn', timeOf('12:00'));
      for (let seconds = 1; seconds <= 170; seconds++) {
        m.scheduler.schedule(() => {
          queue.movedAt += 1_000;
        }, seconds * 1_000);
      }
      m.expect(watchdog.watch(), '10m !').toBeObservable('');
      m.flush();
      // The queue stands still from 12:02:50 on.
      expect(lines).toMatchObject([['race.stalled', { race_id: 'waits its turn', late_ms: 270_000 }]]);
    }),
  );
});
