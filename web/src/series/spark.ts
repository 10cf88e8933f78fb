import type { Span } from './align.ts';
import type { Point } from './points.ts';
import { thin, valueAt } from './points.ts';

/** Size of a sparkline's view box; the page scales it. */
export const spark = { width: 84, height: 24 } as const;

/** Points that a line of this width can show. */
const most = 96;

/**
 * The path of a sparkline (SVG) of a price over a span: steps, high prices up, on a scale by ratio as prices move.
 * Empty when there is no price in the span.
 */
export function sparkPath(points: readonly Point[], span: Span): string {
  const start = { t: span.from, v: valueAt(points, span.from) };
  const within = thin([start, ...points.filter(({ t }) => t > span.from && t <= span.to)], most);
  const values = within.flatMap(({ v }) => (v === null || v <= 0 ? [] : Math.log(v)));
  if (values.length === 0) return '';
  const low = Math.min(...values);
  const high = Math.max(...values);
  // A price that hardly moves stays a calm line in the middle.
  const range = Math.max(high - low, 0.1);
  const middle = (high + low) / 2;
  const x = (t: number): string => (((t - span.from) / (span.to - span.from || 1)) * spark.width).toFixed(1);
  const y = (v: number): string =>
    (spark.height / 2 - ((Math.log(v) - middle) / range) * (spark.height - 4)).toFixed(1);
  let path = '';
  let drawn = false;
  for (const { t, v } of within) {
    if (v === null || v <= 0) {
      if (drawn) path += `H${x(t)}`;
      drawn = false;
      continue;
    }
    path += drawn ? `H${x(t)}V${y(v)}` : `M${x(t)} ${y(v)}`;
    drawn = true;
  }
  return drawn ? `${path}H${spark.width}` : path;
}
