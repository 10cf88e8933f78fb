import type { MeetingCard, RaceCard } from './card.ts';
import { noise, random } from './random.ts';
import { refreshMs } from './refresh.ts';
import { statusAt, type Status } from './timetable.ts';

export type Product =
  | 'Win'
  | 'Place'
  | 'Quinella'
  | 'Trifecta'
  | 'FirstFour'
  | 'Quadrella'
  | 'EarlyQuadrella'
  | 'Treble'
  | 'RunningDouble';

/** One pool of a race, or one that it shares with other races of its meeting. */
export interface PoolPlan {
  readonly product: Product;
  /** Race numbers, null for a pool on one race. */
  readonly legs: readonly number[] | null;
  /** The race whose jump closes it. */
  readonly closedBy: RaceCard;
  /** Dollars when it closes. */
  readonly total: number;
  /** Money comes in lumps of so many dollars. */
  readonly lump: number;
  readonly jackpot: number;
  /** Spreads its refreshes apart from those of other pools. */
  readonly salt: number;
}

/** A pool as served. */
export interface PoolState {
  readonly plan: PoolPlan;
  /** Dollars, in whole cents; never falls. */
  readonly total: number;
  readonly status: 'OPEN' | 'CLOSED' | 'ABANDONED';
}

const cents = (dollars: number) => Math.round(dollars * 100) / 100;

/** Shares of the final amount that arrive with the minutes, the hours and the day before the close. */
const singleRace: readonly (readonly [share: number, seconds: number])[] = [
  [0.7, 150],
  [0.2, 1800],
  [0.1, 20_000],
];
const multiRace: readonly (readonly [share: number, seconds: number])[] = [
  [0.6, 900],
  [0.4, 9000],
];

/** The part (0 to 1) of its final amount that a pool holds `seconds` before it closes. */
export function filled(seconds: number, multi = false): number {
  if (seconds <= 0) return 1;
  return (multi ? multiRace : singleRace).reduce(
    (sum, [share, span]) => sum + share * Math.exp(-seconds / span),
    0,
  );
}

function winTotal(key: string, meeting: MeetingCard, card: RaceCard): number {
  const median = { T: 14_000, H: 5000, G: 2400 }[meeting.code] * (meeting.country === 'NZ' ? 1.3 : 1);
  return random(key, 'win pool', card.id).lognormal(median, 0.6) * (card.group === '' ? 1 : 4);
}

function plan(
  key: string,
  product: Product,
  legs: readonly number[] | null,
  closedBy: RaceCard,
  total: number,
): PoolPlan {
  const r = random(key, 'pool', closedBy.id, product);
  return {
    product,
    legs,
    closedBy,
    total: cents(total * r.lognormal(1, 0.25)),
    lump: cents(r.between(3, 14)),
    jackpot: product.endsWith('Quadrella') && r.chance(0.3) ? cents(r.lognormal(2500, 0.8)) : 0,
    salt: r.int(0, 2 ** 31),
  };
}

/** The pools that one race serves; those over several races are the same in each of them. */
export function poolPlans(key: string, meeting: MeetingCard, card: RaceCard): PoolPlan[] {
  const win = winTotal(key, meeting, card);
  const single: [Product, number][] = [
    ['Win', win],
    ['Place', win * 0.42],
    ['Quinella', win * 0.5],
    ['Trifecta', win * 0.65],
    ['FirstFour', win * 0.55],
  ];
  const { quaddie, earlyQuaddie, trebles, doubles } = meeting.legs;
  const multi: [Product, readonly number[], number][] = [
    ['Quadrella', quaddie, 2.2],
    ['EarlyQuadrella', earlyQuaddie, 0.5],
    ...trebles.map((legs): [Product, readonly number[], number] => ['Treble', legs, 0.09]),
    ...doubles.map((legs): [Product, readonly number[], number] => ['RunningDouble', legs, 0.06]),
  ];
  return [
    ...single.map(([product, total]) => plan(key, product, null, card, total)),
    ...multi.flatMap(([product, legs, part]) => {
      const first = meeting.races.find(({ number }) => number === legs[0]);
      if (!first || !legs.includes(card.number)) return [];
      return [plan(key, product, legs, first, winTotal(key, meeting, first) * part)];
    }),
  ];
}

/**
 * The pool at a refresh. Money counts from a moment that varies within the refresh before, so that what
 * arrives between two refreshes is now more and now less, and a total never falls.
 */
export function poolAt(pool: PoolPlan, at: number): PoolState {
  const { timetable } = pool.closedBy;
  const frozen = timetable.abandoned ? Math.min(at, timetable.abandoned.listed) : at;
  const slot = Math.floor(frozen / refreshMs);
  const counted = slot * refreshMs - noise(pool.salt, slot) * refreshMs;
  const left = (timetable.closed - counted) / 1000;
  const status = statusAt(timetable, at);
  const closed = status !== 'Open' && !timetable.abandoned;
  const part = closed ? 1 : filled(Math.max(0, left), pool.legs !== null);
  const lumps = Math.floor((pool.total * part) / pool.lump);
  return {
    plan: pool,
    total: closed ? pool.total : cents(lumps * pool.lump),
    status: status === 'Abandoned' ? 'ABANDONED' : closed ? 'CLOSED' : 'OPEN',
  };
}

/** Whether a status comes with dividends in the pools of the race itself. */
export function isPaid(status: Status): boolean {
  return status === 'Interim' || status === 'Final';
}
