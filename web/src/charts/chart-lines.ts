import type { Span } from '../series/align.ts';
import type { Point } from '../series/points.ts';

/** One line of a chart. */
export interface ChartLine {
  readonly id: string;
  /** Stands at the line's end. */
  readonly mark: string;
  readonly name: string;
  /** Place in the palette; beyond its twelve colours lines are dashed. */
  readonly colour: number;
  readonly points: readonly Point[];
}

export interface StepChartProps {
  /** What a screen reader says of the picture; the table beside it says the rest. */
  readonly label: string;
  readonly lines: readonly ChartLine[];
  readonly span: Span;
  /** Times without data: shaded. */
  readonly gaps: readonly Span[];
  /** The advertised start, epoch milliseconds. */
  readonly start: number | null;
  /** `ratio`: equal shares of change are equally high, as prices are read. */
  readonly scale: 'ratio' | 'linear';
  readonly format: (value: number) => string;
  /** The line that stands out. */
  readonly highlighted: string | null;
  readonly height: number;
}
