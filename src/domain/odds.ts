import type { Fluctuation } from './snapshot.ts';

/** A recorded fixed-win price; null: withdrawn. */
export interface PricePoint {
  /** Epoch milliseconds, the source's clock. */
  readonly at: number;
  readonly odds: number | null;
}

/** A price that was not recorded yet, with the value before it in time. */
export interface PriceStep extends PricePoint {
  readonly previous: number | null;
}

/** A time line after new prices were laid on it. */
export interface LaidLine {
  /** Every recorded point in time order, the new ones among them. */
  readonly line: readonly PricePoint[];
  readonly added: readonly PriceStep[];
  /** The last value on the line; null when it has none. */
  readonly last: number | null;
}

/** 0, negative and absent prices are "no price". */
export function price(served: number | null | undefined): number | null {
  return served != null && served > 0 ? served : null;
}

/**
 * Lays dated prices among the recorded ones. Points of equal time: recorded ones first, then by their last place
 * in `flucs`. A dated price becomes a new point when it is not recorded (same time and price) and differs from
 * the value before it. So a spike that reverts between two polls is found, and a price told twice is not.
 *
 * @param line recorded points in time order
 */
export function layFluctuations(line: readonly PricePoint[], fluctuations: readonly Fluctuation[]): LaidLine {
  const last = line.at(-1)?.odds ?? null;
  const unrecorded = fluctuations.filter((entry) => !isRecorded(line, entry));
  if (unrecorded.length === 0) return { line, added: [], last };

  const unknown = new Map(unrecorded.map((entry) => [identity(entry), entry]));
  const pending = [...unknown.values()].toSorted((a, b) => a.at - b.at || a.place - b.place);
  const laid: PricePoint[] = [];
  const added: PriceStep[] = [];
  let value: number | null = null;
  let next = 0;
  const layUntil = (time: number): void => {
    for (let entry = pending[next]; entry && entry.at < time; entry = pending[++next]) {
      if (entry.odds === value) continue;
      added.push({ at: entry.at, odds: entry.odds, previous: value });
      laid.push({ at: entry.at, odds: entry.odds });
      value = entry.odds;
    }
  };
  for (const point of line) {
    layUntil(point.at);
    laid.push(point);
    value = point.odds;
  }
  layUntil(Infinity);
  return { line: added.length === 0 ? line : laid, added, last: value };
}

/**
 * The value on a line at a time, points of that very time included; null before the first.
 * @param at epoch milliseconds
 */
export function valueAt(line: readonly PricePoint[], at: number): number | null {
  return line.findLast((point) => point.at <= at)?.odds ?? null;
}

/** A line with one more point, after those of the same time. */
export function withPoint(line: readonly PricePoint[], point: PricePoint): readonly PricePoint[] {
  const index = line.findLastIndex((other) => other.at <= point.at) + 1;
  return line.toSpliced(index, 0, point);
}

/** Whether a line has a point of the same time and price. */
function isRecorded(line: readonly PricePoint[], { at, odds }: PricePoint): boolean {
  for (let index = firstFrom(line, at); ; index++) {
    const point = line[index];
    if (point?.at !== at) return false;
    if (point.odds === odds) return true;
  }
}

/** Index of the first point that is not before a time. */
function firstFrom(line: readonly PricePoint[], at: number): number {
  let [low, high] = [0, line.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((line[middle]?.at ?? Infinity) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}

function identity(point: PricePoint): string {
  return `${point.at}|${point.odds ?? ''}`;
}
