import { rowId } from '../../domain/ids.ts';
import type { RestoredRows } from '../../journal/restore.ts';
import type { StoredRow } from '../../journal/rows.ts';

/**
 * The newest poll of each race whose event was taken. Polls are mostly not delivered; then one stands in for it, of
 * the time at which the newest row of the race was observed: since then nothing is known for sure, and the gap that
 * the race's actor finds begins there.
 *
 * @param polls the newest delivered ones by race, where there are any
 */
export function standInPolls(
  races: readonly StoredRow[],
  entrants: readonly StoredRow[],
  history: readonly RestoredRows[],
  polls: ReadonlyMap<string, StoredRow>,
): StoredRow[] {
  const rows = Map.groupBy(
    [...entrants, ...history.flatMap((batch) => batch.rows)],
    ({ race_id }) => race_id,
  );
  return races.flatMap((race) => {
    const delivered = polls.get(String(race.race_id));
    if (delivered !== undefined) return [delivered];
    const known = rows.get(race.race_id) ?? [];
    // Without entrants only a listing has told of it.
    return known.length === 0 ? [] : [standIn(String(race.race_id), [race, ...known])];
  });
}

function standIn(raceId: string, known: readonly StoredRow[]): StoredRow {
  const sourceTime = newest(
    known.filter(({ basis }) => basis !== 'fluctuation').map((row) => row.source_time),
  );
  const startedAt = newest(known.map((row) => row.observed_at)) || sourceTime;
  return {
    seq: Math.max(...known.map(({ seq }) => Number(seq))),
    id: rowId(raceId, startedAt),
    race_id: raceId,
    started_at: startedAt,
    lateness_ms: null,
    duration_ms: null,
    outcome: 'changed',
    reason: 'read back',
    bytes: null,
    changes: 0,
    source_time: sourceTime,
  };
}

/** The newest of some times in the journal's one form; empty when there is none. */
function newest(times: readonly unknown[]): string {
  return times.reduce<string>((last, time) => (typeof time === 'string' && time > last ? time : last), '');
}
