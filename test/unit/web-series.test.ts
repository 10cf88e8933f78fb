import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spread } from '../../web/src/charts/spread.ts';
import { ratioSplits } from '../../web/src/charts/splits.ts';
import { align, spanOf } from '../../web/src/series/align.ts';
import { insert, thin, valueAt } from '../../web/src/series/points.ts';
import type { Point } from '../../web/src/series/points.ts';
import { spark, sparkPath } from '../../web/src/series/spark.ts';
import { Lines } from '../../web/src/series/store.ts';
import { hold } from '../support/properties.ts';

const anyPoint = fc.record({
  t: fc.integer({ min: 0, max: 1_000_000 }),
  v: fc.option(fc.integer({ min: 1, max: 500 })),
});
const anyPoints = fc
  .array(anyPoint, { maxLength: 400 })
  .map((points) => points.toSorted((a, b) => a.t - b.t) as Point[]);

describe('points', () => {
  it('stand at their own times, however late they come to light', () => {
    hold(
      fc.property(fc.array(anyPoint, { maxLength: 60 }), (points) => {
        const line: Point[] = [];
        for (const point of points) insert(line, point);
        // A stable sort: of equal times the one that was told last stands last.
        expect(line).toEqual(points.toSorted((a, b) => a.t - b.t));
      }),
    );
  });

  it('hold until the next one', () => {
    const line = [
      { t: 10, v: 2 },
      { t: 20, v: null },
      { t: 30, v: 3 },
    ];
    expect([9, 10, 19, 20, 29, 30, 99].map((t) => valueAt(line, t))).toEqual([null, 2, 2, null, null, 3, 3]);
  });

  it('are thinned to so many, keeping both ends, the lowest and the highest', () => {
    hold(
      fc.property(anyPoints, fc.integer({ min: 4, max: 80 }), (points, max) => {
        const kept = thin(points, max);
        expect(kept.length).toBeLessThanOrEqual(Math.max(max, 4));
        expect(kept.every((point) => points.includes(point))).toBe(true);
        expect(kept).toEqual(kept.toSorted((a, b) => a.t - b.t));
        const bounds = (list: readonly Point[]): number[] => {
          const values = list.flatMap(({ v }) => v ?? []);
          return [Math.min(...values), Math.max(...values)];
        };
        expect(bounds(kept)).toEqual(bounds(points));
        expect([kept[0], kept.at(-1)]).toEqual([points[0], points.at(-1)]);
      }),
    );
  });
});

describe('align', () => {
  it('puts lines on one column of times, each value at its true time', () => {
    const lines = [
      [
        { t: 1_000, v: 2 },
        { t: 5_000, v: 3 },
      ],
      [
        { t: 3_000, v: 8 },
        { t: 6_000, v: null },
      ],
    ];
    expect(align(lines, { from: 2_000, to: 7_000 }, 100)).toEqual([
      [2, 3, 5, 6, 7],
      [2, 2, 3, 3, 3],
      [null, 8, 8, null, null],
    ]);
  });

  it('has no more columns than asked for, and ends every line at its last value', () => {
    hold(
      fc.property(
        fc.array(anyPoints, { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 3, max: 50 }),
        (lines, most) => {
          const span = { from: 100_000, to: 900_000 };
          const [times, ...values] = align(lines, span, most);
          expect(times.length).toBeLessThanOrEqual(most + 1);
          expect(times).toEqual([...new Set(times)].toSorted((a, b) => a - b));
          expect([times[0], times.at(-1)]).toEqual([100, 900]);
          expect(values.map((line) => line.at(-1))).toEqual(lines.map((line) => valueAt(line, span.to)));
        },
      ),
    );
  });

  it('begins at the first point, but no longer ago than asked for', () => {
    const lines = [[{ t: 500_000, v: 2 }], [{ t: 400_000, v: 2 }], []];
    expect(spanOf(lines, 1_000_000, 10_000_000)).toEqual({ from: 400_000, to: 1_000_000 });
    expect(spanOf(lines, 1_000_000, 100_000)).toEqual({ from: 900_000, to: 1_000_000 });
    expect(spanOf(lines, 410_000, Infinity)).toEqual({ from: 350_000, to: 410_000 });
  });

  it('aligns 24 runners with three hours of changes to no more times than a chart can show', () => {
    const lines = Array.from({ length: 24 }, (_, runner) =>
      Array.from({ length: 600 }, (__, place) => ({ t: place * 18_000 + runner * 7, v: 2 + (place % 9) })),
    );
    const [times] = align(lines, { from: 0, to: 3 * 3_600_000 }, 1_200);
    expect(times.length).toBeLessThanOrEqual(1_201);
  });
});

describe('spark', () => {
  it('steps from price to price over its whole width, and leaves out what has none', () => {
    const span = { from: 0, to: 100 };
    const points = [
      { t: 0, v: 2 },
      { t: 50, v: 4 },
    ];
    expect(sparkPath(points, span)).toBe('M0.0 22.0H42.0V2.0H84');
    expect(sparkPath([...points, { t: 75, v: null }], span)).toBe('M0.0 22.0H42.0V2.0H63.0');
    expect(sparkPath([], span)).toBe('');
    expect(sparkPath([{ t: 10, v: 0 }], span)).toBe('');
  });

  it('stays within its box for any prices', () => {
    hold(
      fc.property(anyPoints, (points) => {
        const path = sparkPath(points, { from: 200_000, to: 800_000 });
        const heights = [...path.matchAll(/V(-?[\d.]+)|M[\d.]+ (-?[\d.]+)/g)].map(([, v, m]) =>
          Number(v ?? m),
        );
        expect(heights.every((y) => y >= 0 && y <= spark.height)).toBe(true);
      }),
    );
  });
});

describe('lines', () => {
  it('stay bounded however long they grow, with their last value', () => {
    const lines = new Lines();
    for (let t = 0; t < 50_000; t++) lines.add('a', { t, v: (t % 100) + 1 });
    expect(lines.peek('a').length).toBeLessThanOrEqual(2_000);
    expect(lines.peek('a').at(-1)).toEqual({ t: 49_999, v: 100 });
  });

  it('tell once of all that was added in a moment', () => {
    const lines = new Lines();
    const before = lines.revision.value;
    lines.add('a', { t: 1, v: 1 });
    lines.add('b', { t: 1, v: 1 });
    expect(lines.revision.value).toBe(before);
    lines.tell();
    lines.tell();
    expect(lines.revision.value).toBe(before + 1);
  });
});

describe('marks at the ends of lines', () => {
  it('stand where their lines end, and apart where these are close', () => {
    expect(spread([10, 50, 90], 12, 100)).toEqual([10, 50, 90]);
    expect(spread([10, 12, 13], 12, 100)).toEqual([10, 22, 34]);
    expect(spread([90, 99, 100], 12, 100)).toEqual([76, 88, 100]);
    expect(spread([], 12, 100)).toEqual([]);
  });
});

describe('the axis of prices', () => {
  it('has a few prices that people know', () => {
    expect(ratioSplits(1.8, 13)).toEqual([2, 3, 4, 6, 8, 11]);
    expect(ratioSplits(1, 1_001).length).toBeLessThanOrEqual(8);
  });
});
