import { describe, expect, it } from 'vitest';
import type { EntrantState } from '../../src/domain/baseline.ts';
import { diffEvent } from '../../src/domain/diff.ts';
import { emptyBaseline } from '../../src/domain/baseline.ts';
import { rowId } from '../../src/domain/ids.ts';
import type { Fluctuation } from '../../src/domain/snapshot.ts';
import { closeGap, openGap, repairs } from '../../src/streams/gap.ts';
import { timeOf } from '../support/streams-clock.ts';
import { eventOf } from '../support/streams-snapshots.ts';

const at = timeOf('11:56');

describe('a gap', () => {
  it('is open from a time on, for a reason, with an id that the same gap has anywhere', () => {
    expect(openGap('race', at, 'timeout')).toEqual({
      id: rowId('race', null, '2026-03-07T11:56:00.000Z', 'timeout'),
      race_id: 'race',
      entrant_id: null,
      from_time: '2026-03-07T11:56:00.000Z',
      to_time: null,
      reason: 'timeout',
      expected_polls: 1,
      repaired: false,
    });
  });

  it('is closed with the polls that were due in it, one at least', () => {
    const gap = openGap('race', at, 'timeout');
    expect(closeGap(gap, at + 60_000, { first: at, lateAfter: 0, count: 6 }, true)).toEqual({
      ...gap,
      to_time: '2026-03-07T11:57:00.000Z',
      expected_polls: 6,
      repaired: true,
    });
    expect(closeGap(gap, at + 1_000, null, false)).toMatchObject({ expected_polls: 1, repaired: false });
  });
});

describe('dated prices', () => {
  const standing = { status: 'Open', start: timeOf('12:00'), win: 2, others: ['b'] };
  const priced = (...times: number[]): Fluctuation[] =>
    times.map((time) => ({ at: time, odds: 2, place: 0 }));

  function known(fluctuations: readonly Fluctuation[]): ReadonlyMap<string, EntrantState> {
    const event = eventOf('race', { ...standing, fluctuations }, at);
    return diffEvent(emptyBaseline('race'), event, at).baseline.entrants;
  }

  function runners(...oldest: readonly (number | null)[]) {
    const event = eventOf('race', standing, at + 60_000);
    return event.runners.map((runner, i) => ({ ...runner, oldestOfSix: oldest[i] ?? null }));
  }

  it('repair a gap when none has six, for then all of them were served', () => {
    expect(repairs(runners(null, null), known([]))).toBe(true);
  });

  it('repair it when six reach back to the newest one known', () => {
    expect(repairs(runners(at, at - 1), known(priced(at - 50, at)))).toBe(true);
  });

  it('do not when six of one runner are all newer', () => {
    expect(repairs(runners(at, at + 1), known(priced(at)))).toBe(false);
  });

  it('do not when a runner with six was not known, or had none', () => {
    expect(repairs(runners(at), known([]))).toBe(false);
    expect(repairs(runners(at), new Map())).toBe(false);
  });
});
