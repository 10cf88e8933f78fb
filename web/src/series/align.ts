import type { Point } from './points.ts';
import { valueAt } from './points.ts';

/** A stretch of time, epoch milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One column of times (epoch seconds, rising) and for each line one of values, null where it has none. */
export type Aligned = [number[], ...(number | null)[][]];

/**
 * Lines of steps, each with times of its own, on one column of times: every change at its true time as long as
 * there are no more than `columns` of them, else the last one of each of `columns` equal stretches.
 */
export function align(lines: readonly (readonly Point[])[], span: Span, columns: number): Aligned {
  const times = columnTimes(lines, span, columns);
  const values = lines.map((points) => column(points, times));
  return [times.map((t) => t / 1_000), ...values];
}

function columnTimes(lines: readonly (readonly Point[])[], { from, to }: Span, columns: number): number[] {
  const all = new Set<number>([from, to]);
  for (const points of lines) {
    for (const { t } of points) if (t > from && t < to) all.add(t);
  }
  if (all.size <= columns) return [...all].sort((a, b) => a - b);
  const width = (to - from) / (columns - 1);
  const ends = new Set([from, to]);
  for (const t of all) ends.add(Math.min(to, from + Math.ceil((t - from) / width) * width));
  return [...ends].sort((a, b) => a - b);
}

/** The value that holds at each of the times, which rise. */
function column(points: readonly Point[], times: readonly number[]): (number | null)[] {
  let next = 0;
  let value = valueAt(points, times[0] ?? 0);
  return times.map((t) => {
    for (let point = points[next]; point !== undefined && point.t <= t; point = points[++next])
      value = point.v;
    return value;
  });
}

/** From the first point of any line on, but no longer than `longest` milliseconds before `to`. */
export function spanOf(lines: readonly (readonly Point[])[], to: number, longest: number): Span {
  const first = Math.min(...lines.map((points) => points[0]?.t ?? Infinity));
  const from = Math.max(to - longest, Number.isFinite(first) ? first : to - longest);
  return { from: Math.min(from, to - 60_000), to };
}
