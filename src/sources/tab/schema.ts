import { z } from 'zod';
import { limits } from './limits.ts';

/**
 * What must be as the feed types it for a response to be used: ids, times, status, prices, scratchings and money. The
 * schemas only check that it is, and what is used is the response itself: copies without unknown properties, which
 * they give, are thrown away. So no schema may change what it checks. Everything else is read by {@link Fields}.
 */

const number = z.number().nullish();

/** It is in the keys of rows, in URLs and in log lines; and no store keeps half of a surrogate pair. */
const name = z
  .string()
  .max(limits.idLength)
  .refine((text) => text.isWellFormed(), { error: 'Invalid text: half a surrogate pair' });
const id = name.min(1);

/** The epoch seconds of year 0 and of the end of 9999: a stored time has a year of four digits. */
export const firstSecond = -62_167_219_200;
export const lastSecond = 253_402_300_799;

const dated = z.object({ timestamp: z.string(), fluc: z.number() });

const runner = z.object({
  entrant_id: id,
  is_scratched: z.boolean(),
  odds: z
    .looseObject({ fixed_win: number, fixed_place: number, pool_win: number, pool_place: number })
    .nullish(),
  flucs_with_timestamp: z
    .looseObject({
      open: dated.nullish(),
      nine_am: dated.nullish(),
      high: dated.nullish(),
      low: dated.nullish(),
      last_six: z.array(dated).nullish(),
    })
    .nullish(),
});

const race = z.object({
  event_id: id,
  meeting_id: id,
  status: name,
  advertised_start: z.number().min(firstSecond).max(lastSecond).positive(),
});

const header = z.object({ generated_time: z.string() });

/** What no response can do without. */
export const eventResponse = z.object({ header, data: z.object({ race, runners: z.array(runner) }) });

export const moneyTracker = z
  .object({
    entrants: z
      .array(z.object({ entrant_id: z.string(), hold_percentage: number, bet_percentage: number }))
      .nullish(),
  })
  .nullish();

const legs = z
  .unknown()
  .refine((value) => value == null || Array.isArray(value), { error: 'Invalid list' })
  .optional();

export const totePools = z
  .array(
    z.object({
      product_type: name,
      total: number,
      status: name.nullish(),
      quaddie: legs,
      early_quaddie: legs,
      tote_treble: legs,
      tote_running_double: legs,
    }),
  )
  .nullish();

const bet = z.object({ stake: number, place_odds: number });

export const bets = z.object({
  big_bets: z.array(bet).nullish(),
  live_bets: z.array(bet).nullish(),
  biggest_bet: bet.nullish(),
});

export const listedRace = z.object({ id, start_time: z.string(), status: name });

export const listedMeeting = z.object({ meeting: id });

export const listingResponse = z.object({ header, data: z.looseObject({}) });

/** What a schema checked, with whatever else was served beside it. */
type Served<T> = T & Readonly<Record<string, unknown>>;

export type ServedData = Served<z.infer<typeof eventResponse>['data']>;
export type ServedRace = Served<z.infer<typeof race>>;
export type ServedRunner = Served<z.infer<typeof runner>>;
export type ServedPool = Served<NonNullable<z.infer<typeof totePools>>[number]>;
export type ServedBet = Served<z.infer<typeof bet>>;
