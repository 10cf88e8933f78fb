import { dayAt } from '../src/sources/simulator/nz-time.ts';
import { createWorld } from '../src/sources/simulator/world.ts';
import { defaultCadence, planAt } from '../src/streams/cadence.ts';
import { nextDue, phaseOf } from '../src/streams/due.ts';

/** The request budget of five a second. */
const budgetMs = 200;

const minute = 60_000;
const day = 24 * 60 * minute;

/**
 * When a recorder with the default cadence asks the feed for something, from one time to another: the polls of every
 * race of a simulated programme that jumps on time, and two listings every two minutes. Epoch milliseconds, in order.
 */
export function requestTimes(from: number, to: number, racesPerDay: number): number[] {
  const world = createWorld(11, racesPerDay);
  const days = Array.from(
    { length: Math.ceil((to - from) / day) + 3 },
    (_, index) => dayAt(from) - 1 + index,
  );
  const races = days.flatMap((date) => world.programme(date)).flatMap((meeting) => meeting.races);
  const polls = races.flatMap(({ id, start }) => pollTimes(id, start).filter((at) => at >= from && at < to));
  const listings = Array.from({ length: Math.ceil((to - from) / (2 * minute)) }, (_, index) => {
    const at = from + index * 2 * minute;
    return [at, at + 500];
  });
  let next = -Infinity;
  return [...polls, ...listings.flat()]
    .toSorted((a, b) => a - b)
    .map((at) => {
      const granted = Math.max(at, next);
      next = granted + budgetMs;
      return granted;
    });
}

/** A race is Open until two minutes after its start, Closed and Interim for eight, and then Final. */
function pollTimes(id: string, start: number): number[] {
  const phase = phaseOf(id);
  const [closed, final] = [start + 2 * minute, start + 10 * minute];
  const polls: number[] = [];
  let now = start - defaultCadence.liveMs;
  for (let last = now; now < final;) {
    const status = now < closed ? 'Open' : 'Closed';
    const plan = planAt(defaultCadence, { status, advertisedStart: start, since: start, endedAt: null }, now);
    const due = nextDue(plan, { phase, last: null, lastGoodAt: last }, now, 0) ?? final;
    const until = Math.min(plan.until, now < closed ? closed : final);
    if (due <= until) polls.push((last = due));
    now = Math.min(due, until);
  }
  return [...polls, ...defaultCadence.finalReadsMs.map((after) => final + after)];
}
