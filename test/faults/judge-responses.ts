import type { DatabaseSync } from 'node:sqlite';
import type { RaceLedger } from '../support/judge.ts';
import type { Life, Stage } from './stage.ts';

interface Response {
  readonly raceId: string;
  /** RFC 3339, cut to milliseconds as the journal has it. */
  readonly time: string;
}

/** Responses that a recorder was served while it ran, and that are neither in the journal nor in one of its gaps. */
export function unaccounted(
  db: DatabaseSync,
  ledgers: readonly RaceLedger[],
  stage: Pick<Stage, 'lives' | 'unheard'>,
): string[] {
  const gapOf = db.prepare(
    `SELECT 1 FROM gaps WHERE race_id = ? AND entrant_id IS NULL AND from_time <= ?2
      AND (to_time IS NULL OR ?2 <= to_time)`,
  );
  return responsesUntaken(db, ledgers, stage)
    .filter(({ raceId, time }) => gapOf.get(raceId, time) === undefined)
    .map(({ raceId, time }) => `${raceId} response ${time}`);
}

/** When those were served that are not in the journal, told as gaps or not. Epoch milliseconds, in order. */
export function untaken(
  db: DatabaseSync,
  ledgers: readonly RaceLedger[],
  stage: Pick<Stage, 'lives' | 'unheard'>,
): number[] {
  return responsesUntaken(db, ledgers, stage)
    .map(({ time }) => Date.parse(time))
    .toSorted((a, b) => a - b);
}

function responsesUntaken(
  db: DatabaseSync,
  ledgers: readonly RaceLedger[],
  { lives, unheard }: Pick<Stage, 'lives' | 'unheard'>,
): Response[] {
  const polls = db.prepare('SELECT source_time FROM polls WHERE race_id = ? AND source_time IS NOT NULL');
  return ledgers.flatMap(({ race_id: raceId, states }) => {
    const taken = new Set(polls.all(raceId).map(({ source_time }) => source_time));
    return states
      .flatMap(({ generated_times }) => generated_times.map((time) => new Date(time).toISOString()))
      .filter((time) => !taken.has(time) && wasAlive(lives, Date.parse(time)))
      .filter(heard(db, raceId, unheard))
      .map((time) => ({ raceId, time }));
  });
}

/** A request whose sender was killed is still answered, to nobody. */
function wasAlive(lives: readonly Life[], at: number): boolean {
  return lives.some(({ from, to }) => from <= at && at <= to);
}

/**
 * Leaves out what a slow feed answers after the request timed out, when the next one has ended the gap: one answer for
 * each such poll, after its end, and only where the client was gone before the answer was whole.
 */
function heard(db: DatabaseSync, raceId: string, unheard: ReadonlySet<string>): (time: string) => boolean {
  const ends = db
    .prepare("SELECT started_at, duration_ms FROM polls WHERE race_id = ? AND reason = 'timeout'")
    .all(raceId)
    .map(({ started_at, duration_ms }) => Date.parse(String(started_at)) + Number(duration_ms));
  return (time) => {
    if (!unheard.has(time)) return true;
    const poll = ends.findIndex((end) => end <= Date.parse(time));
    if (poll < 0) return true;
    ends.splice(poll, 1);
    return false;
  };
}
