import type { EntrantState } from '../../domain/baseline.ts';
import { noPrices } from '../../domain/diff-odds.ts';
import type { OddsKind } from '../../domain/snapshot.ts';
import { entrants, meetings, raceResults, races } from '../../domain/tables.ts';
import type { Column, RowOf, Table } from '../../domain/tables.ts';
import type { NzDay } from '../../sinks/files/nz-day.ts';
import { racesOfDayQuery } from '../../sinks/files/select.ts';
import { anyRows, newestResponse, readBaseline } from '../../journal/baseline.ts';
import type { JournalReader } from '../../journal/reader.ts';
import { decodeRow } from '../../journal/rows.ts';
import type { Prepare } from '../../journal/writer.ts';
import type { StoredRace } from './race.ts';

/** A race of a date, as far as it is named. */
export interface RaceName {
  readonly raceId: string;
  readonly meeting: string | null;
  readonly number: number | null;
  readonly name: string | null;
  readonly start: string;
  readonly status: string;
}

/** What a verification reads of the journal. */
export interface StoredRaces {
  /** The races of a date, by their start. */
  racesOf(day: NzDay): RaceName[];
  isSettled(raceId: string): boolean;
  race(raceId: string): StoredRace;
}

/** Each call reads at one instant, beside a recorder that writes. */
export function storedRaces(reader: JournalReader): StoredRaces {
  return {
    racesOf: (day) => reader.read((prepare) => racesOf(prepare, day)),
    isSettled: (raceId) => reader.read((prepare) => isSettled(prepare, raceId)),
    race: (raceId) => reader.read((prepare) => storedRace(prepare, raceId)),
  };
}

function racesOf(prepare: Prepare, day: NzDay): RaceName[] {
  const { sql, parameters } = racesOfDayQuery(day);
  return prepare(sql)
    .all(...parameters)
    .map((stored) => {
      const { race_id, race_number, name, advertised_start, status } = decodeRow(races, stored);
      const meeting = stored.meeting_name as string | null;
      return { raceId: race_id, meeting, number: race_number, name, start: advertised_start, status };
    });
}

function isSettled(prepare: Prepare, raceId: string): boolean {
  return (
    prepare('SELECT 1 FROM races WHERE race_id = ? AND settled_at IS NOT NULL').get(raceId) !== undefined
  );
}

function storedRace(prepare: Prepare, raceId: string): StoredRace {
  const race = rowOf(prepare, races, 'SELECT * FROM races WHERE race_id = ?', raceId);
  const results = 'SELECT * FROM race_results WHERE race_id = ? ORDER BY revision DESC LIMIT 1';
  return {
    baseline: withHistory(prepare, raceId),
    newestResponse: newestResponse(anyRows(prepare), raceId),
    race,
    meeting: race && rowOf(prepare, meetings, 'SELECT * FROM meetings WHERE meeting_id = ?', race.meeting_id),
    entrants: entrantRows(prepare, raceId),
    results: rowOf(prepare, raceResults, results, raceId),
    forms: forms(prepare, raceId),
  };
}

/** The current rows stand for the last prices of a baseline; here both are held to what is served. */
function withHistory(prepare: Prepare, raceId: string): StoredRace['baseline'] {
  const baseline = readBaseline(anyRows(prepare), raceId);
  const last = lastPrices(prepare, raceId);
  const states = [...baseline.entrants].map(([id, state]): [string, EntrantState] => [
    id,
    { ...state, prices: { ...noPrices, ...last.get(id) } },
  ]);
  return { ...baseline, entrants: new Map(states) };
}

function lastPrices(prepare: Prepare, raceId: string): Map<string, Partial<Record<OddsKind, number | null>>> {
  const sql = `SELECT entrant_id AS id, kind, odds FROM odds_history WHERE race_id = ? ORDER BY source_time, seq`;
  const rows = prepare(sql).all(raceId) as { id: string; kind: OddsKind; odds: number | null }[];
  const last = new Map<string, Partial<Record<OddsKind, number | null>>>();
  for (const { id, kind, odds } of rows) last.set(id, { ...last.get(id), [kind]: odds });
  return last;
}

function entrantRows(prepare: Prepare, raceId: string): StoredRace['entrants'] {
  const rows = prepare('SELECT * FROM entrants WHERE race_id = ?').all(raceId);
  return new Map(rows.map((stored) => decodeRow(entrants, stored)).map((row) => [row.entrant_id, row]));
}

function forms(prepare: Prepare, raceId: string): StoredRace['forms'] {
  const rows = prepare('SELECT entrant_id AS id, form FROM form WHERE race_id = ?').all(raceId);
  return new Map((rows as { id: string; form: string }[]).map(({ id, form }) => [id, form]));
}

function rowOf<C extends Record<string, Column>>(
  prepare: Prepare,
  table: Table<C>,
  sql: string,
  key: string,
): RowOf<Table<C>> | null {
  const stored = prepare(sql).get(key);
  return stored === undefined ? null : decodeRow(table, stored);
}
