import { currentDigest, poolKey, resultDigest } from '../../domain/baseline.ts';
import type { Baseline, EntrantState, PoolState, RaceState, ResultState } from '../../domain/baseline.ts';
import { noPrices } from '../../domain/diff-odds.ts';
import { raceDigest } from '../../domain/diff-race.ts';
import { digest } from '../../domain/ids.ts';
import { lineOf, price } from '../../domain/odds.ts';
import type { PriceLine, PricePoint } from '../../domain/odds.ts';
import type { Extra, MoneyFigures, OddsKind } from '../../domain/snapshot.ts';
import { entrants, meetings, raceResults, races } from '../../domain/tables.ts';
import type { EntrantRow, MeetingRow, RaceRow } from '../../domain/tables.ts';
import { decodeRow, millis } from './rows.ts';
import type { Prepare } from './writer.ts';

/**
 * What is recorded of a race, equal to the baseline that the diff returned with the rows committed last, provided
 * that each response's row of `polls`, with its `source_time`, was committed with them. Only `listed` is not kept:
 * it is null until the next listing.
 */
export function readBaseline(prepare: Prepare, raceId: string): Baseline {
  const row = raceRow(prepare, raceId);
  const meeting = row === null ? null : meetingRow(prepare, row.meeting_id);
  const listed = meeting?.date != null;
  const known = entrantStates(prepare, raceId);
  const generatedAt = known.isWhole ? newestResponse(prepare, raceId) : null;
  return {
    raceId,
    generatedAt,
    listed: null,
    race: row === null ? null : raceState(row, generatedAt !== null),
    meetingListed: listed,
    meetingDigest: meeting === null || listed ? null : meetingDigest(meeting),
    entrants: known.states,
    money: moneyFigures(prepare, raceId),
    pools: poolStates(prepare, raceId),
    bets: betIds(prepare, raceId),
    results: resultState(prepare, raceId),
  };
}

/** Stands for a meeting's row, as the diffs of events and listings compute it. */
export function meetingDigest(row: MeetingRow): string {
  return currentDigest(without(row, ['source_time', 'raw_extra']), extraOf(row.raw_extra));
}

function raceRow(prepare: Prepare, raceId: string): RaceRow | null {
  const stored = prepare('SELECT * FROM races WHERE race_id = ?').get(raceId);
  return stored === undefined ? null : decodeRow(races, stored);
}

function meetingRow(prepare: Prepare, meetingId: string): MeetingRow | null {
  const stored = prepare('SELECT * FROM meetings WHERE meeting_id = ?').get(meetingId);
  return stored === undefined ? null : decodeRow(meetings, stored);
}

/** The time of the newest response that was taken of a race, epoch milliseconds; null when none was. */
export function newestResponse(prepare: Prepare, raceId: string): number | null {
  const sql = 'SELECT max(source_time) AS time FROM polls WHERE race_id = ?';
  const { time } = prepare(sql).get(raceId) as { time: string | null };
  return millis(time);
}

function raceState(row: RaceRow, hasResponse: boolean): RaceState {
  const columns = without(row, ['source_time', 'raw_extra']);
  return {
    status: row.status,
    advertisedStart: millis(row.advertised_start),
    protest: row.protest,
    toteStartTime: row.tote_start_time,
    endedAt: millis(row.ended_at),
    settledAt: millis(row.settled_at),
    digest: hasResponse ? raceDigest(columns, extraOf(row.raw_extra)) : null,
  };
}

/**
 * What is recorded of a race's entrants. A repaired journal can hold prices of one whose own row is lost: then no
 * difference to the next response may be told as an event.
 */
function entrantStates(
  prepare: Prepare,
  raceId: string,
): { readonly states: Map<string, EntrantState>; readonly isWhole: boolean } {
  const lines = fixedWinLines(prepare, raceId);
  const prices = newestPrices(prepare, raceId);
  const forms = formDigests(prepare, raceId);
  const states = new Map<string, EntrantState>();
  for (const stored of prepare('SELECT * FROM entrants WHERE race_id = ?').all(raceId)) {
    const row = decodeRow(entrants, stored);
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

function fixedWinLines(prepare: Prepare, raceId: string): Map<string, PriceLine> {
  // Points of equal time lie on the line in the order in which they were recorded.
  const sql = `SELECT entrant_id AS id, source_time AS time, odds FROM odds_history
    WHERE race_id = ? AND kind = 'fixed_win' ORDER BY source_time, seq`;
  const points = prepare(sql).all(raceId) as { id: string; time: string; odds: number | null }[];
  const lines = new Map<string, PricePoint[]>();
  for (const { id, time, odds } of points) {
    const line = lines.get(id) ?? [];
    line.push({ at: millis(time), odds });
    lines.set(id, line);
  }
  return new Map([...lines].map(([id, line]) => [id, lineOf(line)]));
}

type RecordedPrices = Partial<EntrantState['prices']>;

// With max() SQLite gives the other columns of the row that holds it: a race's last rows, out of thousands.

/** The last recorded price of each kind but the fixed win, which has a line of its own. */
function newestPrices(prepare: Prepare, raceId: string): Map<string, RecordedPrices> {
  const sql = `SELECT entrant_id AS id, kind, odds, max(seq) FROM odds_history
    WHERE race_id = ? AND kind <> 'fixed_win' GROUP BY entrant_id, kind`;
  const rows = prepare(sql).all(raceId) as { id: string; kind: OddsKind; odds: number | null }[];
  const prices = new Map<string, RecordedPrices>();
  for (const { id, kind, odds } of rows) prices.set(id, { ...prices.get(id), [kind]: odds });
  return prices;
}

function formDigests(prepare: Prepare, raceId: string): Map<string, string> {
  const sql = 'SELECT entrant_id AS id, form FROM form WHERE race_id = ?';
  const rows = prepare(sql).all(raceId) as { id: string; form: string }[];
  return new Map(rows.map(({ id, form }) => [id, digest(form)]));
}

function moneyFigures(prepare: Prepare, raceId: string): Map<string | null, MoneyFigures> {
  const sql = `SELECT entrant_id AS id, hold_percentage AS hold, bet_percentage AS bet, max(seq)
    FROM money_flow_history WHERE race_id = ? GROUP BY entrant_id`;
  const rows = prepare(sql).all(raceId) as { id: string | null; hold: number | null; bet: number | null }[];
  return new Map(rows.map(({ id, hold, bet }) => [id, { hold, bet }]));
}

function poolStates(prepare: Prepare, raceId: string): Map<string, PoolState> {
  const sql = `SELECT product, legs, total, status, max(seq) FROM pool_history
    WHERE race_id = ? GROUP BY product, legs`;
  const rows = prepare(sql).all(raceId) as unknown as StoredPool[];
  return new Map(rows.map(({ product, legs, total, status }) => [poolKey(product, legs), { total, status }]));
}

interface StoredPool {
  product: string;
  legs: string | null;
  total: number | null;
  status: string | null;
}

function betIds(prepare: Prepare, raceId: string): Set<string> {
  const rows = prepare('SELECT id FROM bets WHERE race_id = ?').all(raceId) as { id: string }[];
  return new Set(rows.map(({ id }) => id));
}

function resultState(prepare: Prepare, raceId: string): ResultState | null {
  const sql = 'SELECT * FROM race_results WHERE race_id = ? ORDER BY revision DESC LIMIT 1';
  const stored = prepare(sql).get(raceId);
  if (stored === undefined) return null;
  const { revision, status, placings, dividends } = decodeRow(raceResults, stored);
  return { revision, digest: resultDigest(status, listOf(placings), listOf(dividends)) };
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
