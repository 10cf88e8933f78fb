/** What a ratio should be; the issue of a benchmark that misses it is told in docs/performance.md. */
export type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** One line of the table. */
export interface Line {
  /** What is measured: `unchanged poll`. */
  readonly what: string;
  /** What it is held against: `JSON.parse`. */
  readonly against: string;
  /** Of both figures: `ms`, `rows/s`. */
  readonly unit: string;
  /** Medians. The yardstick is null for a figure that is held against a number alone. */
  readonly ours: number;
  readonly yardstick: number | null;
  /** Median of the ratios of each pair, or our figure where there is no yardstick. */
  readonly ratio: number;
  /** The ratios' quartiles. */
  readonly spread: readonly [number, number];
  /** Pairs measured. */
  readonly n: number;
  /** Null for a figure that is shown only. */
  readonly goal: Goal | null;
}

/** Whether a line is as it should be; true where nothing is wanted. */
export function isMet({ ratio, goal }: Line): boolean {
  if (goal === null) return true;
  return 'atMost' in goal ? ratio <= goal.atMost : ratio >= goal.atLeast;
}

/** A subject of the table. Given a feed of its own where it needs one; cleans up after itself. */
export interface Bench {
  /** For `--only`. */
  readonly name: string;
  readonly run: () => Promise<Line[]>;
}
