import { tables } from '../../domain/tables.ts';
import type { TableName } from '../../domain/tables.ts';
import { timestamp } from '../../domain/time.ts';
import { quoted } from '../ddl.ts';
import type { Prepare } from '../writer.ts';
import type { Builder } from './builder.ts';
import type { Affected, Untold, Window } from './losses.ts';

/** A journal made of recordings alone, attached to the one that is rebuilt under this name. */
const recorded = 'recorded';

/** A row is written soon after its response was received, at most so many real milliseconds. */
const commitMs = 1_000;

export interface Restored {
  /** Rows by table. */
  readonly rows: ReadonlyMap<TableName, number>;
  /** What the recordings do not tell either. */
  readonly left: readonly Untold[];
}

/**
 * Fills holes from a journal that was made of recordings: the same responses give the same rows with the same ids.
 * A race's rows are taken only where its recordings have every response that the journal knows of.
 *
 * @param file the journal made of recordings, closed
 * @param speed of the clock that the times are of
 */
export function restoreRecorded(
  builder: Builder,
  file: string,
  affected: readonly Affected[],
  speed: number,
): Restored {
  const { prepare, db } = builder;
  const rows = new Map<TableName, number>();
  const add = (table: TableName, count: number): void => void rows.set(table, (rows.get(table) ?? 0) + count);
  attach(builder, file);
  const left = affected.flatMap((race) => {
    const covered = coverage(prepare, race);
    if (covered === null) return [{ raceId: race.raceId, from: race.from, to: null }];
    for (const { table, from, to } of race.windows) {
      const window = { table, from: from - commitMs * speed, to };
      add(table, takeHistory(builder, race.raceId, window, covered));
    }
    return untold(race, covered);
  });
  for (const table of ['meetings', 'races', 'entrants', 'form'] as const) {
    add(table, takeMissing(builder, table));
  }
  db.exec('COMMIT');
  db.exec(`DETACH ${recorded}`);
  db.exec('BEGIN');
  return { rows, left };
}

/** Outside of a transaction, in which nothing can be attached. */
function attach({ prepare, db }: Builder, file: string): void {
  db.exec('COMMIT');
  prepare(`ATTACH ? AS ${recorded}`).run(file);
  db.exec('BEGIN');
}

interface Coverage {
  readonly from: number;
  readonly to: number;
  /** Whether the journal knows of responses before the first one recorded, and after the last. */
  readonly isLate: boolean;
  readonly isShort: boolean;
}

/** What a race's recordings tell without a break; null when there is nothing of that kind. */
function coverage(prepare: Prepare, { raceId }: Affected): Coverage | null {
  const of = `SELECT min(started_at) AS first, max(started_at) AS last,
    min(source_time) AS oldest, max(source_time) AS newest FROM ${recorded}.polls WHERE race_id = ?`;
  const { first, last, oldest, newest } = prepare(of).get(raceId) as Record<string, string | null>;
  if (first == null || last == null || oldest == null || newest == null) return null;
  const own = 'SELECT 1 FROM main.polls WHERE race_id = ?';
  const missing = prepare(
    `${own} AND source_time >= ? AND source_time <= ?
      AND source_time NOT IN (SELECT source_time FROM ${recorded}.polls WHERE race_id = ?) LIMIT 1`,
  ).get(raceId, oldest, newest, raceId);
  if (missing !== undefined) return null;
  const earlier = prepare(`${own} AND source_time < ? LIMIT 1`).get(raceId, oldest);
  const later = prepare(`${own} AND source_time > ? LIMIT 1`).get(raceId, newest);
  return {
    from: Date.parse(first),
    to: Date.parse(last),
    isLate: earlier !== undefined,
    isShort: later !== undefined,
  };
}

/** What of a race the recordings do not tell either. */
function untold({ raceId, from, windows, lostPolls }: Affected, covered: Coverage): Untold[] {
  const left: Untold[] = [];
  if ((covered.isLate || lostPolls) && from < covered.from) left.push({ raceId, from, to: covered.from });
  const to = Math.max(...windows.map((window) => window.to));
  if (covered.isShort && to > covered.to) left.push({ raceId, from: covered.to, to: null });
  return left;
}

/** Rows of a time, numbered by it as they were when they were new. */
function takeHistory(
  builder: Builder,
  raceId: string,
  { table, from, to }: Window,
  covered: Coverage,
): number {
  const isPolls = table === 'polls';
  const observed = isPolls ? 'started_at' : 'observed_at';
  const [oldest, newest] = [Math.max(from, covered.from), Math.min(to, maxTime)].map(timestamp);
  // A recording's response and the journal's poll can differ by a millisecond in when they say they began.
  const key = isPolls ? 'source_time' : 'id';
  const sql = `SELECT * FROM ${recorded}.${quoted(table)} WHERE race_id = ?1
    AND ${observed} >= ?2 AND ${observed} <= ?3 AND ${key} NOT IN
    (SELECT ${key} FROM main.${quoted(table)} WHERE race_id = ?1 AND ${key} IS NOT NULL) ORDER BY seq`;
  let count = 0;
  for (const row of builder.prepare(sql).all(raceId, oldest ?? '', newest ?? '')) {
    const seq = Date.parse(String(row[observed])) * 1000;
    if (builder.put(table, { ...row, seq }) !== 'known') count++;
  }
  return count;
}

/** The last time that is written with four digits for the year. */
const maxTime = Date.parse('9999-12-31T23:59:59.999Z');

/** Current rows that are gone, as the last response had them. */
function takeMissing(builder: Builder, table: 'meetings' | 'races' | 'entrants' | 'form'): number {
  const key = quoted(tables[table].key);
  const sql = `SELECT * FROM ${recorded}.${quoted(table)} WHERE ${key} NOT IN (SELECT ${key} FROM main.${quoted(table)})`;
  const rows = builder.prepare(sql).all();
  for (const row of rows) builder.put(table, { ...row, seq: builder.next(table) });
  return rows.length;
}
