import { describe, expect, it } from 'vitest';
import { Pace } from '../../src/sinks/appwrite/pace.ts';
import { isPause, waitAfter } from '../../src/sinks/appwrite/wait.ts';
import { callError } from '../support/sink-memory.ts';

describe('the wait after a failed round', () => {
  const down = callError('network');

  it('doubles up to a minute, half of it left to chance', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 2_000].map((failures) => waitAfter(down, failures, 1));
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000));
    expect(waitAfter(down, 4, 0)).toBe(4_000);
  });

  it('is as long as the server asks for', () => {
    expect(waitAfter(callError('rate_limited', { retryAfterMs: 90_000 }), 1, 0)).toBe(90_000);
    expect(waitAfter(callError('rate_limited', { retryAfterMs: 1 }), 1, 0)).toBe(500);
  });

  it.each(['unauthorized', 'forbidden', 'not_found', 'misdirected'] as const)(
    'is five minutes when %s',
    (fault) => {
      expect(isPause(callError(fault))).toBe(true);
      expect(waitAfter(callError(fault), 1, 0.5)).toBe(300_000);
    },
  );

  it('is a back-off for faults of our own', () => {
    expect(isPause(new Error('disk full'))).toBe(false);
    expect(waitAfter(new Error('disk full'), 3, 1)).toBe(4_000);
  });
});

describe('the pace of a table', () => {
  it('slows down when the same rows fail again and again, and forgets that with the first success', () => {
    const pace = new Pace();
    const sizes: number[] = [];
    for (let failure = 0; failure < 12; failure++) {
      sizes.push(pace.rows(100));
      pace.failed(0);
    }
    expect(sizes).toEqual([100, 100, 100, 50, 25, 12, 6, 3, 1, 1, 1, 1]);
    expect(pace.troubled).toBe(true);
    pace.succeeded();
    expect([pace.rows(100), pace.troubled]).toEqual([100, false]);
  });

  it('gives a row up only when it fails alone and others are taken', () => {
    const pace = new Pace();
    for (let failure = 0; failure < 8; failure++) pace.failed(5);
    expect(pace.gaveUp(4, 5)).toBe(false);
    expect(pace.gaveUp(4, 6)).toBe(true);
    expect(pace.gaveUp(1000, 6)).toBe(false);
  });
});
