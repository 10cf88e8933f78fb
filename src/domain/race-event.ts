import { rowId } from './ids.ts';
import type { RaceEventRow } from './tables.ts';

/** What can happen to a race or a runner beside prices and money. */
export type RaceEventKind =
  | 'status'
  | 'start_time'
  | 'protest'
  | 'race_number'
  | 'scratched'
  | 'reinstated'
  | 'runner_number'
  | 'name'
  | 'horse_id'
  | 'jockey'
  | 'barrier'
  | 'weight'
  | 'runner_added'
  | 'runner_removed';

/** A row of `race_events`; the same event seen again has the same id. */
export function raceEvent(
  raceId: string,
  entrantId: string | null,
  kind: RaceEventKind,
  change: { readonly value: string | null; readonly previous: string | null },
  times: { readonly sourceTime: string; readonly observedAt: string },
): RaceEventRow {
  return {
    id: rowId(raceId, entrantId, kind, times.sourceTime, change.value),
    race_id: raceId,
    entrant_id: entrantId,
    kind,
    value: change.value,
    previous: change.previous,
    source_time: times.sourceTime,
    observed_at: times.observedAt,
  };
}
