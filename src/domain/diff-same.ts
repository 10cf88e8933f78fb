import { abandonedAfter } from './baseline.ts';
import type { Baseline } from './baseline.ts';
import type { Difference } from './diff.ts';
import { isReportedSame, raceEvents, raceState, reportedColumns } from './diff-race.ts';
import { observation } from './observation.ts';
import { lastTime, layFluctuations } from './odds.ts';
import type { RaceColumns, Runner } from './snapshot.ts';
import type { Change } from './tables.ts';

/** What a response said of its race, as far as a listing can say something else. */
export type Standing = Pick<RaceColumns, 'status' | 'advertised_start' | 'protest' | 'race_number'>;

/**
 * Whether the newest response would change nothing if it came again later. A price that is dated after the response
 * that told it is not the one in force yet, and will be; and of prices dated alike one can come to light as a move
 * only when it is told again.
 *
 * @param baseline once the response is taken
 * @param runners of that response
 */
export function isStill({ generatedAt, entrants }: Baseline, runners: readonly Runner[]): boolean {
  if (generatedAt === null) return false;
  for (const { lastFluctuationAt, line } of entrants.values()) {
    // An older response can date a price later than the newest one, and moves only the line.
    const newest = Math.max(lastFluctuationAt ?? -Infinity, lastTime(line) ?? -Infinity);
    if (newest > generatedAt) return false;
  }
  return runners.every(({ columns, fluctuations }) => {
    const known = entrants.get(columns.entrant_id);
    return known !== undefined && layFluctuations(known.line, fluctuations).added.length === 0;
  });
}

/**
 * What {@link diffEvent} tells of a response that says what the newest one said, where the baseline {@link isStill}.
 * Only the race can differ: by what a listing said of it in between, and as the newest report counts again.
 *
 * @param standing as both responses told it
 * @param generatedAt of the response that came now, epoch milliseconds
 * @param observedAt epoch milliseconds of our clock at which it was received
 */
export function diffSame(
  baseline: Baseline,
  standing: Standing,
  generatedAt: number,
  observedAt: number,
): Difference {
  const before = baseline.race;
  if (before === null || baseline.generatedAt === null)
    throw new TypeError('No response was taken of this race.');
  if (generatedAt < baseline.generatedAt) return { changes: [], baseline };
  const race = raceState(baseline, { ...standing, generatedAt, digest: before.digest }, observedAt);
  const seen = observation(baseline.raceId, generatedAt, observedAt, race.advertisedStart);
  const changes: Change[] = raceEvents(seen, before, race, true);
  const isSame = isReportedSame(before, race);
  if (!isSame) {
    changes.push({
      table: 'races',
      key: baseline.raceId,
      patch: {
        ...reportedColumns(race),
        source_time: seen.sourceTime,
      },
    });
  }
  return {
    changes,
    baseline: {
      ...baseline,
      generatedAt,
      abandonedAt: abandonedAfter(baseline.abandonedAt, generatedAt),
      race: isSame ? before : race,
    },
  };
}
