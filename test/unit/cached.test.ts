import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { cached } from '../../src/server/cached.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});

afterEach(() => {
  vi.useRealTimers();
});

it('reads again once the last reading is old, or ten times as old as it took', () => {
  let reads = 0;
  let costMs = 1;
  const read = cached(1_000, () => {
    vi.advanceTimersByTime(costMs);
    return ++reads;
  });
  expect([read(), read()]).toEqual([1, 1]);
  vi.advanceTimersByTime(1_000);
  expect(read()).toBe(1);
  vi.advanceTimersByTime(1);
  costMs = 300;
  expect(read()).toBe(2);
  vi.advanceTimersByTime(3_000);
  expect(read()).toBe(2);
  vi.advanceTimersByTime(1);
  expect(read()).toBe(3);
});
