import { z } from 'zod';
import { bet, gap, money, odds, poll, pool, raceEvent, result } from './history.ts';
import { race, runner } from './race.ts';
import { seq, time } from './values.ts';

/** `GET /api/races`: those that have not ended by their start, or the others, the newest first. */
export const raceList = z.object({
  seq,
  races: z.array(race),
  /** Give it as `cursor` for the next page; null when this is the last. */
  next: z.string().nullable(),
});
export type RaceList = z.infer<typeof raceList>;

/** `GET /api/races/{race_id}` */
export const raceDetail = z.object({
  seq,
  race,
  /** By their number; those that left the field and the scratched among them. */
  runners: z.array(runner),
  /** The newest row of each product. */
  pools: z.array(pool),
  /** The newest revision; null before results were seen. */
  result: result.nullable(),
});
export type RaceDetail = z.infer<typeof raceDetail>;

/** A page of a race's history. Its rows are in the order of their times. */
const page = <T extends z.ZodType>(rows: T) =>
  z.object({
    seq,
    rows: z.array(rows),
    /** Give it as `cursor` for the next page; null when this is the last. */
    next: z.string().nullable(),
  });

/** What `GET /api/races/{race_id}/{part}` answers, by part. */
export const historyPages = {
  odds: page(odds),
  money: page(money),
  pools: page(pool),
  bets: page(bet),
  events: page(raceEvent),
  results: page(result),
  gaps: page(gap),
  polls: page(poll),
} as const;
export type HistoryPart = keyof typeof historyPages;
export type HistoryPage<P extends HistoryPart> = z.infer<(typeof historyPages)[P]>;

const ofRunner = {
  race_id: z.string(),
  meeting: z.string().nullable(),
  race_number: z.int().nullable(),
  advertised_start: time,
  status: z.string(),
  entrant_id: z.string(),
  runner_number: z.int().nullable(),
  name: z.string(),
  hold_percentage: z.number().nullable(),
  bet_percentage: z.number().nullable(),
};

/** A runner whose fixed-win price moved. */
const mover = z
  .object({
    ...ofRunner,
    /** The price when the time looked at began; the first one where it had none by then. */
    from: z.number(),
    /** The price now. */
    to: z.number(),
    /** to / from − 1: negative when it shortened. */
    change: z.number(),
  })
  .meta({ id: 'Mover' });
export type Mover = z.infer<typeof mover>;

/** A runner whose share of the money is not what its price says. */
const heldRunner = z
  .object({
    ...ofRunner,
    fixed_win: z.number(),
    hold_percentage: z.number(),
    /** Its share of the race by fixed-win prices alone: 1/price over the sum of the field's, in percent. */
    price_percentage: z.number(),
    /** hold_percentage − price_percentage: positive when there is more money on it than the price says. */
    difference: z.number(),
  })
  .meta({ id: 'HeldRunner' });
export type HeldRunner = z.infer<typeof heldRunner>;

/** `GET /api/movers`: of races that have not ended. */
export const movers = z.object({
  seq,
  minutes: z.int(),
  /** The largest first. */
  shortening: z.array(mover),
  drifting: z.array(mover),
  /** More money on them than their price says, the largest difference first; races of the next two hours. */
  held: z.array(heldRunner),
});
export type Movers = z.infer<typeof movers>;

/** `GET /api/gaps`: of all races, the newest first. */
export const gapList = z.object({
  seq,
  gaps: z.array(
    gap.extend({
      meeting: z.string().nullable(),
      race_number: z.int().nullable(),
      name: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});
export type GapList = z.infer<typeof gapList>;
