import { toteOdds } from './shares.ts';
import type { Placing } from './results.ts';

/** What a pool pays on one outcome. */
export interface Dividend {
  readonly product: string;
  readonly dividend: number;
  /** Dollars. */
  readonly pool: number;
  /** Runner numbers in order. */
  readonly runners: readonly number[];
}

export interface PayingPool {
  readonly product: 'Win' | 'Place' | 'Quinella' | 'Trifecta' | 'FirstFour';
  readonly total: number;
}

/** Names in dividends differ from those in pools. */
const names: Readonly<Record<PayingPool['product'], string>> = {
  Win: 'Pool Win',
  Place: 'Pool Place',
  Quinella: 'Pool Quinella',
  Trifecta: 'Pool Trifecta',
  FirstFour: 'Pool First4',
};

/** The chance that the runners come in this order, from their shares. */
function orderShare(shares: readonly number[]): number {
  let left = 1;
  return shares.reduce((product, share) => {
    const part = product * (share / Math.max(left, 1e-6));
    left -= share;
    return part;
  }, 1);
}

/**
 * Dividends for a result. `win` and `place` give a runner's share of those pools, `places` says how many
 * places are paid.
 */
export function dividendsOf(
  placings: readonly Placing[],
  pools: readonly PayingPool[],
  win: (number: number) => number,
  place: (number: number) => number,
  places: number,
): Dividend[] {
  const runners = placings.map(({ entrant }) => entrant.number);
  const shares = runners.slice(0, 4).map(win);
  const [a = 0, b = 0] = shares;
  const exotic = (total: number, share: number) => Math.min(total, Math.max(1, Math.floor(8 / share) / 10));
  return pools.flatMap(({ product, total }): Dividend[] => {
    const pays = (numbers: readonly number[], dividend: number | null) => ({
      product: names[product],
      dividend: Math.round((dividend ?? 1) * 10) / 10,
      pool: total,
      runners: numbers,
    });
    switch (product) {
      case 'Win':
        return runners.slice(0, 1).map((number) => pays([number], toteOdds(win(number), 1, winTakeout)));
      case 'Place':
        return runners
          .slice(0, places)
          .map((number) => pays([number], toteOdds(place(number), places, placeTakeout)));
      case 'Quinella':
        return [
          pays(
            runners.slice(0, 2).toSorted((x, y) => x - y),
            exotic(total, orderShare([a, b]) + orderShare([b, a])),
          ),
        ];
      case 'Trifecta':
        return [pays(runners.slice(0, 3), exotic(total, orderShare(shares.slice(0, 3))))];
      case 'FirstFour':
        return [pays(runners.slice(0, 4), exotic(total, orderShare(shares)))];
    }
  });
}

/** What the tote keeps. */
export const winTakeout = 0.145;
export const placeTakeout = 0.14;
