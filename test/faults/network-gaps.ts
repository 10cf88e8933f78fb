import { DatabaseSync } from 'node:sqlite';
import type { RaceLedger } from '../support/judge.ts';

const minute = 60_000;
const hour = 60 * minute;

/** A response that was taken: when it was asked for, on the recorder's clock, and what it said. */
interface Taken {
  readonly at: number;
  readonly status: string;
  /**
   * Milliseconds to the advertised start when it was asked for, and not when it was answered: on a slow link a faster
   * band began meanwhile.
   */
  readonly toStart: number;
}

/** Times in which a race should have been polled twice and was not. */
export interface Silences {
  /** How many of them lie in gaps. */
  readonly told: number;
  /** The others, one line each. */
  readonly untold: readonly string[];
}

/**
 * Looks for silences in a journal, by the intervals of the design. Races that were abandoned are left out.
 * @param aheadMs by how much the recorder's clock is ahead of the feed's
 */
export function silencesOf(file: string, ledgers: readonly RaceLedger[], aheadMs = 0): Silences {
  const db = new DatabaseSync(file, { readOnly: true });
  const untold: string[] = [];
  let told = 0;
  try {
    for (const ledger of ledgers) {
      const race = db.prepare('SELECT status FROM races WHERE race_id = ?').get(ledger.race_id);
      if (race === undefined || race.status === 'Abandoned') continue;
      const gaps = gapsOf(db, ledger.race_id);
      for (const [from, to] of silentTimes(takenOf(db, ledger, aheadMs))) {
        if (gaps.some((gap) => gap.from < to && gap.to > from)) told++;
        else {
          const nothing = `nothing for ${to - from} ms from ${new Date(from).toISOString()}`;
          untold.push(`${ledger.race_id}: ${nothing} (polls: ${pollsAround(db, ledger.race_id, from, to)})`);
        }
      }
    }
    return { told, untold };
  } finally {
    db.close();
  }
}

function gapsOf(db: DatabaseSync, raceId: string): { from: number; to: number }[] {
  return db
    .prepare('SELECT from_time, to_time FROM gaps WHERE race_id = ? AND entrant_id IS NULL')
    .all(raceId)
    .map(({ from_time, to_time }) => ({
      from: millis(from_time),
      to: to_time === null ? Infinity : millis(to_time),
    }));
}

/** What the journal has of the polls from one time to another, and of the one after. */
function pollsAround(db: DatabaseSync, raceId: string, from: number, to: number): string {
  return db
    .prepare(
      `SELECT started_at, outcome, reason, lateness_ms, duration_ms, source_time FROM polls
        WHERE race_id = ? AND started_at BETWEEN ? AND ? ORDER BY started_at`,
    )
    .all(raceId, new Date(from).toISOString(), new Date(to + minute).toISOString())
    .map((poll) => Object.values(poll).join(' '))
    .join('; ');
}

function silentTimes(taken: readonly Taken[]): [from: number, to: number][] {
  return taken.flatMap((one, index): [number, number][] => {
    const next = taken[index + 1];
    const every = next === undefined ? null : longest(interval(one), interval(next));
    return next !== undefined && every !== null && next.at - one.at > 2 * every + slackMs
      ? [[one.at, next.at]]
      : [];
  });
}

/** The start of a poll is told in whole milliseconds, and is not that of its due. */
const slackMs = 2_000;

function takenOf(db: DatabaseSync, ledger: RaceLedger, aheadMs: number): Taken[] {
  const askedAt = new Map(
    db
      .prepare('SELECT source_time, started_at FROM polls WHERE race_id = ? AND source_time IS NOT NULL')
      .all(ledger.race_id)
      .map(({ source_time, started_at }) => [String(source_time), millis(started_at)]),
  );
  return ledger.states
    .flatMap(({ generated_times, status, advertised_start }) =>
      generated_times.flatMap((time) => {
        const at = askedAt.get(new Date(time).toISOString());
        return at === undefined ? [] : [{ at, status, toStart: advertised_start * 1000 - (at - aheadMs) }];
      }),
    )
    .toSorted((a, b) => a.at - b.at);
}

function millis(time: unknown): number {
  return Date.parse(String(time));
}

/** Where a start moved or a status changed between two responses, the longer interval counts. */
function longest(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : Math.max(one, other);
}

/** The interval that the design has for a race that stands so; null where its reads are single ones. */
function interval({ status, toStart }: Taken): number | null {
  if (status === 'Closed' || status === 'Interim') return 15_000;
  if (status !== 'Open' || toStart > 24 * hour) return null;
  if (toStart > 6 * hour) return 1_800_000;
  if (toStart > hour) return 300_000;
  if (toStart > 900_000) return 60_000;
  return toStart > 300_000 ? 30_000 : 10_000;
}
