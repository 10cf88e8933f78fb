import type { TableName } from '../domain/tables.ts';
import type { Prepare } from './writer.ts';

/** How many rows the races of a journal led to. */
export interface Volume {
  /** Races that the rows were counted of: those that have ended and were polled from an hour before their start. */
  readonly races: number;
  /** How long before its start the median one of them was first polled, in hours. */
  readonly watchedHours: number;
  /** Races a day, over the NZ dates that were listed. */
  readonly racesADay: number;
  readonly days: number;
  /** Rows written a race, by table: each change of a row of a current table is one. */
  readonly rowsARace: Readonly<Partial<Record<TableName, number>>>;
}

/** Which races a count is of, by the feed's codes. */
export interface VolumeFilter {
  readonly countries: readonly string[];
  /** Racing codes: T, H, G. */
  readonly categories: readonly string[];
}

/** Fewer do not make a measurement. */
const leastRaces = 10;

/** Most rows of a race are written in the hour before its start and in the minutes after it. */
const leastWatchedHours = 1;

const watched = `(julianday(advertised_start) - julianday((
  SELECT min(started_at) FROM polls WHERE polls.race_id = races.race_id))) * 24`;

/** Counts the rows of the races that have ended; null when there are not enough of them. */
export function volume(prepare: Prepare, filter: VolumeFilter): Volume | null {
  const values = [...filter.countries, ...filter.categories];
  const selected =
    `country IN (${filter.countries.map(() => '?').join(', ')}) ` +
    `AND type IN (${filter.categories.map(() => '?').join(', ')})`;
  const ended = `SELECT race_id FROM races
    WHERE ended_at IS NOT NULL AND ${selected} AND ${watched} >= ${leastWatchedHours}`;
  const number = (sql: string): number => Number(prepare(sql).get(...values)?.n ?? 0);
  const races = number(`SELECT count(*) AS n FROM (${ended})`);
  if (races < leastRaces) return null;

  const rows = (table: TableName, count = 'count(*)'): number =>
    number(`SELECT ${count} AS n FROM ${table} WHERE race_id IN (${ended})`);
  const statuses = rows(
    'race_events',
    "sum(entrant_id IS NULL AND kind IN ('status', 'start_time', 'protest'))",
  );
  const dates = prepare(
    `SELECT count(*) AS n FROM races JOIN meetings USING (meeting_id)
      WHERE "date" IS NOT NULL AND races.${selected.replace('AND type', 'AND races.type')} GROUP BY "date"`,
  ).all(...values);
  const counts: Partial<Record<TableName, number>> = {
    races: races + statuses,
    entrants: number(entrantWrites(ended)),
    form: rows('form'),
    odds_history: rows('odds_history'),
    money_flow_history: rows('money_flow_history'),
    pool_history: rows('pool_history'),
    bets: rows('bets'),
    race_events: rows('race_events'),
    race_results: rows('race_results'),
    gaps: rows('gaps'),
    polls: rows('polls'),
  };
  return {
    races,
    watchedHours: number(medianWatch(ended)),
    racesADay: dates.reduce((sum, { n }) => sum + Number(n), 0) / Math.max(1, dates.length),
    days: dates.length,
    rowsARace: Object.fromEntries(Object.entries(counts).map(([table, count]) => [table, count / races])),
  };
}

/** An entrant's row is written with every poll that changes one of its prices or figures. */
function entrantWrites(ended: string): string {
  return `WITH ended AS (${ended})
    SELECT count(*) AS n FROM (
      SELECT entrant_id, observed_at FROM odds_history WHERE race_id IN ended
      UNION SELECT entrant_id, observed_at FROM money_flow_history WHERE race_id IN ended AND entrant_id IS NOT NULL)`;
}

function medianWatch(ended: string): string {
  const hours = `SELECT ${watched} AS n FROM races WHERE race_id IN (${ended})`;
  return `WITH watched AS (${hours}) SELECT n FROM watched ORDER BY n LIMIT 1 OFFSET (SELECT count(*) / 2 FROM watched)`;
}
