import type { RaceCard } from './card.ts';
import { isScratched, type Entrant } from './field.ts';
import { placePrice } from './ladder.ts';
import { countAt, type PricePath } from './prices.ts';
import type { Random } from './random.ts';
import { bettingEnds } from './timetable.ts';

/** A bet that somebody placed at a fixed price. */
export interface PlacedBet {
  /** Epoch milliseconds, whole seconds. */
  readonly at: number;
  readonly entrant: Entrant;
  readonly product: 'Fixed Win' | 'Fixed Place';
  /** Dollars. */
  readonly stake: number;
  readonly odds: number;
}

/** Stakes that count as big, in dollars. */
const bigStake = 500;
/** As many as a list of bets holds. */
const betsLimit = 10;

/** The bets of a race that get shown, in the order of their times; most come shortly before the jump. */
export function drawBets(
  r: Random,
  card: RaceCard,
  field: readonly Entrant[],
  paths: readonly PricePath[],
  places: number,
): PlacedBet[] {
  const end = bettingEnds(card.timetable);
  const bets = Array.from({ length: r.int(6, 16) }, (): PlacedBet | null => {
    const ahead = r.chance(0.7) ? r.exponential(240) : r.exponential(5400);
    const at = Math.floor(end / 1000 - ahead) * 1000;
    const index = r.int(0, field.length - 1);
    const entrant = field[index];
    const path = paths[index];
    const win = path?.odds[countAt(path, at) - 1];
    const stake = Math.round(r.lognormal(120, 1.3) / 5) * 5 + 5;
    const product = r.chance(0.8) ? 'Fixed Win' : 'Fixed Place';
    if (!entrant || win === undefined || isScratched(entrant, at)) return null;
    return { at, entrant, product, stake, odds: product === 'Fixed Win' ? win : placePrice(win, places) };
  });
  return bets.filter((bet) => bet !== null).toSorted((a, b) => a.at - b.at);
}

/** The newest big ones of those placed so far, newest first. */
export function bigBets(bets: readonly PlacedBet[], at: number): PlacedBet[] {
  return liveBets(
    bets.filter(({ stake }) => stake >= bigStake),
    at,
  );
}

/** The newest of those placed so far, newest first. */
export function liveBets(bets: readonly PlacedBet[], at: number): PlacedBet[] {
  return bets
    .filter((bet) => bet.at <= at)
    .slice(-betsLimit)
    .toReversed();
}

/** The biggest of those placed so far. */
export function biggestBet(bets: readonly PlacedBet[], at: number): PlacedBet | null {
  return bets
    .filter((bet) => bet.at <= at)
    .reduce<PlacedBet | null>((best, bet) => (best && best.stake >= bet.stake ? best : bet), null);
}
