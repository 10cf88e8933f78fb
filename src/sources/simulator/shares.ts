import { isScratched, type Entrant } from './field.ts';
import { noise, type Random } from './random.ts';

/** How the money in a pool or a ledger divides over a field: at first one way, by the end another. */
export interface SharePlan {
  readonly early: readonly number[];
  readonly late: readonly number[];
  /** Makes the wobble of one plan another than that of the next. */
  readonly salt: number;
}

/** Follows the chances of the field, with errors of its own; `power` under 1 flattens them. */
export function drawShares(r: Random, field: readonly Entrant[], power: number): SharePlan {
  const late = field.map(({ closeChance }) => closeChance ** power * Math.exp(r.normal() * 0.16));
  const early = late.map((weight) => weight * Math.exp(r.normal() * 0.55));
  return { early, late, salt: r.int(0, 2 ** 30) };
}

/** Shares that sum to 1 over the runners that are in at an instant, 0 for the others. */
export function sharesAt(
  plan: SharePlan,
  field: readonly Entrant[],
  part: number,
  at: number,
): readonly number[] {
  const weights = field.map((entrant, index) => {
    if (isScratched(entrant, at)) return 0;
    // What came early weighs less the more has come since, and single bets still swing a small pool.
    const blend = (plan.early[index] ?? 0) * (1 - part) + (plan.late[index] ?? 0) * part;
    const swing = (noise(plan.salt + index, Math.floor(part * 150)) - 0.5) * 0.25 * (1 - part);
    return blend * (1 + swing);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => (sum > 0 ? weight / sum : 0));
}

/** Tote odds on one runner: its part of the pool without the takeout, in tenths, never under 1. */
export function toteOdds(share: number, winners: number, takeout: number): number | null {
  if (share <= 0) return null;
  const odds = (1 - takeout) / winners / share;
  return Math.max(1, Math.floor(odds * 10) / 10);
}
