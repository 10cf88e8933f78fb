import type { Point } from '../series/points.ts';
import { valueAt } from '../series/points.ts';
import type { Span } from '../series/align.ts';
import { spark, sparkPath } from '../series/spark.ts';

interface SparkProps {
  readonly points: readonly Point[];
  readonly span: Span;
}

/** A small line of a price over a span; the figures beside it say the same in numbers. */
export function Spark({ points, span }: SparkProps) {
  const from = valueAt(points, span.from) ?? points.find(({ v }) => v !== null)?.v ?? null;
  const to = valueAt(points, span.to);
  const trend = from === null || to === null || from === to ? 'flat' : to < from ? 'shortened' : 'drifted';
  return (
    <svg
      class={`spark is-${trend}`}
      viewBox={`0 0 ${spark.width} ${spark.height}`}
      preserveAspectRatio="none"
      aria-hidden="true"
      focusable="false"
    >
      <path d={sparkPath(points, span)} vector-effect="non-scaling-stroke" />
    </svg>
  );
}
