import { z } from 'zod';
import { asServed, observed, ofRace, time } from './values.ts';

export const oddsKind = z.enum(['fixed_win', 'fixed_place', 'pool_win', 'pool_place']);
export type OddsKind = z.infer<typeof oddsKind>;

export const odds = z
  .object({
    ...ofRace,
    entrant_id: z.string(),
    kind: oddsKind,
    /** Null: withdrawn. */
    odds: z.number().nullable(),
    previous_odds: z.number().nullable(),
    ...observed,
    /** `fluctuation`: a dated price of the source's own history, at its true time. */
    basis: z.enum(['poll', 'fluctuation']),
    seconds_to_start: z.number(),
  })
  .meta({ id: 'Odds' });
export type Odds = z.infer<typeof odds>;

export const money = z
  .object({
    ...ofRace,
    /** Null: what is not in the field, together. */
    entrant_id: z.string().nullable(),
    hold_percentage: z.number().nullable(),
    bet_percentage: z.number().nullable(),
    previous_hold_percentage: z.number().nullable(),
    previous_bet_percentage: z.number().nullable(),
    ...observed,
    seconds_to_start: z.number(),
  })
  .meta({ id: 'Money' });

export const pool = z
  .object({
    ...ofRace,
    product: z.string(),
    /** Race numbers of a product over several races, as served; null for a single race. */
    legs: asServed,
    /** Dollars. */
    total: z.number().nullable(),
    previous_total: z.number().nullable(),
    status: z.string().nullable(),
    ...observed,
    seconds_to_start: z.number(),
  })
  .meta({ id: 'Pool' });
export type Pool = z.infer<typeof pool>;

export const bet = z
  .object({
    ...ofRace,
    /** `big`, `live` or `biggest`. */
    list: z.string(),
    title: z.string().nullable(),
    description: z.string().nullable(),
    /** Dollars. */
    stake: z.number().nullable(),
    odds: z.number().nullable(),
    placed_at: time.nullable(),
    legs: asServed,
    observed_at: time,
  })
  .meta({ id: 'Bet' });
export type Bet = z.infer<typeof bet>;

export const raceEvent = z
  .object({
    ...ofRace,
    entrant_id: z.string().nullable(),
    /** `status`, `start_time`, `scratched`, `reinstated`, `runner_number`, `jockey` and the like. */
    kind: z.string(),
    value: z.string().nullable(),
    previous: z.string().nullable(),
    ...observed,
  })
  .meta({ id: 'RaceEvent' });
export type RaceEvent = z.infer<typeof raceEvent>;

export const result = z
  .object({
    ...ofRace,
    /** 1 for the first results seen, one more whenever the status, a placing or a dividend changes. */
    revision: z.int(),
    placings: asServed,
    dividends: asServed,
    status: z.string(),
    ...observed,
  })
  .meta({ id: 'Result' });
export type Result = z.infer<typeof result>;

export const gap = z
  .object({
    ...ofRace,
    /** The same gap is told again, under a new `seq`, when it ends. */
    id: z.string(),
    /** Only for overflows of one runner's fluctuations. */
    entrant_id: z.string().nullable(),
    from_time: time,
    /** Null while it is open. */
    to_time: time.nullable(),
    reason: z.string(),
    expected_polls: z.int(),
    /** Whether dated fluctuations told every fixed-win price of that time. */
    repaired: z.boolean(),
  })
  .meta({ id: 'Gap' });
export type Gap = z.infer<typeof gap>;

export const poll = z
  .object({
    ...ofRace,
    started_at: time,
    lateness_ms: z.number().nullable(),
    duration_ms: z.number().nullable(),
    outcome: z.enum(['changed', 'unchanged', 'failed']),
    reason: z.string().nullable(),
    bytes: z.int().nullable(),
    /** Rows of history that it led to. */
    changes: z.int(),
  })
  .meta({ id: 'Poll' });
export type Poll = z.infer<typeof poll>;
