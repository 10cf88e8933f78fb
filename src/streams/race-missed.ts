import type { Baseline } from '../domain/baseline.ts';
import type { GapRow } from '../domain/tables.ts';
import { epochMillis } from '../domain/time.ts';
import { duesBetween } from './due.ts';
import type { Dues } from './due.ts';
import { closeGap, openGap } from './gap.ts';
import type { PollTimes } from './poll.ts';
import { raceTimes, withBaseline } from './race-state.ts';
import type { RaceRules, RaceState } from './race-state.ts';

/**
 * The gap that a good poll ends, or that it leaves because it came late; null when no poll is missing.
 * @param repaired whether its dated prices tell all since the last response
 */
export function endedGap(
  state: RaceState,
  { startedAt }: Pick<PollTimes, 'startedAt'>,
  repaired: boolean,
  rules: RaceRules,
): GapRow | null {
  if (state.gap !== null) {
    const dues = duesSince(state, epochMillis(state.gap.from_time) - 1, startedAt, rules);
    return closeGap(state.gap, startedAt, dues, repaired);
  }
  const missed = missedPolls(state, startedAt, rules);
  if (missed === null) return null;
  const stopped = missed.first < rules.runningSince;
  const late = missed.count > 1 && startedAt > missed.lateAfter;
  if (!stopped && !late) return null;
  const gap = openGap(state.baseline.raceId, missed.first, stopped ? 'stopped' : 'late');
  return closeGap(gap, startedAt, missed, repaired);
}

/**
 * The polls that were due since the last good one and before a time; null when there was none. Where a listing has moved
 * the race since that one was answered, those before the listing are due by what was known before it.
 * @param before epoch milliseconds
 */
export function missedPolls(state: RaceState, before: number, rules: RaceRules): Dues | null {
  const { polls, moved, baseline } = state;
  // Of a race that is settled none is due, so that none is missing.
  if (polls.lastGoodAt === null || baseline.race?.settledAt != null) return null;
  if (moved === null) return duesSince(state, polls.lastGoodAt, before, rules);
  return both(moved.missed, duesSince(state, moved.at, before, rules));
}

/**
 * What a listing told of the race. By another start or status polls are due from now on, and those before stay missed.
 * @param now epoch milliseconds of our clock
 */
export function afterListing(state: RaceState, baseline: Baseline, now: number, rules: RaceRules): RaceState {
  const before = state.baseline.race;
  const race = baseline.race;
  const hasMoved = before?.status !== race?.status || before?.advertisedStart !== race?.advertisedStart;
  // While it was settled no poll was due, so that none is missing.
  const revived = before?.settledAt != null && race?.settledAt === null;
  return {
    ...withBaseline(state, baseline, now),
    polls: revived ? { ...state.polls, lastGoodAt: null } : state.polls,
    moved: hasMoved ? { at: now, missed: missedPolls(state, now, rules) } : state.moved,
  };
}

function both(one: Dues | null, other: Dues | null): Dues | null {
  if (one === null || other === null) return one ?? other;
  return {
    first: one.first,
    lateAfter: Math.min(one.lateAfter, other.lateAfter),
    count: one.count + other.count,
  };
}

function duesSince(state: RaceState, after: number, before: number, rules: RaceRules): Dues | null {
  const race = raceTimes(state, rules.correctionMs);
  if (race === null) return null;
  return duesBetween(rules.cadence, race, state.polls.phase, after, before);
}
