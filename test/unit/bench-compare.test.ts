import { describe, expect, it } from 'vitest';
import { compareLines } from '../../bench/compare-lines.ts';
import type { Line } from '../../bench/line.ts';

function line(ratio: number, changes: Partial<Line> = {}): Line {
  return {
    ...{ what: 'poll', against: 'JSON.parse', unit: 'ms', ours: ratio, yardstick: 1, n: 5 },
    ...{ ratio, spread: [ratio * 0.95, ratio * 1.05], goal: null },
    ...changes,
  };
}

function verdict(then: readonly Line[], now: readonly Line[]): string | undefined {
  return compareLines(
    then.map((one) => [one]),
    now.map((one) => [one]),
  )[0]?.verdict;
}

describe('two revisions', () => {
  it('differ in a line when its spreads lie apart, and not when they touch', () => {
    expect(verdict([line(1), line(1)], [line(1.2), line(1.2)])).toBe('slower');
    expect(verdict([line(1), line(1)], [line(0.8), line(0.8)])).toBe('faster');
    expect(verdict([line(1), line(1)], [line(1.09), line(1.09)])).toBe('same');
  });

  it('do not differ when one round of either does not', () => {
    expect(verdict([line(1), line(1.2)], [line(1.2), line(1.2)])).toBe('same');
    expect(verdict([line(1), line(1)], [line(1.2), line(1)])).toBe('same');
  });

  it('do not differ by a trifle, whatever the spread', () => {
    const exact = (ratio: number): Line => line(ratio, { spread: [ratio, ratio] });
    expect(verdict([exact(1)], [exact(1.02)])).toBe('same');
    expect(verdict([exact(1)], [exact(1.04)])).toBe('slower');
  });

  it.each([
    [{ unit: 'polls/s' }, 'faster'],
    [{ unit: 'polls/CPU s' }, 'faster'],
    [{ unit: 'bytes' }, 'slower'],
    [{ unit: 'share', goal: { atLeast: 0.9 } }, 'faster'],
    [{ unit: 'polls/s', goal: { atMost: 2 } }, 'slower'],
  ] as const)('read more of %j as %s', (changes, expected) => {
    expect(verdict([line(1, changes)], [line(2, changes)])).toBe(expected);
  });

  it('are compared by the lines that both have', () => {
    const [shared, other] = [line(1), line(1, { what: 'another' })];
    const compared = compareLines([[shared]], [[shared, other]]);
    expect(compared.map(({ what }) => what)).toEqual(['poll']);
  });
});
