import { fluctuationsOf, lastSixOf } from './fluctuations.ts';
import { idOf } from './identity.ts';
import type { RaceRecord } from './record.ts';
import type { Response } from './response.ts';
import { addOnce } from './rows.ts';

const REASON = 'fluctuations_overflowed';

/** A full last_six that begins after the newest fluctuation known leaves a gap between the two. */
export function recordOverflows(record: RaceRecord, response: Response): void {
  for (const [entrantId, runner] of response.runners) {
    const newest = record.lastFluctuation.get(entrantId);
    const six = lastSixOf(runner).map(({ time }) => time);
    const oldest = six.sort()[0];
    if (newest !== undefined && oldest !== undefined && six.length === 6 && oldest > newest) {
      addOnce(record.gaps, {
        id: idOf(response.raceId, entrantId, newest, REASON),
        race_id: response.raceId,
        entrant_id: entrantId,
        from_time: newest,
        to_time: oldest,
        reason: REASON,
        expected_polls: 0,
        repaired: 0,
      });
    }
    const last = fluctuationsOf(runner).at(-1)?.time;
    if (last !== undefined && (newest === undefined || last > newest))
      record.lastFluctuation.set(entrantId, last);
  }
}
