import type { Baseline } from '../domain/baseline.ts';
import type { Standing } from '../domain/diff-same.ts';
import type { Print } from '../domain/print.ts';
import type { GapRow } from '../domain/tables.ts';
import type { Cadence, RaceTimes } from './cadence.ts';
import type { Dues, PollState } from './due.ts';
import type { OlderRun } from './response-time.ts';

/** What a race's actor knows: it moves only after the changes that lead to it are committed. */
export interface RaceState {
  readonly baseline: Baseline;
  readonly polls: PollState;
  /** Epoch milliseconds of our clock since which its start and status have been what they are. */
  readonly since: number;
  /** The gap that the next good poll closes. */
  readonly gap: GapRow | null;
  /** Another start or status that a listing told since the last good poll; null when none did. */
  readonly moved: Moved | null;
  /** The newest response, when another one like it would change nothing; else null. */
  readonly known: KnownResponse | null;
  /** The last responses, where they are older than the newest one; else null. */
  readonly older: OlderRun | null;
}

/** From then on polls are due by another start or status. */
interface Moved {
  /** Epoch milliseconds of our clock. */
  readonly at: number;
  /** The polls that were due until then, by what was known, and had not been made; null when there was none. */
  readonly missed: Dues | null;
}

/** What stands for a response, and what of it is needed when it comes again. */
export interface KnownResponse {
  readonly print: Print;
  /** What it said of the race: a listing can have said something else since. */
  readonly standing: Standing;
  readonly notGranted: readonly string[];
}

/** What is fixed for a race while the service runs. */
export interface RaceRules {
  readonly cadence: Cadence;
  /** Epoch milliseconds: polls due before fell into a stop of the process. */
  readonly runningSince: number;
  /** Milliseconds by which the feed's clock, which tells starts, is ahead of ours. */
  readonly correctionMs: number;
}

/**
 * What the cadence goes by, on our clock; null before anything told of the race. While a listing and the event have
 * different starts it is the earlier one: polls that come too early cost less than prices that are missed.
 * @param correctionMs milliseconds by which the feed's clock is ahead of ours
 */
export function raceTimes({ baseline, since }: RaceState, correctionMs: number): RaceTimes | null {
  if (baseline.race === null) return null;
  const { status, advertisedStart, event, endedAt } = baseline.race;
  const start = Math.min(advertisedStart, event?.advertisedStart ?? Infinity);
  return { status, advertisedStart: start - correctionMs, since, endedAt };
}

/**
 * The state with what is now recorded of the race.
 * @param now epoch milliseconds of our clock
 */
export function withBaseline(state: RaceState, baseline: Baseline, now: number): RaceState {
  const [before, after] = [raceTimes(state, 0), raceTimes({ ...state, baseline }, 0)];
  const isSame = before?.status === after?.status && before?.advertisedStart === after?.advertisedStart;
  return { ...state, baseline, since: isSame ? state.since : now };
}
