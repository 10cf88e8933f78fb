import { hasEnded, isGivenUp, raceStatus } from '../domain/status.ts';
import type { RaceStatus } from '../domain/status.ts';

/** Polls while a race is open and its advertised start is more than `overMs` away. */
interface Band {
  readonly name: string;
  /** Milliseconds to the advertised start beyond which the band applies; −Infinity for the last band. */
  readonly overMs: number;
  readonly everyMs: number;
}

/** How often a race is polled. Times in milliseconds, all finite, positive and under 2^31. */
export interface Cadence {
  /** How long before its start a race is live. */
  readonly liveMs: number;
  /** How often a race is polled that is not live yet: a start that is wrong by days must not park it. */
  readonly notLiveMs: number;
  /** From the farthest to the nearest; the last one holds until the status leaves Open, however late the jump. */
  readonly bands: readonly Band[];
  readonly closedMs: number;
  readonly interimMs: number;
  /** After the race was first seen Final: when it is read again; after the last read it is settled. */
  readonly finalReadsMs: readonly number[];
  readonly abandonedReadsMs: readonly number[];
  /** How long after its start, and after the last change of start or status, a race that has not ended is overdue. */
  readonly overdueAfterMs: number;
  /** How often an overdue race is polled, at most. */
  readonly overdueEveryMs: number;
  /** How long after the same time it is read for the last time, and given up. */
  readonly giveUpAfterMs: number;
  /** For how long the feed does not know a race, and no listing names it, before it counts as removed. */
  readonly removedAfterMs: number;
}

const minute = 60_000;
const hour = 60 * minute;

/** The default: most of the Win pool arrives, and prices move most, in the last minutes. */
export const defaultCadence: Cadence = {
  liveMs: 24 * hour,
  notLiveMs: 30 * minute,
  bands: [
    { name: 'day', overMs: 6 * hour, everyMs: 30 * minute },
    { name: 'hours', overMs: hour, everyMs: 5 * minute },
    { name: 'hour', overMs: 15 * minute, everyMs: minute },
    { name: 'quarter', overMs: 5 * minute, everyMs: 30_000 },
    { name: 'jump', overMs: -Infinity, everyMs: 10_000 },
  ],
  closedMs: 15_000,
  interimMs: 15_000,
  finalReadsMs: [minute, 10 * minute, 24 * hour],
  abandonedReadsMs: [10 * minute],
  overdueAfterMs: 3 * hour,
  overdueEveryMs: minute,
  giveUpAfterMs: 24 * hour,
  removedAfterMs: hour,
};

/** A cadence for races of some countries, some racing codes, or both. */
interface CadenceOverride {
  /** The feed's codes (`NZ`, `AUS`); every country when empty. */
  readonly countries: readonly string[];
  /** T, H, G; every code when empty. */
  readonly categories: readonly string[];
  readonly cadence: Cadence;
}

export interface CadenceTable {
  readonly standard: Cadence;
  /** The first that fits a race counts. */
  readonly overrides: readonly CadenceOverride[];
}

/** The cadence of a race: that of the first override that fits it, else the standard one. */
export function cadenceFor(table: CadenceTable, country: string | null, category: string | null): Cadence {
  const fits = (list: readonly string[], value: string | null): boolean =>
    list.length === 0 || (value !== null && list.includes(value));
  const override = table.overrides.find(
    (candidate) => fits(candidate.countries, country) && fits(candidate.categories, category),
  );
  return override?.cadence ?? table.standard;
}

/** What the cadence depends on. */
export interface RaceTimes {
  readonly status: string;
  /** Epoch milliseconds. */
  readonly advertisedStart: number;
  /** Epoch milliseconds of our clock since which its start and status have been these. */
  readonly since: number;
  /** Epoch milliseconds of our clock when it was first seen Final or Abandoned. */
  readonly endedAt: number | null;
}

/** When a race is polled, as long as neither its start nor its status changes. */
export type Plan =
  | EveryPlan
  | {
      readonly kind: 'reads';
      readonly name: string;
      readonly dues: readonly number[];
      readonly until: number;
    };

interface EveryPlan {
  readonly kind: 'every';
  readonly name: string;
  readonly everyMs: number;
  /** Epoch milliseconds at which the plan came into force by time alone; −Infinity when unknown. */
  readonly since: number;
  /** Epoch milliseconds at which another band begins. */
  readonly until: number;
}

/**
 * The plan in force at a time.
 * @param now epoch milliseconds
 */
export function planAt(cadence: Cadence, race: RaceTimes, now: number): Plan {
  const status = raceStatus(race.status);
  if (isGivenUp(status)) return readsAt('given_up', []);
  if (hasEnded(status)) return settlement(cadence, status === 'final' ? 'final' : 'abandoned', race, now);
  const anchor = Math.max(race.advertisedStart, race.since);
  const [overdueAt, giveUpAt] = [anchor + cadence.overdueAfterMs, anchor + cadence.giveUpAfterMs];
  if (now >= giveUpAt) return readsAt('given_up', [giveUpAt]);
  const plan = livePlan(cadence, status, race.advertisedStart, now);
  if (now < overdueAt) return { ...plan, until: Math.min(plan.until, overdueAt) };
  const everyMs = Math.max(plan.everyMs, cadence.overdueEveryMs);
  return { kind: 'every', name: overdueBand, everyMs, since: overdueAt, until: giveUpAt };
}

/** The band of a race that should have ended long ago. */
export const overdueBand = 'overdue';

function livePlan(cadence: Cadence, status: RaceStatus, start: number, now: number): EveryPlan {
  if (status === 'closed') return steady('closed', cadence.closedMs);
  if (status === 'interim') return steady('interim', cadence.interimMs);
  return bandAt(cadence, start, now);
}

/** Whether two plans ask for the same polls, so that one need not give way to the other. */
export function samePlan(a: Plan, b: Plan): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function settlement(cadence: Cadence, name: 'final' | 'abandoned', race: RaceTimes, now: number): Plan {
  const reads = name === 'final' ? cadence.finalReadsMs : cadence.abandonedReadsMs;
  const endedAt = race.endedAt ?? now;
  return readsAt(
    name,
    reads.map((after) => endedAt + after),
  );
}

function readsAt(name: string, dues: readonly number[]): Plan {
  return { kind: 'reads', name, dues, until: Infinity };
}

function steady(name: string, everyMs: number): EveryPlan {
  return { kind: 'every', name, everyMs, since: -Infinity, until: Infinity };
}

function bandAt(cadence: Cadence, start: number, now: number): EveryPlan {
  const live = start - cadence.liveMs;
  if (now < live) {
    return { kind: 'every', name: 'not_live', everyMs: cadence.notLiveMs, since: -Infinity, until: live };
  }
  const index = cadence.bands.findIndex((band) => start - now > band.overMs);
  const band = cadence.bands[index] ?? cadence.bands.at(-1);
  if (!band) throw new Error('a cadence has at least one band');
  const before = cadence.bands[index - 1];
  return {
    kind: 'every',
    name: band.name,
    everyMs: band.everyMs,
    since: before ? start - before.overMs : live,
    until: start - band.overMs,
  };
}
