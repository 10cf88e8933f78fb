import type { Prepare } from '../journal/writer.ts';
import { pageOf, placeOf } from './cursor.ts';
import type { Page } from './cursor.ts';
import type { Race } from './contract/race.ts';

/** Races as the journal knows them. */
export type StoredRace = Omit<Race, 'band' | 'every_ms' | 'freshness'>;

// Each is the first match from the end of the index (race_id, started_at), however many polls there are.
const newestPoll = (column: string, which = ''): string =>
  `(SELECT ${column} FROM polls WHERE polls.race_id = races.race_id ${which} ORDER BY started_at DESC LIMIT 1)`;

const racesSql = `SELECT races.seq, races.race_id, races.meeting_id, meetings.name AS meeting,
    coalesce(races.country, meetings.country) AS country, coalesce(races.state, meetings.state) AS state,
    coalesce(races.type, meetings.category) AS type, race_number, races.name, races.status, advertised_start,
    ended_at, settled_at, distance, races.track_condition, races.weather, entrant_count,
    ${newestPoll('started_at')} AS last_poll_at, ${newestPoll('outcome')} AS last_poll_outcome,
    ${newestPoll('started_at', "AND outcome <> 'failed'")} AS last_good_poll_at,
    (SELECT from_time FROM gaps WHERE gaps.race_id = races.race_id AND entrant_id IS NULL AND to_time IS NULL
      ORDER BY from_time LIMIT 1) AS gap_since
  FROM races LEFT JOIN meetings USING (meeting_id)`;

export interface RacesQuery {
  readonly view: 'next' | 'ended';
  readonly country?: string | undefined;
  readonly type?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** Races that have not ended by their start, or the others, the newest first. */
export function listRaces(prepare: Prepare, query: RacesQuery): Page<StoredRace> {
  const { view, country, type, limit, cursor } = query;
  const first = view === 'next' ? { order: '', key: '' } : { order: '9999', key: '' };
  const { order, key } = cursor === undefined ? first : placeOf(cursor);
  const filters = { country: country ?? null, type: type ?? null };
  const rows = prepare(raceListSql(view)).all({ order, key, ...filters, most: limit + 1 });
  return pageOf(rows as unknown as StoredRace[], limit, (race) => ({
    order: race.advertised_start,
    key: race.race_id,
  }));
}

const chosen = `($country IS NULL OR coalesce(races.country, meetings.country) = $country)
  AND ($type IS NULL OR coalesce(races.type, meetings.category) = $type)`;

/** Few races are live among very many that are not: `+` has them found by that, and not by their start. */
export function raceListSql(view: RacesQuery['view']): string {
  return view === 'next'
    ? `${racesSql} WHERE settled_at IS NULL AND ended_at IS NULL
        AND (+advertised_start, races.race_id) > ($order, $key) AND ${chosen}
        ORDER BY +advertised_start, races.race_id LIMIT $most`
    : `${racesSql} WHERE (ended_at IS NOT NULL OR settled_at IS NOT NULL)
        AND (advertised_start, races.race_id) < ($order, $key) AND ${chosen}
        ORDER BY advertised_start DESC, races.race_id DESC LIMIT $most`;
}

export const raceSql = `${racesSql} WHERE races.race_id = ?`;

/** Null when the journal does not know the race. */
export function raceById(prepare: Prepare, raceId: string): StoredRace | null {
  return (prepare(raceSql).get(raceId) ?? null) as unknown as StoredRace | null;
}

export const racesWrittenSql = `${racesSql} WHERE races.seq > ? AND races.seq <= ?`;

/** Races whose rows were written between two numbers, the second included. */
export function racesWritten(prepare: Prepare, after: number, end: number): StoredRace[] {
  return prepare(racesWrittenSql).all(after, end) as unknown as StoredRace[];
}
