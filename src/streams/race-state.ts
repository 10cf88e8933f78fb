import type { Baseline } from '../domain/baseline.ts';
import type { Standing } from '../domain/diff-same.ts';
import type { Print } from '../domain/print.ts';
import type { GapRow } from '../domain/tables.ts';
import type { Cadence, RaceTimes } from './cadence.ts';
import type { PollState } from './due.ts';

/** What a race's actor knows: it moves only after the changes that lead to it are committed. */
export interface RaceState {
  readonly baseline: Baseline;
  readonly polls: PollState;
  /** The gap that the next good poll closes. */
  readonly gap: GapRow | null;
  /** Epoch milliseconds at which a listing last told another start or status; −Infinity when none did. */
  readonly movedAt: number;
  /** The newest response, when another one like it would change nothing; else null. */
  readonly known: KnownResponse | null;
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
 * A listing told of the race.
 * @param now epoch milliseconds of our clock
 */
export function afterListing(state: RaceState, baseline: Baseline, now: number): RaceState {
  const before = state.baseline.race;
  const race = baseline.race;
  const moved = before?.status !== race?.status || before?.advertisedStart !== race?.advertisedStart;
  // While it was settled no poll was due, so that none is missing.
  const revived = before?.settledAt != null && race?.settledAt === null;
  return {
    ...state,
    baseline,
    polls: revived ? { ...state.polls, lastGoodAt: null } : state.polls,
    movedAt: moved ? now : state.movedAt,
  };
}

/**
 * What the cadence goes by, on our clock; null before anything told of the race.
 * @param correctionMs milliseconds by which the feed's clock is ahead of ours
 */
export function raceTimes(baseline: Baseline, correctionMs: number): RaceTimes | null {
  if (baseline.race === null) return null;
  const { status, advertisedStart, endedAt } = baseline.race;
  return { status, advertisedStart: advertisedStart - correctionMs, endedAt };
}
