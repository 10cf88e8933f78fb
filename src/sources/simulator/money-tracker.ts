import type { MeetingCard, RaceCard } from './card.ts';
import type { Entrant } from './field.ts';
import type { Identifiers } from './identifiers.ts';
import type { Random } from './random.ts';
import { drawShares, sharesAt, type SharePlan } from './shares.ts';

interface Slice {
  readonly id: string;
  /** Place in the field; −1 for ids that are not in it. */
  readonly runner: number;
  /** Part of the runner's figure, or of the whole for ids outside the field. */
  readonly hold: number;
  readonly bet: number;
}

/** The rows of a race's money tracker and what they divide. */
export interface MoneyPlan {
  /** In the order in which rounding goes through them; they are served in any other. */
  readonly slices: readonly Slice[];
  readonly hold: SharePlan;
  readonly bet: SharePlan;
  /** What the whole percents of all rows sum to: 100 and a little. */
  readonly holdSum: number;
  readonly betSum: number;
}

/** One row as served: whole percents. */
export interface MoneyRow {
  readonly id: string;
  readonly hold: number;
  readonly bet: number;
}

function parts(r: Random, count: number): number[] {
  // A few slices hold nearly everything and most next to nothing.
  const weights = Array.from({ length: count }, () => r.exponential(1) ** 2.2);
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Draws 8 to 10 rows for each runner, and up to three ids outside the field with 0 to 8 % of the hold. */
export function drawMoney(
  r: Random,
  ids: Identifiers,
  meeting: MeetingCard,
  card: RaceCard,
  field: readonly Entrant[],
): MoneyPlan {
  const slices: Slice[] = field.flatMap(({ id }, runner) => {
    const hold = parts(r, r.int(8, 10));
    const bet = parts(r, hold.length);
    return hold.map((part, index) => ({ id, runner, hold: part, bet: part * 0.6 + (bet[index] ?? 0) * 0.4 }));
  });
  const strangers = r.int(0, 3);
  const outside = strangers === 0 ? 0 : r.between(0, 0.08);
  const shares = parts(r, strangers);
  shares.forEach((share, index) => {
    const id = ids.encode('stranger', meeting.day, meeting.index, card.number, index + 1);
    slices.push({ id, runner: -1, hold: share * outside, bet: share * outside * 0.2 });
  });
  return {
    slices: r.shuffle(slices),
    hold: drawShares(r, field, 1.05),
    bet: drawShares(r, field, 0.7),
    holdSum: r.int(99, 103),
    betSum: r.int(99, 105),
  };
}

/** The rows when a part (0 to 1) of the final money is in. */
export function moneyRows(plan: MoneyPlan, field: readonly Entrant[], part: number, at: number): MoneyRow[] {
  const hold = sharesAt(plan.hold, field, part, at);
  const bet = sharesAt(plan.bet, field, part, at);
  const outside = plan.slices.filter(({ runner }) => runner < 0);
  const inHold = 1 - outside.reduce((sum, slice) => sum + slice.hold, 0);
  const inBet = 1 - outside.reduce((sum, slice) => sum + slice.bet, 0);
  let holdSoFar = 0;
  let betSoFar = 0;
  return plan.slices.map((slice) => {
    const [holdBefore, betBefore] = [holdSoFar, betSoFar];
    const inField = slice.runner >= 0;
    holdSoFar += slice.hold * (inField ? (hold[slice.runner] ?? 0) * inHold : 1) * plan.holdSum;
    betSoFar += slice.bet * (inField ? (bet[slice.runner] ?? 0) * inBet : 1) * plan.betSum;
    // Rounding the running sum keeps the sum of all rows whole and the same.
    return {
      id: slice.id,
      hold: Math.round(holdSoFar) - Math.round(holdBefore),
      bet: Math.round(betSoFar) - Math.round(betBefore),
    };
  });
}
