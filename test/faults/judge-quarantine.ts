import type { DatabaseSync } from 'node:sqlite';
import type { InjectedFault } from '../../src/sources/simulator/faults.ts';
import type { Stage } from './stage.ts';

/** Answers that come whole and that nobody can use. */
const unusable: ReadonlySet<string> = new Set(['html', 'truncated']);

/** Unusable answers of the feed to a recorder that ran on, and that quarantine does not hold. */
export async function unkept(db: DatabaseSync, { feedUrl, lives }: Stage): Promise<string[]> {
  const faults = (await (await fetch(`${feedUrl}/faults`)).json()) as InjectedFault[];
  const served = new Map<string, number>();
  for (const { race_id: raceId, kind, from } of faults) {
    if (raceId === null || !unusable.has(kind) || !wasAlive(lives, Date.parse(from))) continue;
    served.set(raceId, (served.get(raceId) ?? 0) + 1);
  }
  const kept = db.prepare('SELECT count(*) AS n FROM quarantine WHERE race_id = ?');
  return [...served]
    .map(([raceId, count]) => [raceId, count - Number(kept.get(raceId)?.n)] as const)
    .filter(([, missing]) => missing > 0)
    .map(([raceId, missing]) => `${raceId}: ${missing} answers not in quarantine`);
}

/** Whether a recorder ran, and not only for the moment in which it was answered. */
function wasAlive(lives: Stage['lives'], at: number): boolean {
  return lives.some(({ from, to }) => from <= at && at < to);
}
