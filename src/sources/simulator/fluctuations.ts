import { nanoTime } from './clock.ts';
import type { PricePath } from './prices.ts';

/** A runner's price history as the feed shows it at one instant. */
export interface FluctuationView {
  /** Places in the path, in the order in which they are listed. */
  readonly lastSix: readonly number[];
  /** The same prices as `flucs` has them: as listed, or in the order of time. */
  readonly flucs: readonly number[];
  readonly open: number | null;
  readonly high: number | null;
  readonly low: number | null;
  readonly nineAm: number | null;
}

export const noFluctuations: FluctuationView = {
  lastSix: [],
  flucs: [],
  open: null,
  high: null,
  low: null,
  nineAm: null,
};

/** Entries now and then change places with the one before. */
function listed(path: PricePath, places: readonly number[]): number[] {
  const order = [...places];
  for (let i = 1; i < order.length; i++) {
    const [before, here] = [order[i - 1], order[i]];
    if (before === undefined || here === undefined || path.swapped[here] !== true) continue;
    order[i - 1] = here;
    order[i] = before;
    i += 1;
  }
  return order;
}

/**
 * What shows of the first `count` entries. While betting is open that is the last six; afterwards the first,
 * the highest, the lowest and the last. `nineAt` is nine in the morning of the meeting's day.
 */
export function fluctuationView(
  path: PricePath,
  count: number,
  open: boolean,
  at: number,
  nineAt: number,
): FluctuationView {
  if (count === 0) return noFluctuations;
  const last = count - 1;
  const high = path.high[last] ?? last;
  const low = path.low[last] ?? last;
  const recent = Array.from({ length: Math.min(6, count) }, (_, index) => count - Math.min(6, count) + index);
  const places = open ? recent : [...new Set([0, high, low, last])].toSorted((a, b) => a - b);
  const lastSix = listed(path, places);
  const atNine = path.at.findLastIndex((time, place) => place < count && time <= nineAt);
  return {
    lastSix,
    flucs: (path.nanos[lastSix[0] ?? 0] ?? 0) % 2 === 0 ? lastSix : places,
    open: 0,
    high,
    low,
    nineAm: at >= nineAt && atNine >= 0 ? atNine : null,
  };
}

const never = '{"timestamp":"0001-01-01T00:00:00Z","fluc":0}';

function entry(path: PricePath, place: number | null): string {
  if (place === null) return never;
  const time = nanoTime(path.at[place] ?? 0, path.nanos[place] ?? 0);
  return `{"timestamp":"${time}","fluc":${String(path.odds[place])}}`;
}

/** `"flucs":…,"flucs_with_timestamp":…` as JSON. */
export function fluctuationsJson(path: PricePath, view: FluctuationView): string {
  const flucs = view.flucs.map((place) => path.odds[place]).join(',');
  const lastSix = view.lastSix.map((place) => entry(path, place)).join(',');
  return (
    `"flucs":[${flucs}],"flucs_with_timestamp":{"last_six":[${lastSix}],"open":${entry(path, view.open)},` +
    `"high":${entry(path, view.high)},"low":${entry(path, view.low)},"nine_am":${entry(path, view.nineAm)}}`
  );
}
