import type { EntrantRow, MeetingRow, RaceRow } from './tables.ts';

/** What one response said, in our own terms: the same whatever source it came from. */

export type OddsKind = 'fixed_win' | 'fixed_place' | 'pool_win' | 'pool_place';

export const oddsKinds: readonly OddsKind[] = ['fixed_win', 'fixed_place', 'pool_win', 'pool_place'];

/** A dated fixed-win price of the source's own history. */
export interface Fluctuation {
  /** Epoch milliseconds, the source's clock. */
  readonly at: number;
  readonly odds: number | null;
  /** Its last place in the runner's `flucs`, −1 when it is not there: orders fluctuations of equal time. */
  readonly place: number;
}

export interface MoneyFigures {
  /** Whole percent of the race's hold. */
  readonly hold: number | null;
  /** Whole percent of the race's bets. */
  readonly bet: number | null;
}

/** Columns of an entrant that a response tells by itself. */
export type EntrantColumns = Omit<
  EntrantRow,
  | 'race_id'
  | 'in_field'
  | 'hold_percentage'
  | 'bet_percentage'
  | 'last_fluctuation_at'
  | 'source_time'
  | 'raw_extra'
>;

/** Columns of a race that an event response tells by itself. */
export type RaceColumns = Omit<
  RaceRow,
  'tote_start_time' | 'ended_at' | 'settled_at' | 'source_time' | 'raw_extra'
>;

export type MeetingColumns = Omit<MeetingRow, 'source_time' | 'raw_extra'>;

/** Served fields without a column of their own, by their served names. */
export type Extra = Readonly<Record<string, unknown>>;

export interface Runner {
  readonly columns: EntrantColumns;
  readonly extra: Extra;
  /** Every dated price served: `open`, `nine_am`, `high`, `low` and `last_six`. */
  readonly fluctuations: readonly Fluctuation[];
  /** Epoch milliseconds of the oldest of six recent fluctuations; null when fewer were served. */
  readonly oldestOfSix: number | null;
  /** Past performances as JSON; null when none were served. */
  readonly form: string | null;
  /** Stands for {@link form}, where the source knows it: then the form itself is read only when it is new. */
  readonly formDigest?: string;
}

export interface Pool {
  readonly product: string;
  /** JSON of the race numbers, as served; null for a product on one race. */
  readonly legs: string | null;
  /** Dollars. */
  readonly total: number | null;
  readonly status: string | null;
  readonly extra: Extra;
}

export interface Bet {
  readonly list: 'big' | 'live' | 'biggest';
  readonly title: string | null;
  readonly description: string | null;
  /** Dollars. */
  readonly stake: number | null;
  readonly odds: number | null;
  readonly placedAt: number | null;
  /** JSON as served. */
  readonly legs: string | null;
}

/** Lists as served; the feed gives them in another order from one response to the next. */
interface Results {
  readonly placings: readonly unknown[];
  readonly dividends: readonly unknown[];
}

/** One EventRaceDetails response. */
export interface EventSnapshot {
  readonly raceId: string;
  /** `generated_time` in epoch milliseconds. */
  readonly generatedAt: number;
  readonly race: RaceColumns;
  readonly extra: Extra;
  /** What an event tells of its meeting: good until a listing tells more. */
  readonly meeting: MeetingColumns;
  readonly runners: readonly Runner[];
  /** By entrant, null for the ids not in the field; null as a whole when the tracker is absent. */
  readonly money: ReadonlyMap<string | null, MoneyFigures> | null;
  readonly pools: readonly Pool[];
  readonly bets: readonly Bet[];
  readonly results: Results;
  /** Parts that could not be understood, and say nothing; absent when there are none. */
  readonly lost?: readonly LostPart[];
  /** Fields of another type than documented; absent when there are none. */
  readonly drifts?: readonly Drift[];
}

/** A part of a response that stands beside its runners and costs no prices when it is malformed. */
export type Part = 'money' | 'pools' | 'bets' | 'results';

export const parts: readonly Part[] = ['money', 'pools', 'bets', 'results'];

export interface LostPart {
  readonly part: Part;
  /** One sentence. */
  readonly reason: string;
}

/** A field that no price depends on and that was served as something else than the feed documents. */
export interface Drift {
  /** Where it stands, such as `runners.age`. */
  readonly field: string;
  /** What was served: a type, or a few words. */
  readonly received: string;
}

/** A race as the day's listing tells it. */
export interface ListedRace {
  readonly raceId: string;
  readonly meetingId: string;
  readonly raceNumber: number | null;
  readonly name: string | null;
  readonly status: string;
  /** Epoch milliseconds. */
  readonly advertisedStart: number;
  readonly toteStartTime: string | null;
  readonly trackCondition: string | null;
  readonly distance: number | null;
  readonly weather: string | null;
  readonly country: string | null;
  readonly state: string | null;
  /** Racing code: T, H or G. */
  readonly category: string | null;
}

export interface ListedMeeting {
  readonly columns: MeetingColumns;
  readonly extra: Extra;
  readonly races: readonly ListedRace[];
}

/** A day's listing, all pages together. */
export interface ListingSnapshot {
  readonly generatedAt: number;
  readonly meetings: readonly ListedMeeting[];
  /** Meetings that could not be understood as a whole; what could be stands among the meetings. */
  readonly rejected: readonly RejectedMeeting[];
  /** Meetings and races that are listed more than once; absent when there are none. */
  readonly repeated?: Repeated;
  /** As of {@link EventSnapshot}. */
  readonly drifts?: readonly Drift[];
}

export interface Repeated {
  /** Ids of meetings that have several entries: their races are taken together. */
  readonly meetings: readonly string[];
  /** Ids of races that have several entries: the last one counts. */
  readonly races: readonly string[];
}

/** A meeting, or a race of it, that could not be understood. */
export interface RejectedMeeting {
  readonly meetingId: string | null;
  /** Ids of all races that it names. */
  readonly raceIds?: readonly string[];
  /** One sentence. */
  readonly reason: string;
  /** The meeting as served, JSON in UTF-8, with credentials masked. */
  readonly body: Uint8Array;
}
