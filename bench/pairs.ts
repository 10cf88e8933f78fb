import type { Line } from './line.ts';

/** Both figures of a pair, in one unit. */
export interface Pair {
  readonly ours: number;
  readonly yardstick: number;
}

export interface Pairs extends Pick<Line, 'what' | 'against' | 'unit' | 'goal'> {
  /** Pairs that count. */
  readonly n: number;
  /** Pairs before them, which warm the runtime up; 1 unless told. */
  readonly warmUp?: number;
  /** Each measures once and returns its figure in `unit`. */
  readonly ours: () => number | Promise<number>;
  readonly yardstick: () => number | Promise<number>;
}

/**
 * Measures two things in turn, each pair in the other order than the one before it, so that what the machine does
 * meanwhile meets both.
 */
export async function pairs(options: Pairs): Promise<Line> {
  const { what, against, unit, goal, n, warmUp = 1 } = options;
  const measured: Pair[] = [];
  for (let round = -warmUp; round < n; round++) {
    const pair =
      round % 2 === 0
        ? { ours: await options.ours(), yardstick: await options.yardstick() }
        : { yardstick: await options.yardstick(), ours: await options.ours() };
    if (round >= 0) measured.push(pair);
  }
  return ofPairs({ what, against, unit, goal }, measured);
}

/** The line of pairs that were measured elsewhere: of processes, which give several figures at once. */
export function ofPairs(
  line: Pick<Line, 'what' | 'against' | 'unit' | 'goal'>,
  measured: readonly Pair[],
): Line {
  const ratios = measured.map(({ ours, yardstick }) => ours / yardstick);
  return {
    ...line,
    n: measured.length,
    ours: median(measured.map(({ ours }) => ours)),
    yardstick: median(measured.map(({ yardstick }) => yardstick)),
    ratio: median(ratios),
    spread: quartiles(ratios),
  };
}

/** A figure that is held against a number alone. */
export function figure(
  line: Pick<Line, 'what' | 'against' | 'unit' | 'goal'>,
  measured: readonly number[],
): Line {
  const ours = median(measured);
  return { ...line, ours, yardstick: null, ratio: ours, spread: quartiles(measured), n: measured.length };
}

/** Milliseconds that `times` calls took, for one call. */
export function timed(work: () => unknown, times = 1): number {
  const from = performance.now();
  for (let call = 0; call < times; call++) work();
  return (performance.now() - from) / times;
}

/** The same of work that is awaited, call by call. */
export async function timedAsync(work: () => Promise<unknown>, times = 1): Promise<number> {
  const from = performance.now();
  for (let call = 0; call < times; call++) await work();
  return (performance.now() - from) / times;
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** @param share 0 to 1 */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(at)] ?? NaN, sorted[Math.ceil(at)] ?? NaN];
  return low + (high - low) * (at - Math.floor(at));
}

function quartiles(values: readonly number[]): [number, number] {
  return [quantile(values, 0.25), quantile(values, 0.75)];
}
