import { map } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { Log } from '../../src/domain/log-events.ts';
import { FeedClock } from '../../src/streams/feed-clock.ts';
import { marbles } from '../support/marbles.ts';

function told(): { readonly log: Log; readonly lines: unknown[] } {
  const lines: unknown[] = [];
  return { lines, log: (event, fields) => lines.push([event, fields]) };
}

/** Responses that were asked for and had within 200 ms, each generated so much later than it was asked for. */
function observe(clock: FeedClock, offsets: readonly number[]): void {
  for (const offset of offsets) clock.observe(1_000_000 + offset, 1_000_000, 1_000_200);
}

describe('the feed clock', () => {
  it(
    'agrees with ours while responses are generated between asking and receiving',
    marbles((m) => {
      const { log, lines } = told();
      const clock = new FeedClock(log);
      observe(clock, [0, 100, 200]);
      m.expect(clock.correction$).toBeObservable('c', { c: 0 });
      expect(lines).toEqual([]);
    }),
  );

  it('is not corrected for when it is off by less than five seconds', () => {
    const { log, lines } = told();
    const clock = new FeedClock(log);
    observe(clock, [4_900, 5_200, -5_000]);
    expect(clock.correctionMs).toBe(0);
    expect(lines).toEqual([]);
  });

  it.each([
    ['ahead', 8_200, 8_000],
    ['behind', -8_000, -8_000],
  ])('is told and corrected for when it is %s by more', (_name, generated, offset) => {
    const { log, lines } = told();
    const clock = new FeedClock(log);
    observe(clock, [generated]);
    expect(clock.correctionMs).toBe(offset);
    expect(lines).toEqual([['feed.clock', { offset_ms: offset, corrected: true }]]);
  });

  it('goes by the median: a single odd response changes nothing', () => {
    const { log, lines } = told();
    const clock = new FeedClock(log);
    observe(clock, [0, 0, 0, 60_000, 0]);
    expect(clock.correctionMs).toBe(0);
    expect(lines).toEqual([]);
  });

  it('forgets what was long ago', () => {
    const { log } = told();
    const clock = new FeedClock(log);
    observe(clock, Array<number>(100).fill(0));
    observe(clock, Array<number>(11).fill(30_200));
    expect(clock.correctionMs).toBe(30_000);
  });

  it(
    'is told again when it agrees again, and not when it drifts by less than a second',
    marbles((m) => {
      const { log, lines } = told();
      const clock = new FeedClock(log);
      const steps$ = m.cold('-a-b-c', { a: 10_200, b: 10_900, c: 200 });
      m.expect(
        steps$.pipe(
          map((offset) => {
            observe(clock, Array<number>(21).fill(offset));
            return clock.correctionMs;
          }),
        ),
      ).toBeObservable('-a-a-c', { a: 10_000, c: 0 });
      m.expect(clock.correction$).toBeObservable('ia---c', { i: 0, a: 10_000, c: 0 });
      m.flush();
      expect(lines).toEqual([
        ['feed.clock', { offset_ms: 10_000, corrected: true }],
        ['feed.clock', { offset_ms: 0, corrected: false }],
      ]);
    }),
  );
});
