import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { idleTimeout } from '../../src/sinks/appwrite/idle-timeout.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('an idle timeout', () => {
  it('aborts so long after it was renewed last', () => {
    const { signal, renew } = idleTimeout(5_000);
    vi.advanceTimersByTime(4_000);
    renew();
    vi.advanceTimersByTime(4_000);
    renew();
    vi.advanceTimersByTime(4_999);
    expect(signal.aborted).toBe(false);
    vi.advanceTimersByTime(1);
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('never aborts once it has ended', () => {
    const { signal, end } = idleTimeout(5_000);
    end();
    vi.advanceTimersByTime(60_000);
    expect(signal.aborted).toBe(false);
  });
});
