import { pastOf } from '../domain/arbitration.ts';
import type { RaceState as Race } from '../domain/baseline.ts';
import { raceEvents, reportedColumns } from '../domain/diff-race.ts';
import { hasEnded, raceStatus } from '../domain/status.ts';
import type { OwnStatus } from '../domain/status.ts';
import type { Change, GapRow } from '../domain/tables.ts';
import { epochMillis, timestamp } from '../domain/time.ts';
import { endedGap } from './race-missed.ts';
import type { RaceRules, RaceState } from './race-state.ts';

/** How old the newest listing of a race may be until none names it any more: there is one every 2 minutes. */
const listedForMs = 300_000;

/** Polls in a row by which one that was answered with 404 is no slip of the feed. */
const leastMissing = 5;

/** Whether listings name a race. */
export function isListed(
  { baseline: { listed } }: RaceState,
  now: number,
  { correctionMs }: RaceRules,
): boolean {
  return listed !== null && now - (listed.generatedAt - correctionMs) < listedForMs;
}

/**
 * Whether the feed has removed a race: it had no answer for a time, was answered with 404 again and again in the end, and
 * is in no listing.
 * @param now epoch milliseconds of our clock
 */
export function isRemoved({ polls, gap, baseline }: RaceState, now: number, { cadence }: RaceRules): boolean {
  if (gap === null || baseline.race === null || (polls.last?.missing ?? 0) < leastMissing) return false;
  return now - epochMillis(gap.from_time) >= cadence.removedAfterMs;
}

/** The end of a race's polling. */
export interface Ending {
  readonly changes: readonly Change[];
  readonly race: Race;
  /** The gap that it closes; null when none is open. */
  readonly gap: GapRow | null;
}

/**
 * Ends the polling of a race: no gap stays open. Null when nothing is recorded of it.
 * @param own the status of a race that has not ended by what the feed said
 * @param now epoch milliseconds of our clock
 */
export function endingOf(state: RaceState, own: OwnStatus, now: number, rules: RaceRules): Ending | null {
  const { raceId, race: before } = state.baseline;
  if (before === null) return null;
  const status = hasEnded(raceStatus(before.status)) ? before.status : own;
  const race = {
    ...before,
    status,
    ...pastOf(before, status, before.advertisedStart),
    endedAt: before.endedAt ?? now,
    settledAt: now,
  };
  const gap = state.gap === null ? null : endedGap(state, { startedAt: now }, false, rules);
  const at = timestamp(now);
  const changes: Change[] = [
    ...raceEvents({ raceId, sourceTime: at, observedAt: at }, before, race, false),
    { table: 'races', key: raceId, patch: reportedColumns(race) },
  ];
  if (gap !== null) changes.push({ table: 'gaps', row: gap });
  return { changes, race, gap };
}
