import { tables } from '../../domain/tables.ts';
import type { TableName } from '../../domain/tables.ts';
import { quoted } from '../../journal/ddl.ts';
import { columnsOf } from './columns.ts';
import type { NzDay } from './nz-day.ts';

/** Which rows are exported. */
export interface Selection {
  readonly table: TableName;
  /** Only what belongs to races of this NZ date. */
  readonly day: NzDay | null;
  /** Only what belongs to this race. */
  readonly raceId: string | null;
}

export interface Query {
  readonly sql: string;
  readonly parameters: readonly (string | number)[];
}

/**
 * Whose meeting is of a date. A meeting that no listing told of has none: then the start of its race counts.
 * Takes the date, its first instant and the first of the next.
 */
const ofDay =
  '(meetings.date = ? OR (meetings.date IS NULL AND races.advertised_start >= ? AND races.advertised_start < ?))';

const racesOfDay = `SELECT race_id FROM races LEFT JOIN meetings USING (meeting_id) WHERE ${ofDay}`;
const meetingsOfDay = `SELECT meeting_id FROM meetings LEFT JOIN races USING (meeting_id) WHERE ${ofDay}`;
const meetingsOfRace = 'SELECT meeting_id FROM races WHERE race_id = ?';

/** Whether rows of a table belong to a race, or to the meeting of one. */
export function belongsToRaces(table: TableName): boolean {
  return table === 'meetings' || 'race_id' in tables[table].columns;
}

/** Reads the selected rows in the order in which they were written. */
export function queryOf({ table, day, raceId }: Selection): Query {
  const conditions: string[] = [];
  const parameters: string[] = [];
  const isMeeting = table === 'meetings';
  if (day !== null) {
    conditions.push(isMeeting ? `meeting_id IN (${meetingsOfDay})` : `race_id IN (${racesOfDay})`);
    parameters.push(day.date, day.from, day.to);
  }
  if (raceId !== null) {
    conditions.push(isMeeting ? `meeting_id IN (${meetingsOfRace})` : 'race_id = ?');
    parameters.push(raceId);
  }
  const names = columnsOf(table).map(({ name }) => quoted(name));
  const where = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
  return { sql: `SELECT ${names.join(', ')} FROM ${quoted(table)}${where} ORDER BY seq`, parameters };
}

/** Rows of a history table that never change once they are there, by their numbers: at most `limit` after one of them. */
export function pageOf(table: TableName, after: number, upTo: number, limit: number): Query {
  const names = columnsOf(table).map(({ name }) => quoted(name));
  const sql = `SELECT ${names.join(', ')} FROM ${quoted(table)} WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`;
  return { sql, parameters: [after, upTo, limit] };
}

/** The races of a date, with their columns of `races`. */
export function racesOfDayQuery({ date, from, to }: NzDay): Query {
  const sql = `SELECT races.*, meetings.name AS meeting_name FROM races LEFT JOIN meetings USING (meeting_id)
    WHERE ${ofDay} ORDER BY advertised_start, race_id`;
  return { sql, parameters: [date, from, to] };
}
