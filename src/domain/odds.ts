import type { Fluctuation } from './snapshot.ts';

/** A recorded fixed-win price; null: withdrawn. */
export interface PricePoint {
  /** Epoch milliseconds, the source's clock. */
  readonly at: number;
  readonly odds: number | null;
}

/** A price that was not recorded yet, with the value before it in time. */
interface PriceStep extends PricePoint {
  readonly previous: number | null;
}

/**
 * Every recorded fixed-win price of a runner in time order: a time and a price in turn, 0 where it was withdrawn. Plain
 * numbers take less memory than points, and each runner of each live race has such a line.
 */
export type PriceLine = readonly number[];

/** A time line after new prices were laid on it. */
export interface LaidLine {
  /** Every recorded point, the new ones among them. */
  readonly line: PriceLine;
  readonly added: readonly PriceStep[];
  /** The last value on the line; null when it has none. */
  readonly last: number | null;
}

/** @param points in time order */
export function lineOf(points: readonly PricePoint[]): PriceLine {
  const line: number[] = [];
  for (const { at, odds } of points) line.push(at, odds ?? 0);
  return compact(line);
}

/** When the last point of a line is, epoch milliseconds; null when it has none. */
export function lastTime(line: PriceLine): number | null {
  return line.at(-2) ?? null;
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
 */
export function layFluctuations(line: PriceLine, fluctuations: readonly Fluctuation[]): LaidLine {
  const last = price(line.at(-1));
  const unrecorded = fluctuations.filter((entry) => !isRecorded(line, entry));
  if (unrecorded.length === 0) return { line, added: [], last };

  const unknown = new Map(unrecorded.map((entry) => [identity(entry), entry]));
  const pending = [...unknown.values()].toSorted((a, b) => a.at - b.at || a.place - b.place);
  const laid: number[] = [];
  const added: PriceStep[] = [];
  let value: number | null = null;
  let next = 0;
  const layUntil = (time: number): void => {
    for (let entry = pending[next]; entry && entry.at < time; entry = pending[++next]) {
      if (entry.odds === value) continue;
      added.push({ at: entry.at, odds: entry.odds, previous: value });
      laid.push(entry.at, entry.odds ?? 0);
      value = entry.odds;
    }
  };
  for (let index = 0; index < line.length; index += 2) {
    const at = timeOn(line, index);
    layUntil(at);
    value = price(line[index + 1]);
    laid.push(at, value ?? 0);
  }
  layUntil(Infinity);
  return { line: added.length === 0 ? line : compact(laid), added, last: value };
}

/**
 * The value on a line at a time, points of that very time included; null before the first.
 * @param at epoch milliseconds
 */
export function valueAt(line: PriceLine, at: number): number | null {
  return price(line[firstAfter(line, at) - 1]);
}

/** A line with one more point, after those of the same time. */
export function withPoint(line: PriceLine, { at, odds }: PricePoint): PriceLine {
  return line.toSpliced(firstAfter(line, at), 0, at, odds ?? 0);
}

/** Whether a line has a point of the same time and price. */
function isRecorded(line: PriceLine, { at, odds }: PricePoint): boolean {
  for (let index = firstFrom(line, at); timeOn(line, index) === at; index += 2) {
    if (price(line[index + 1]) === odds) return true;
  }
  return false;
}

/** The time of the point at an index; Infinity after the last. */
function timeOn(line: PriceLine, index: number): number {
  return line[index] ?? Infinity;
}

/** Index of the first point that is not before a time. */
function firstFrom(line: PriceLine, at: number): number {
  let [low, high] = [0, line.length / 2];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (timeOn(line, 2 * middle) < at) low = middle + 1;
    else high = middle;
  }
  return 2 * low;
}

/** Index of the first point after a time. */
function firstAfter(line: PriceLine, at: number): number {
  let index = firstFrom(line, at);
  while (timeOn(line, index) === at) index += 2;
  return index;
}

/** An array that grew has room for more. */
function compact(line: number[]): PriceLine {
  return line.slice();
}

function identity(point: PricePoint): string {
  return `${point.at}|${point.odds ?? ''}`;
}
