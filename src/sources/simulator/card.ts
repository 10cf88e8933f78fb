import type { Timetable } from './timetable.ts';
import type { Code, Country } from './tracks.ts';

/** What a day's programme knows of a race. Times are epoch milliseconds. */
export interface RaceCard {
  readonly id: string;
  /** Counted from 1. */
  readonly number: number;
  readonly name: string;
  /** The start as first advertised. */
  readonly start: number;
  /** Metres. */
  readonly distance: number;
  readonly className: string;
  readonly group: string;
  /** Harness: `Mobile` or `Standing`. */
  readonly startType: string;
  /** Dollars. */
  readonly prize: number;
  readonly timetable: Timetable;
  /** Milliseconds within the refresh interval at which the source refreshes this race. */
  readonly phase: number;
}

/** Race numbers of the products over several races. */
export interface MultiLegs {
  readonly quaddie: readonly number[];
  readonly earlyQuaddie: readonly number[];
  readonly trebles: readonly (readonly number[])[];
  readonly doubles: readonly (readonly number[])[];
}

export interface MeetingCard {
  readonly id: string;
  /** NZ date as days since 1970, and the place in that day's programme. */
  readonly day: number;
  readonly index: number;
  readonly name: string;
  readonly country: Country;
  readonly state: string;
  readonly code: Code;
  readonly races: readonly RaceCard[];
  readonly legs: MultiLegs;
  /** Null where the tote does not take the meeting. */
  readonly toteNumber: number | null;
  readonly videoChannels: readonly string[];
  readonly weather: string;
  readonly track: {
    readonly first: string;
    /** What the condition becomes, and when. */
    readonly later: { readonly at: number; readonly condition: string } | null;
    readonly direction: string;
    readonly rail: string;
  };
}
