import { afterEach, describe, expect, it, vi } from 'vitest';
import { readinessOf } from '../../src/server/readiness.ts';
import { RemoteView } from '../../src/server/remote-view.ts';
import type { RecorderState } from '../../src/server/thread-messages.ts';

const facts = {
  ...{ version: '0.0.0', startedAt: 0, speed: 60, journal: 'j.db', sinkLagLimitMs: 900_000 },
  source: { kind: 'simulator', url: 'http://localhost', seed: 1 },
} as const;
const state: RecorderState = {
  ...{ at: 1_000_000, now: 5_000_000 },
  figures: {
    ...{ polls: { changed: 0, unchanged: 0, failed: 0 }, rows: new Map(), sinks: new Map(), gaps: new Map() },
    ...{
      quarantined: 0,
      imported: true,
      selected: true,
      stopping: false,
      startedAt: 0,
      lastGoodAt: 5_000_000,
      lastFault: null,
      failure: null,
    },
  },
  plans: [
    ['r1', { band: 'far', everyMs: 60_000 }],
    ['r2', { band: 'near', everyMs: 10_000 }],
  ],
  budget: { inFlight: 0, inFlightLimit: 6, requestsPerSecond: Infinity, waiting: 0, heldUntil: null },
  loopDelay: { p99: 1, max: 2 },
};

afterEach(() => {
  vi.useRealTimers();
});

describe('the recorder as another thread knows it', () => {
  it('has a clock that runs on between two states, at the speed of the recorder', () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const view = new RemoteView({ facts, state }, () => undefined);
    vi.advanceTimersByTime(1_000);
    expect(view.now()).toBe(5_060_000);
    view.take({ ...state, at: 1_001_000, now: 9_000_000, plans: [] });
    expect(view.now()).toBe(9_000_000);
  });

  it('has the plans of all states, and not those that were taken back', () => {
    const view = new RemoteView({ facts, state }, () => undefined);
    view.take({
      ...state,
      plans: [
        ['r1', null],
        ['r3', { band: 'near', everyMs: 10_000 }],
      ],
    });
    expect([...view.plans().keys()]).toEqual(['r2', 'r3']);
  });

  it('is not ready while its thread shows no sign of life', () => {
    vi.useFakeTimers({ now: 1_000_000 });
    const view = new RemoteView({ facts, state }, () => undefined);
    const codes = (): string[] => {
      const { stopping, imported, selected, startedAt, lastGoodAt, lastFault, failure } = view.figures();
      const seen = { stopping, imported, selected, startedAt, lastGoodAt, lastFault, failure };
      const signs = { ...seen, now: 5_000_000, silentMs: view.silentMs(), sinks: [], sinkLagLimitMs: 1 };
      return readinessOf(signs).reasons.map(({ code }) => code);
    };
    vi.advanceTimersByTime(10_000);
    expect(codes()).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(codes()).toEqual(['stalled']);
    view.take(state);
    expect(codes()).toEqual([]);
  });

  it('asks for metrics once for all who want them, and not again at once; and goes on without an answer', async () => {
    vi.useFakeTimers();
    let asked = 0;
    const view = new RemoteView({ facts, state }, () => {
      asked++;
    });
    const both = Promise.all([view.metrics(), view.metrics()]);
    view.takeMetrics('a 1\n');
    expect(await both).toEqual(['a 1\n', 'a 1\n']);
    expect(await view.metrics()).toBe('a 1\n');
    expect(asked).toBe(1);
    vi.advanceTimersByTime(1_000);
    const later = view.metrics();
    vi.advanceTimersByTime(10_000);
    expect(await later).toBe('');
    expect(asked).toBe(2);
  });
});
