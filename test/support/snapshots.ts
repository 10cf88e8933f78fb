import { emptyBaseline } from '../../src/domain/baseline.ts';
import type { Baseline } from '../../src/domain/baseline.ts';
import { diffEvent } from '../../src/domain/diff.ts';
import type { EventSnapshot, OddsKind } from '../../src/domain/snapshot.ts';
import type { Change, RowOf, TableName, tables } from '../../src/domain/tables.ts';
import { parseEvent } from '../../src/sources/tab/parse.ts';

/** JSON as served. */
export type Json = string | number | boolean | null | Json[] | JsonObject;
export interface JsonObject {
  [name: string]: Json | undefined;
}

/** An event response as served, as far as the tests look into it. */
export interface ServedEvent {
  readonly header: { readonly generated_time: string };
  readonly data: ServedData;
}

export interface ServedData extends JsonObject {
  race: JsonObject;
  runners: ServedRunner[];
  money_tracker?: { entrants: ServedSlice[] | null } | null;
  tote_pools?: ServedPool[] | null;
}

export interface ServedRunner extends JsonObject {
  entrant_id: string;
  name: string;
  is_scratched: boolean;
  odds?: Partial<Record<OddsKind, number | null | undefined>> | null | undefined;
}

export interface ServedSlice extends JsonObject {
  entrant_id: string;
  hold_percentage?: number | null | undefined;
  bet_percentage?: number | null | undefined;
}

export interface ServedPool extends JsonObject {
  product_type: string;
  total?: number | null | undefined;
  status?: string | null | undefined;
}

export const raceId = 'R';
/** Advertised start of the race R, and its text. */
export const start = Date.parse('2026-03-01T03:10:00Z');
export const startTime = '2026-03-01T03:10:00.000Z';

/** A response of race R; what is left out is as dull as it can be. */
export function served(generatedTime: string, data: Partial<ServedData> = {}): ServedEvent {
  return {
    header: { generated_time: generatedTime },
    data: {
      runners: [],
      ...data,
      race: {
        event_id: raceId,
        meeting_id: 'M',
        meeting_name: 'Ellerslie',
        status: 'Open',
        advertised_start: start / 1000,
        ...data.race,
      },
    },
  };
}

/** A runner of it. */
export function runner(id: string, more: JsonObject = {}): ServedRunner {
  return { entrant_id: id, name: `Runner ${id}`, is_scratched: false, ...more };
}

/** What one response led to. */
export interface Taken {
  readonly snapshot: EventSnapshot;
  readonly changes: readonly Change[];
  readonly before: Baseline;
  readonly after: Baseline;
}

/** Takes responses one after the other, each received half a second after it was generated. */
export function take(responses: readonly ServedEvent[], from: Baseline = emptyBaseline(raceId)): Taken[] {
  let before = from;
  return responses.map((response) => {
    const snapshot = parseEvent(response);
    const { changes, baseline } = diffEvent(before, snapshot, snapshot.generatedAt + 500);
    const taken = { snapshot, changes, before, after: baseline };
    before = baseline;
    return taken;
  });
}

/** Whole rows of a table in order of writing. */
export function rowsOf<T extends TableName>(
  taken: readonly { readonly changes: readonly Change[] }[],
  table: T,
): RowOf<(typeof tables)[T]>[] {
  return taken.flatMap(({ changes }) =>
    changes.flatMap((change) =>
      change.table === table && 'row' in change ? [change.row as RowOf<(typeof tables)[T]>] : [],
    ),
  );
}
