import { maxPastStarts } from '../domain/arbitration.ts';
import { abandonedAfter, currentDigest, poolKey, resultDigest } from '../domain/baseline.ts';
import type { Baseline, EntrantState, PoolState, ResultState } from '../domain/baseline.ts';
import { noPrices } from '../domain/diff-odds.ts';
import { storedRaceState } from '../domain/diff-race.ts';
import { digest } from '../domain/ids.ts';
import { lineOf, price } from '../domain/odds.ts';
import type { PriceLine, PricePoint } from '../domain/odds.ts';
import { clockReset } from '../domain/rewind.ts';
import type { Extra, MoneyFigures } from '../domain/snapshot.ts';
import {
  bets,
  entrants,
  form,
  meetings,
  moneyFlowHistory,
  oddsHistory,
  polls,
  poolHistory,
  raceEvents,
  raceResults,
  races,
} from '../domain/tables.ts';
import type {
  Column,
  EntrantRow,
  MeetingRow,
  RaceEventRow,
  RaceRow,
  RowOf,
  Table,
  TableName,
} from '../domain/tables.ts';
import { RowDamage } from './errors.ts';
import { rowDamage } from './row-faults.ts';
import { decodeRow, millis } from './rows.ts';
import type { Prepare } from './writer.ts';

/** Reads rows of a table by a query and its parameters. */
export type ReadRows = <C extends Record<string, Column>>(
  table: Table<C>,
  sql: string,
  ...parameters: readonly (string | number)[]
) => RowOf<Table<C>>[];

/** Reads rows as they are. */
export function anyRows(prepare: Prepare): ReadRows {
  return (table, sql, ...parameters) =>
    prepare(sql)
      .all(...parameters)
      .map((stored) => decodeRow(table, stored));
}

/** Reads rows that something is built upon: a RowDamage is thrown for one that is not as it was written. */
export function soundRows(prepare: Prepare): ReadRows {
  return (table, sql, ...parameters) =>
    prepare(sql)
      .all(...parameters)
      .map((stored) => {
        const damage = rowDamage(table.name as TableName, stored);
        if (damage !== null) throw new RowDamage(damage);
        return decodeRow(table, stored);
      });
}

/**
 * What is recorded of a race, equal to the baseline that the diff returned with the rows committed last, provided
 * that each response's row of `polls`, with its `source_time`, was committed with them. Only `listed` is not kept:
 * it is null until the next listing.
 */
export function readBaseline(read: ReadRows, raceId: string): Baseline {
  const row = raceRow(read, raceId);
  const meeting = row === null ? null : meetingRow(read, row.meeting_id);
  const listed = meeting?.date != null;
  const known = entrantStates(read, raceId);
  const generatedAt = known.isWhole ? newestResponse(read, raceId) : null;
  const abandonedAt = abandonedAfter(latestResponse(read, raceId), generatedAt);
  return {
    raceId,
    generatedAt,
    abandonedAt,
    listed: null,
    race: row === null ? null : storedRaceState(row, generatedAt !== null, raceStory(read, raceId)),
    meetingListed: listed,
    meetingDigest: meeting === null || listed ? null : meetingDigest(meeting),
    entrants: known.states,
    money: moneyFigures(read, raceId),
    pools: poolStates(read, raceId),
    bets: betIds(read, raceId),
    results: resultState(read, raceId),
  };
}

/** Stands for a meeting's row, as the diffs of events and listings compute it. */
export function meetingDigest(row: MeetingRow): string {
  return currentDigest(without(row, ['source_time', 'raw_extra']), extraOf(row.raw_extra));
}

function raceRow(read: ReadRows, raceId: string): RaceRow | null {
  return read(races, 'SELECT * FROM races WHERE race_id = ?', raceId)[0] ?? null;
}

function meetingRow(read: ReadRows, meetingId: string): MeetingRow | null {
  return read(meetings, 'SELECT * FROM meetings WHERE meeting_id = ?', meetingId)[0] ?? null;
}

/**
 * The time of the newest response that was taken of a race, epoch milliseconds; null when none was. Where the feed's
 * clock went back, those before that do not count.
 */
export function newestResponse(read: ReadRows, raceId: string): number | null {
  const sql = `SELECT *, max(source_time) FROM polls WHERE race_id = ?1 AND seq >= coalesce(
    (SELECT max(seq) FROM polls WHERE race_id = ?1 AND reason = ?2), 0) GROUP BY race_id`;
  return millis(read(polls, sql, raceId, clockReset)[0]?.source_time ?? null);
}

/** The latest time that a response of a race ever had, epoch milliseconds; null when none was taken. */
function latestResponse(read: ReadRows, raceId: string): number | null {
  // With max() SQLite gives the other columns of the row that holds it.
  const sql = 'SELECT *, max(source_time) FROM polls WHERE race_id = ? GROUP BY race_id';
  return millis(read(polls, sql, raceId)[0]?.source_time ?? null);
}

/** The newest change of status, and the starts that it had of late. */
function raceStory(read: ReadRows, raceId: string): RaceEventRow[] {
  const newest = 'SELECT * FROM race_events WHERE race_id = ?1 AND kind = ';
  const sql = `SELECT * FROM (${newest}'status' ORDER BY seq DESC LIMIT 1)
    UNION ALL SELECT * FROM (${newest}'start_time' ORDER BY seq DESC LIMIT ?2) ORDER BY seq`;
  return read(raceEvents, sql, raceId, maxPastStarts);
}

/**
 * What is recorded of a race's entrants. A repaired journal can hold prices of one whose own row is lost: then no
 * difference to the next response may be told as an event.
 */
function entrantStates(
  read: ReadRows,
  raceId: string,
): { readonly states: Map<string, EntrantState>; readonly isWhole: boolean } {
  const lines = fixedWinLines(read, raceId);
  const prices = newestPrices(read, raceId);
  const forms = formDigests(read, raceId);
  const states = new Map<string, EntrantState>();
  const sql = 'SELECT * FROM entrants WHERE race_id = ?';
  for (const row of read(entrants, sql, raceId)) {
    const id = row.entrant_id;
    states.set(id, entrantState(row, lines.get(id) ?? [], prices.get(id) ?? {}, forms.get(id) ?? null));
  }
  return { states, isWhole: [...lines.keys()].every((id) => states.has(id)) };
}

function entrantState(
  row: EntrantRow,
  line: PriceLine,
  recorded: RecordedPrices,
  formDigest: string | null,
): EntrantState {
  const columns = without(row, ['race_id', 'source_time', 'raw_extra']);
  return {
    name: row.name,
    runnerNumber: row.runner_number,
    horseId: row.horse_id,
    inField: row.in_field,
    isScratched: row.is_scratched,
    jockey: row.jockey,
    barrier: row.barrier,
    weight: row.weight_total,
    // The last served price is the last recorded one, unless that was lost: then it is recorded again. With the
    // runner's removal all were withdrawn.
    prices: row.in_field
      ? {
          fixed_win: price(row.fixed_win),
          fixed_place: price(row.fixed_place),
          pool_win: price(row.pool_win),
          pool_place: price(row.pool_place),
          ...recorded,
        }
      : noPrices,
    line,
    lastFluctuationAt: millis(row.last_fluctuation_at),
    digest: row.in_field ? currentDigest(columns, extraOf(row.raw_extra)) : '',
    formDigest,
  };
}

function fixedWinLines(read: ReadRows, raceId: string): Map<string, PriceLine> {
  // Points of equal time lie on the line in the order in which they were recorded.
  const sql = "SELECT * FROM odds_history WHERE race_id = ? AND kind = 'fixed_win' ORDER BY source_time, seq";
  const lines = new Map<string, PricePoint[]>();
  for (const { entrant_id, source_time, odds } of read(oddsHistory, sql, raceId)) {
    const line = lines.get(entrant_id) ?? [];
    line.push({ at: millis(source_time), odds });
    lines.set(entrant_id, line);
  }
  return new Map([...lines].map(([id, line]) => [id, lineOf(line)]));
}

type RecordedPrices = Partial<EntrantState['prices']>;

/** The last recorded price of each kind but the fixed win, which has a line of its own. */
function newestPrices(read: ReadRows, raceId: string): Map<string, RecordedPrices> {
  const sql = `SELECT * FROM odds_history WHERE seq IN (SELECT max(seq) FROM odds_history
    WHERE race_id = ? AND kind <> 'fixed_win' GROUP BY entrant_id, kind)`;
  const prices = new Map<string, RecordedPrices>();
  for (const { entrant_id, kind, odds } of read(oddsHistory, sql, raceId)) {
    prices.set(entrant_id, { ...prices.get(entrant_id), [kind]: odds });
  }
  return prices;
}

function formDigests(read: ReadRows, raceId: string): Map<string, string> {
  const rows = read(form, 'SELECT * FROM form WHERE race_id = ?', raceId);
  return new Map(rows.map((row) => [row.entrant_id, digest(row.form)]));
}

function moneyFigures(read: ReadRows, raceId: string): Map<string | null, MoneyFigures> {
  const sql = `SELECT * FROM money_flow_history WHERE seq IN (SELECT max(seq) FROM money_flow_history
    WHERE race_id = ? GROUP BY entrant_id)`;
  const rows = read(moneyFlowHistory, sql, raceId);
  return new Map(
    rows.map(({ entrant_id, hold_percentage: hold, bet_percentage: bet }) => [entrant_id, { hold, bet }]),
  );
}

function poolStates(read: ReadRows, raceId: string): Map<string, PoolState> {
  const sql = `SELECT * FROM pool_history WHERE seq IN (SELECT max(seq) FROM pool_history
    WHERE race_id = ? GROUP BY product, legs)`;
  const rows = read(poolHistory, sql, raceId);
  return new Map(rows.map(({ product, legs, total, status }) => [poolKey(product, legs), { total, status }]));
}

function betIds(read: ReadRows, raceId: string): Set<string> {
  const rows = read(bets, 'SELECT * FROM bets WHERE race_id = ?', raceId);
  return new Set(rows.map(({ id }) => id));
}

function resultState(read: ReadRows, raceId: string): ResultState | null {
  const sql = 'SELECT * FROM race_results WHERE race_id = ? ORDER BY revision DESC LIMIT 1';
  const [row] = read(raceResults, sql, raceId);
  if (row === undefined) return null;
  return {
    revision: row.revision,
    digest: resultDigest(row.status, listOf(row.placings), listOf(row.dividends)),
  };
}

function without(row: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}

function extraOf(json: string | null): Extra {
  return json === null ? {} : (JSON.parse(json) as Extra);
}

function listOf(json: string | null): unknown[] {
  return json === null ? [] : (JSON.parse(json) as unknown[]);
}
