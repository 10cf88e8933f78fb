import type { GapRow } from '../domain/tables.ts';
import { epochMillis } from '../domain/time.ts';
import { duesBetween } from './due.ts';
import type { Dues } from './due.ts';
import { closeGap, openGap } from './gap.ts';
import type { PollTimes } from './poll.ts';
import { raceTimes } from './race-state.ts';
import type { RaceRules, RaceState } from './race-state.ts';

/**
 * The gap that a good poll ends, or that it leaves because it came late; null when no poll is missing.
 * @param repaired whether its dated prices tell all since the last response
 */
export function endedGap(
  state: RaceState,
  times: PollTimes,
  repaired: boolean,
  rules: RaceRules,
): GapRow | null {
  const { startedAt } = times;
  if (state.gap !== null) {
    const dues = duesSince(state, epochMillis(state.gap.from_time) - 1, startedAt, rules);
    return closeGap(state.gap, startedAt, dues, repaired);
  }
  const missed = missedPolls(state, times, rules);
  if (missed === null) return null;
  const stopped = missed.first < rules.runningSince;
  const late = missed.count > 1 && startedAt > missed.lateAfter;
  if (!stopped && !late) return null;
  const gap = openGap(state.baseline.raceId, missed.first, stopped ? 'stopped' : 'late');
  return closeGap(gap, startedAt, missed, repaired);
}

/**
 * The polls that were due since the last good one and before this one; null when there was none. By a start that
 * was not known yet none was.
 */
export function missedPolls(state: RaceState, { due, startedAt }: PollTimes, rules: RaceRules): Dues | null {
  const { polls, movedAt } = state;
  if (polls.lastGoodAt === null) return null;
  const after = due < movedAt ? polls.lastGoodAt : Math.max(polls.lastGoodAt, movedAt);
  return duesSince(state, after, startedAt, rules);
}

function duesSince(state: RaceState, after: number, before: number, rules: RaceRules): Dues | null {
  const race = raceTimes(state.baseline, rules.correctionMs);
  if (race === null) return null;
  return duesBetween(rules.cadence, race, state.polls.phase, after, before);
}
