import { z } from 'zod';

/**
 * The served fields that we use, as the feed types them. They only tell whether a response can be used, and what
 * is used is the response itself: unknown properties appear without notice and end in `raw_extra`, and copies without
 * them, which the schemas give, are thrown away. So no schema may change what it checks. A used field of another
 * type makes the whole response malformed.
 */

const text = z.string().nullish();
const number = z.number().nullish();
const whole = z.int().nullish();
const flag = z.boolean().nullish();

/** The epoch seconds of year 0 and of the end of 9999: a stored time has a year of four digits. */
const firstSecond = -62_167_219_200;
const lastSecond = 253_402_300_799;
const seconds = z.number().min(firstSecond).max(lastSecond);

const dated = z.object({ timestamp: z.string(), fluc: z.number() });

const runner = z.object({
  entrant_id: z.string().min(1),
  name: z.string(),
  runner_number: whole,
  barrier: whole,
  barrier_position: text,
  jockey: text,
  apprentice_indicator: text,
  trainer_name: text,
  trainer_location: text,
  weight: z.object({ allocated: text, total: text }).nullish(),
  is_scratched: z.boolean(),
  scratch_time: seconds.nullish(),
  scr_time: text,
  is_emergency: flag,
  emergency_position: text,
  primary_market: flag,
  market_name: text,
  odds: z
    .looseObject({ fixed_win: number, fixed_place: number, pool_win: number, pool_place: number })
    .nullish(),
  flucs: z.array(z.number()).nullish(),
  flucs_with_timestamp: z
    .looseObject({
      open: dated.nullish(),
      nine_am: dated.nullish(),
      high: dated.nullish(),
      low: dated.nullish(),
      last_six: z.array(dated).nullish(),
    })
    .nullish(),
  favourite: flag,
  mover: flag,
  horse_id: whole,
  age: whole,
  sex: text,
  colour: text,
  country: text,
  sire: text,
  dam: text,
  owners: text,
  gear: text,
  last_twenty_starts: text,
  silk_colours: text,
  silk_url_64x64: text,
  silk_url_128x128: text,
});

const race = z.object({
  event_id: z.string().min(1),
  meeting_id: z.string().min(1),
  meeting_name: z.string(),
  status: z.string(),
  description: text,
  advertised_start: seconds.positive(),
  actual_start: seconds.nullish(),
  race_number: whole,
  distance: whole,
  country: text,
  state: text,
  type: text,
  track_condition: text,
  track_direction: text,
  track_surface: text,
  weather: text,
  rail_position: text,
  field_size: whole,
  entrant_count: whole,
  positions_paid: whole,
  group: text,
  class: text,
  start_type: text,
  comment: text,
  silk_url: text,
  prize_monies: z.unknown().optional(),
  protest: flag,
  protest_reason: text,
});

const pool = z.object({
  product_type: z.string(),
  total: number,
  status: text,
  quaddie: z.array(z.unknown()).nullish(),
  early_quaddie: z.array(z.unknown()).nullish(),
  tote_treble: z.array(z.unknown()).nullish(),
  tote_running_double: z.array(z.unknown()).nullish(),
});

const bet = z.object({
  title: text,
  description: z.array(z.string()).nullish(),
  stake: number,
  legs: z.array(z.unknown()).nullish(),
  place_time: text,
  place_odds: number,
});

const liability = z.object({ entrant_id: z.string(), hold_percentage: number, bet_percentage: number });

const copy = z.object({ entrant_id: text }).nullish();

const header = z.object({ generated_time: z.string() });

export const eventResponse = z.object({
  header,
  data: z.object({
    race,
    runners: z.array(runner),
    results: z.array(z.unknown()).nullish(),
    dividends: z.array(z.unknown()).nullish(),
    money_tracker: z.object({ entrants: z.array(liability).nullish() }).nullish(),
    tote_pools: z.array(pool).nullish(),
    big_bets: z.array(bet).nullish(),
    live_bets: z.array(bet).nullish(),
    biggest_bet: bet.nullish(),
    favourite: copy,
    mover: copy,
  }),
});

const listedRace = z.object({
  id: z.string().min(1),
  race_number: whole,
  name: text,
  start_time: z.string(),
  tote_start_time: text,
  track_condition: text,
  distance: whole,
  weather: text,
  country: text,
  state: text,
  status: z.string(),
});

export const listedMeeting = z.object({
  meeting: z.string().min(1),
  name: z.string(),
  date: z.string(),
  track_condition: text,
  category: text,
  country: text,
  state: text,
  tote_status: text,
  tote_meeting_number: whole,
  races: z.array(listedRace).nullish(),
});

/** Meetings are looked at one by one: a malformed one does not cost the others. */
export const listingResponse = z.object({
  header,
  data: z.object({ meetings: z.array(z.unknown()).nullish() }),
});

/** What a schema checked, with whatever else was served beside it. */
type Served<T> = T & Readonly<Record<string, unknown>>;

export type ServedEvent = z.infer<typeof eventResponse>;
export type ServedRace = z.infer<typeof race>;
export type ServedRunner = Served<z.infer<typeof runner>>;
export type ServedPool = z.infer<typeof pool>;
export type ServedBet = z.infer<typeof bet>;
export type ServedMeeting = z.infer<typeof listedMeeting>;
export type ServedListedRace = z.infer<typeof listedRace>;
