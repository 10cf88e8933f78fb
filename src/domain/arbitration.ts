import type { ListedState, RaceState, Word } from './baseline.ts';
import { plainStatus, raceStatus } from './status.ts';

/**
 * Which status and start stand where events and listings contradict each other. Both can lag behind, each with a fresh
 * `generated_time`, so that the time alone would have them take turns. A report counts by what is new in it: a status
 * that is further on, a start that the race never had, or what its own source takes back.
 */

/** How many past starts of a race are remembered. */
export const maxPastStarts = 16;

const ranks = {
  // Whatever an event says of a race that was given up here counts.
  ...{ removed_from_feed: -1, never_finished: -1 },
  ...{ unknown: 0, open: 0, closed: 1, interim: 2, final: 3, abandoned: 3 },
} as const;

/** How far a race is by its status: Open, Closed, Interim, then Final and Abandoned. */
function rank(status: string): number {
  return ranks[raceStatus(status)];
}

/** Whether two texts are the same status. */
export function isSameStatus(a: string, b: string): boolean {
  return plainStatus(a) === plainStatus(b);
}

interface Reported {
  readonly status: string;
  /** Epoch milliseconds. */
  readonly advertisedStart: number;
  /** The source's own time of the report, epoch milliseconds. */
  readonly generatedAt: number;
}

/**
 * Returns the status that stands after an event. It counts where it is further on. It takes the race back only from what
 * events said themselves, from a listing's Abandoned by results, and before the start, when no race can have been run.
 * `Abandoned` in the newest listing outranks its Open.
 */
export function statusAfterEvent(
  race: RaceState | null,
  listed: ListedState | null,
  event: Reported,
): string {
  const served = event.status;
  if (race === null) return served;
  const isOpen = raceStatus(served) === 'open';
  if (isOpen && listed !== null && raceStatus(listed.status) === 'abandoned') return listed.status;
  if (isSameStatus(served, race.status)) return served;
  const said = race.event?.status ?? null;
  const isNew = said === null || !isSameStatus(served, said);
  const [now, before] = [rank(served), rank(race.status)];
  if (now > before) return served;
  if (now === before) return isNew ? served : race.status;
  const isAbandoned = raceStatus(race.status) === 'abandoned';
  const isTakenBack = said !== null && now < rank(said);
  const isEarly = now === 0 && !isAbandoned && event.generatedAt < event.advertisedStart;
  const isRun = isAbandoned && isNew && now >= ranks.interim;
  return isTakenBack || isEarly || isRun ? served : race.status;
}

/**
 * Returns the status that stands after a listing. It takes back only what no event has confirmed, and what was taken back
 * once is brought again by events alone, but for Abandoned, which always outranks an event's Open.
 * @param eventAt `generated_time` of the newest event, epoch milliseconds; null before the first
 */
export function statusAfterListing(
  race: RaceState | null,
  eventAt: number | null,
  { status: listed, advertisedStart, generatedAt }: Reported,
): string {
  if (race === null) return listed;
  if (isSameStatus(listed, race.status)) return race.status;
  if (raceStatus(listed) === 'abandoned' && raceStatus(race.status) === 'open') return listed;
  if (eventAt !== null && eventAt > generatedAt) return race.status;
  if (race.event === null) return listed;
  const said = race.event.status;
  if (rank(listed) > rank(race.status)) {
    const isEarly = rank(said) === 0 && generatedAt < advertisedStart;
    return race.undone !== null || isEarly ? race.status : listed;
  }
  if (isSameStatus(race.status, said)) return race.status;
  return rank(listed) < rank(said) ? said : listed;
}

/** Returns the start that stands after an event, epoch milliseconds. One that a listing has moved on from is behind. */
export function startAfterEvent(
  race: RaceState | null,
  listed: ListedState | null,
  { advertisedStart: served, generatedAt }: Reported,
): number {
  if (race === null) return served;
  const start = race.advertisedStart;
  const said = race.event?.advertisedStart ?? null;
  if (said === null) return listed !== null && listed.generatedAt > generatedAt ? start : served;
  if (start === said) return served;
  return served === said || race.pastStarts.includes(served) ? start : served;
}

/** Returns the start that stands after a listing. One that an event has moved on from is behind. */
export function startAfterListing(
  race: RaceState | null,
  eventAt: number | null,
  { advertisedStart: listed, generatedAt }: Reported,
): number {
  if (race === null) return listed;
  if (eventAt !== null && eventAt > generatedAt) return race.advertisedStart;
  if (race.advertisedStart !== race.event?.advertisedStart) return listed;
  return race.pastStarts.includes(listed) ? race.advertisedStart : listed;
}

/** What was taken back, and which starts are past, once a status and a start stand. */
export function pastOf(
  before: RaceState | null,
  status: string,
  start: number,
): Pick<RaceState, 'undone' | 'pastStarts'> {
  if (before === null) return { undone: null, pastStarts: [] };
  const hasMoved = before.advertisedStart !== start;
  return {
    undone: isSameStatus(before.status, status) ? before.undone : undoneBy(before.status, status),
    pastStarts: hasMoved
      ? [...before.pastStarts, before.advertisedStart].slice(-maxPastStarts)
      : before.pastStarts,
  };
}

/** The status that a change of status takes back; null when it goes on. */
export function undoneBy(previous: string, value: string): string | null {
  return rank(value) < rank(previous) ? previous : null;
}

/** Whether what the newest event or listing says of a race is not what stands. */
export function isDisputed(race: RaceState | null, listed: ListedState | null): boolean {
  if (race === null) return false;
  const isOutranked = race.event !== null && !stands(race.event, race);
  return isOutranked || listed?.isAgreed === false;
}

/** Whether a report says what stands. */
export function stands(word: Word, { status, advertisedStart }: Word): boolean {
  return isSameStatus(word.status, status) && word.advertisedStart === advertisedStart;
}
