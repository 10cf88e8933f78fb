import { planAt } from './cadence.ts';
import type { Cadence, Plan, RaceTimes } from './cadence.ts';

/** How the last poll of a race went. Times in epoch milliseconds. */
export interface LastPoll {
  readonly startedAt: number;
  readonly finishedAt: number;
  /** Failed polls since the last good one; 0 when it was good. */
  readonly failures: number;
  /** The last polls in a row that were answered with 404 while no listing named the race. */
  readonly missing: number;
}

/** What decides when a race is polled next, beside its plan. */
export interface PollState {
  /** 0 to 1: the race's place in its grid, the same at all times. */
  readonly phase: number;
  /** The last poll of this run; null before it. */
  readonly last: LastPoll | null;
  /** Epoch milliseconds at which the last good poll started, in this run or before; null before the first. */
  readonly lastGoodAt: number | null;
}

const firstBackOffMs = 2_000;
const longestBackOffMs = 300_000;

/**
 * When the next poll of a race is due; null when its plan has no poll left.
 *
 * A race's polls lie on a grid of its own, so that polls of different races are spread out and a restart does
 * not bring them into step. After a failure the race backs off, never beyond one interval.
 *
 * @param now epoch milliseconds
 * @param chance 0 to 1, for the jitter of the back-off
 */
export function nextDue(plan: Plan, state: PollState, now: number, chance: number): number | null {
  const { last, lastGoodAt, phase } = state;
  if (last !== null && last.failures > 0) {
    // One that the feed seems to have removed is not asked for at its own pace; a listing that names it has it polled.
    const everyMs = plan.kind === 'every' && last.missing === 0 ? plan.everyMs : Infinity;
    return retryDue(last, everyMs, now, chance);
  }
  if (lastGoodAt === null) return now;
  if (plan.kind === 'reads') return plan.dues.find((due) => due > lastGoodAt) ?? null;
  // After a clock that went back the last poll lies ahead; it must not hold the race up.
  const due = gridAfter(Math.min(lastGoodAt, now), plan.everyMs, phase);
  return Math.max(due, plan.since);
}

/** When a failed poll is tried again: tries begin no more than one interval apart, unless one lasts longer. */
function retryDue(last: LastPoll, everyMs: number, now: number, chance: number): number {
  // As above: after a clock that went back the last poll lies ahead.
  const finishedAt = Math.min(last.finishedAt, now);
  const due = finishedAt + backOff(last.failures, everyMs, chance);
  return Math.min(due, Math.max(finishedAt, last.startedAt + everyMs));
}

/** Milliseconds to wait after a number of failures in a row: doubling, half of it left to chance. */
export function backOff(failures: number, limitMs: number, chance: number): number {
  const full = Math.min(limitMs, firstBackOffMs * 2 ** Math.min(failures - 1, 20), longestBackOffMs);
  return full / 2 + (full / 2) * chance;
}

/** A race's place in its grid: spread evenly over 0 to 1 by the race's id. */
export function phaseOf(raceId: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < raceId.length; i++) hash = Math.imul(hash ^ raceId.charCodeAt(i), 16_777_619);
  hash = Math.imul(hash ^ (hash >>> 15), 2_246_822_507);
  return ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 32;
}

/** Polls that were due in a time: the first of them, and how many. */
export interface Dues {
  /** Epoch milliseconds. */
  readonly first: number;
  /** Epoch milliseconds after which one of them is late by more than an interval of its own plan. */
  readonly lateAfter: number;
  readonly count: number;
}

/** By how much a poll that is not one of a grid may be late. */
const toleranceMs = 60_000;

/**
 * The polls of a race that were due after one time and before another, as far as the start and status known now
 * tell; null when there was none. They are those that {@link nextDue} gives one after the other.
 */
export function duesBetween(
  cadence: Cadence,
  race: RaceTimes,
  phase: number,
  after: number,
  before: number,
): Dues | null {
  let first: number | null = null;
  // A slow band's poll that is missing must not excuse those of the faster band after it.
  let lateAfter = Infinity;
  let count = 0;
  let last = after;
  for (let from = after; from < before;) {
    const plan = planAt(cadence, race, from);
    const dues = duesOfPlan(plan, phase, last, before);
    if (dues !== null) {
      first ??= dues.first;
      lateAfter = Math.min(lateAfter, dues.lateAfter);
      count += dues.count;
      last = dues.last;
    }
    from = plan.until;
  }
  return first === null ? null : { first, lateAfter, count };
}

interface DuesOfPlan extends Dues {
  /** Epoch milliseconds. */
  readonly last: number;
}

/** The dues of a plan after an earlier one. A due that meets the plan's end is still its own. */
function duesOfPlan(plan: Plan, phase: number, after: number, before: number): DuesOfPlan | null {
  if (plan.kind !== 'every') {
    const times = plan.dues.filter((due) => due > after && due < before);
    const [first] = times;
    if (first === undefined) return null;
    return { first, lateAfter: first + toleranceMs, count: times.length, last: times.at(-1) ?? first };
  }
  const { everyMs, since, until } = plan;
  // A due that a slower band put off falls on the moment at which the faster one begins.
  const first = Math.max(gridAfter(after, everyMs, phase), since);
  if (first > until || first >= before) return null;
  const second = gridAfter(first, everyMs, phase);
  const rest =
    Math.min(Math.floor((until - second) / everyMs), Math.ceil((before - second) / everyMs) - 1) + 1;
  const last = rest > 0 ? second + (rest - 1) * everyMs : first;
  return { first, lateAfter: first + everyMs, count: 1 + Math.max(0, rest), last };
}

/** The first point of a race's grid after a time. Whole milliseconds: clocks show nothing finer. */
function gridAfter(time: number, everyMs: number, phase: number): number {
  const offset = Math.floor(phase * everyMs);
  return (Math.floor((time - offset) / everyMs) + 1) * everyMs + offset;
}
