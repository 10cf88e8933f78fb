import { defaultCadence, planAt } from '../src/streams/cadence.ts';
import { nextDue, phaseOf } from '../src/streams/due.ts';
import { uuidOf } from './big-journal-ids.ts';

/** Races as a season has them: so many a day, each polled by the default cadence until it is settled. */

const hour = 3_600_000;
const minute = 60_000;
const day = 24 * hour;

export const racesADay = 240;
const racesAMeeting = 8;

/** From the first race of a day to the last. */
const spreadMs = 12 * hour;

/** How long before its start a race is first polled, as in a day of the simulator; see src/sinks/appwrite/estimate.ts. */
const watchedMs = 13 * hour;

/** After the start: when the gates open, the race is run, and the result is final. */
const jumpMs = 90_000;
const runMs = 5 * minute;
const finalMs = 9 * minute;

export interface PlannedRace {
  readonly index: number;
  readonly raceId: string;
  readonly meetingId: string;
  readonly raceNumber: number;
  /** Epoch milliseconds. */
  readonly start: number;
}

/** A poll of the journal's past. */
export interface PlannedPoll {
  readonly race: PlannedRace;
  /** Epoch milliseconds. */
  readonly at: number;
  /** Name of the band that it was made in. */
  readonly band: string;
  readonly place: 'first' | 'between' | 'settling';
}

/**
 * The races of so many days, half of the last one's already run: a recorder never has more to do than then.
 * @param now epoch milliseconds
 */
export function plannedRaces(days: number, now: number): PlannedRace[] {
  return Array.from({ length: days * racesADay }, (_, index) => {
    const daysAgo = days - 1 - Math.floor(index / racesADay);
    const place = (index % racesADay) / racesADay - 0.5;
    return {
      index,
      raceId: uuidOf('race', index),
      meetingId: uuidOf('meeting', Math.floor(index / racesAMeeting)),
      raceNumber: 1 + (index % racesAMeeting),
      start: now - daysAgo * day + Math.floor(place * spreadMs),
    };
  });
}

/** Every poll that was made of a race before a time. */
export function pollsOf(race: PlannedRace, now: number): PlannedPoll[] {
  const phase = phaseOf(race.raceId);
  const polls: PlannedPoll[] = [];
  let lastGoodAt: number | null = null;
  for (let from = race.start - watchedMs; from < now;) {
    const times = {
      status: statusAt(race, from),
      advertisedStart: race.start,
      since: -Infinity,
      endedAt: endedAt(race, from),
    };
    const plan = planAt(defaultCadence, times, from);
    const due = nextDue(plan, { phase, last: null, lastGoodAt }, from, 0.5);
    if (due === null) {
      const last = polls.pop();
      if (last !== undefined) polls.push({ ...last, place: 'settling' });
      break;
    }
    if (due > plan.until) {
      from = plan.until;
      continue;
    }
    if (due >= now) break;
    polls.push({ race, at: due, band: plan.name, place: lastGoodAt === null ? 'first' : 'between' });
    lastGoodAt = due;
    from = due;
  }
  return polls;
}

/** @param at epoch milliseconds */
export function statusAt({ start }: PlannedRace, at: number): 'Open' | 'Closed' | 'Interim' | 'Final' {
  if (at < start + jumpMs) return 'Open';
  if (at < start + runMs) return 'Closed';
  return at < start + finalMs ? 'Interim' : 'Final';
}

/** Epoch milliseconds at which a race was first seen final; null before. */
export function endedAt(race: PlannedRace, at: number): number | null {
  return statusAt(race, at) === 'Final' ? race.start + finalMs : null;
}
