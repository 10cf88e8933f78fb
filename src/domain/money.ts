import type { MoneyFigures } from './snapshot.ts';

/** One row of `money_tracker.entrants`: a slice of an entrant's figures, in whole percent of the race's total. */
export interface MoneySlice {
  readonly entrant_id: string;
  readonly hold_percentage?: number | null | undefined;
  readonly bet_percentage?: number | null | undefined;
}

/**
 * The figures per entrant: the feed lists one entrant several times, and its figure is the sum of its rows.
 * Ids that are not in the field are kept together under null.
 */
export function sumMoney(
  slices: readonly MoneySlice[],
  field: ReadonlySet<string>,
): Map<string | null, MoneyFigures> {
  const sums = new Map<string | null, MoneyFigures>();
  // Fractions sum to another last digit in another order, and slices come in no order that repeats.
  for (const slice of slices.toSorted(bySize)) {
    const key = field.has(slice.entrant_id) ? slice.entrant_id : null;
    const sum = sums.get(key) ?? { hold: null, bet: null };
    sums.set(key, {
      hold: plus(sum.hold, slice.hold_percentage),
      bet: plus(sum.bet, slice.bet_percentage),
    });
  }
  return sums;
}

/** Whether every sum is a number: two very large ones add up to infinity, which no store keeps. */
export function hasFiniteSums(sums: ReadonlyMap<string | null, MoneyFigures>): boolean {
  return [...sums.values()].every(({ hold, bet }) => Number.isFinite(hold ?? 0) && Number.isFinite(bet ?? 0));
}

/** Figures of nobody: an entrant that a tracker does not list. */
export const noMoney: MoneyFigures = { hold: null, bet: null };

/** Whether two figures say the same. */
export function sameMoney(a: MoneyFigures, b: MoneyFigures): boolean {
  return a.hold === b.hold && a.bet === b.bet;
}

function bySize(a: MoneySlice, b: MoneySlice): number {
  const hold = (a.hold_percentage ?? 0) - (b.hold_percentage ?? 0);
  return hold || (a.bet_percentage ?? 0) - (b.bet_percentage ?? 0);
}

function plus(sum: number | null, value: number | null | undefined): number | null {
  return value == null ? sum : (sum ?? 0) + value;
}
