import { fingerprint } from './fingerprint.ts';
import type { PriceLine } from './odds.ts';
import type { Extra, MoneyFigures, OddsKind } from './snapshot.ts';
import { plainStatus } from './status.ts';

/**
 * What is recorded of one race, as far as the next response is compared with it. It moves only after a commit,
 * and can be read back from the journal: splitting a recording into two runs gives what one run gives.
 */
export interface Baseline {
  readonly raceId: string;
  /** `generated_time` of the newest event response taken, epoch milliseconds; null before the first. */
  readonly generatedAt: number | null;
  /**
   * The newest time of a clock that the feed gave up for an earlier one, epoch milliseconds: what is recorded after
   * `generatedAt` is of that clock. Null when nothing is.
   */
  readonly abandonedAt: number | null;
  /** What the newest listing said of it; null before the first. */
  readonly listed: ListedState | null;
  /** The race's current row as far as others need it; null before any report. */
  readonly race: RaceState | null;
  /** Whether a listing told of its meeting: then events say nothing about the meeting any more. */
  readonly meetingListed: boolean;
  readonly meetingDigest: string | null;
  readonly entrants: ReadonlyMap<string, EntrantState>;
  /** Last recorded figures by entrant, null for the ids not in the field. */
  readonly money: ReadonlyMap<string | null, MoneyFigures>;
  /** Last recorded state of each pool, by {@link poolKey}. */
  readonly pools: ReadonlyMap<string, PoolState>;
  readonly bets: ReadonlySet<string>;
  readonly results: ResultState | null;
}

/** What one report says of a race. */
export interface Word {
  readonly status: string;
  /** Epoch milliseconds. */
  readonly advertisedStart: number;
}

export interface ListedState extends Word {
  readonly generatedAt: number;
  /** Whether what it says stood once it was taken. */
  readonly isAgreed: boolean;
}

/** Of its {@link Word}: the one that stands. */
export interface RaceState extends Word {
  /** What the newest event itself said; null before the first. */
  readonly event: Word | null;
  /** The status that the newest change of status took back; null when that one went on. */
  readonly undone: string | null;
  /** Starts that it had before this one, the oldest first. */
  readonly pastStarts: readonly number[];
  readonly protest: boolean | null;
  /** Its place at the meeting, as an event or the first listing has it. */
  readonly raceNumber: number | null;
  readonly toteStartTime: string | null;
  /** Epoch milliseconds of our clock when it was first seen Final or Abandoned, or was given up. */
  readonly endedAt: number | null;
  readonly settledAt: number | null;
  /** Stands for the columns and extras that an event told; null when only a listing told of the race. */
  readonly digest: string | null;
}

export interface EntrantState {
  readonly name: string;
  /** Results, dividends and bets refer to runners by it. */
  readonly runnerNumber: number | null;
  readonly horseId: number | null;
  readonly inField: boolean;
  readonly isScratched: boolean;
  readonly jockey: string | null;
  readonly barrier: number | null;
  readonly weight: string | null;
  /** Last recorded price of each kind. */
  readonly prices: Readonly<Record<OddsKind, number | null>>;
  readonly line: PriceLine;
  /** Time of the newest fluctuation served so far, epoch milliseconds. */
  readonly lastFluctuationAt: number | null;
  readonly digest: string;
  readonly formDigest: string | null;
}

export interface PoolState {
  readonly total: number | null;
  readonly status: string | null;
}

export interface ResultState {
  readonly revision: number;
  readonly digest: string;
}

/** The baseline of a race of which nothing is recorded. */
export function emptyBaseline(raceId: string): Baseline {
  return {
    raceId,
    generatedAt: null,
    abandonedAt: null,
    listed: null,
    race: null,
    meetingListed: false,
    meetingDigest: null,
    entrants: new Map(),
    money: new Map(),
    pools: new Map(),
    bets: new Set(),
    results: null,
  };
}

/**
 * The time up to which responses of a clock that was given up are recorded, for a race whose newest response is of
 * another time; null when there are none after it. Epoch milliseconds.
 */
export function abandonedAfter(abandonedAt: number | null, generatedAt: number | null): number | null {
  return abandonedAt !== null && generatedAt !== null && abandonedAt > generatedAt ? abandonedAt : null;
}

/** A pool within its race: its product and, for a product over several races, its legs. */
export function poolKey(product: string, legs: string | null): string {
  return `${product}|${legs ?? ''}`;
}

/** Lists that the feed serves in another order with equal content. */
const unordered: ReadonlySet<string> = new Set([
  ...['tips', 'picks', 'substitutions', 'derivatives', 'video_channels'],
  // `flucs` mirrors `last_six`, and both change places within a second.
  ...['flucs', 'last_six'],
]);

/**
 * Stands for a current row, to tell whether a response changes it: the same whatever the order of its keys
 * and of the lists that the feed shuffles.
 *
 * @param columns the row without `raw_extra`
 */
export function currentDigest(columns: Readonly<Record<string, unknown>>, extra: Extra): string {
  return fingerprint([columns, extra], unordered);
}

/** Stands for lists of placings and dividends whatever their order, and for the status they were served with. */
export function resultDigest(
  status: string,
  placings: readonly unknown[],
  dividends: readonly unknown[],
): string {
  const lists = [placings, dividends].map((list) => fingerprint(list, unordered, true));
  return [plainStatus(status), ...lists].join('|');
}
