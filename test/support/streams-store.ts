import {
  abandonedAfter,
  currentDigest,
  emptyBaseline,
  poolKey,
  resultDigest,
} from '../../src/domain/baseline.ts';
import type { Baseline, EntrantState } from '../../src/domain/baseline.ts';
import { noPrices } from '../../src/domain/diff-odds.ts';
import { storedRaceState } from '../../src/domain/diff-race.ts';
import { digest } from '../../src/domain/ids.ts';
import { lineOf, price } from '../../src/domain/odds.ts';
import { clockReset } from '../../src/domain/rewind.ts';
import type { Extra } from '../../src/domain/snapshot.ts';
import { RowError } from '../../src/domain/row-error.ts';
import { tables } from '../../src/domain/tables.ts';
import type { Change, EntrantRow, GapRow, MeetingRow, RowOf, TableName } from '../../src/domain/tables.ts';
import { errorOf } from '../../src/domain/thrown.ts';
import type { QuarantineEntry, Store, StoredRace } from '../../src/streams/ports.ts';

type Rows<T extends TableName> = RowOf<(typeof tables)[T]>;
type AnyRow = Record<string, unknown>;

/** A journal in memory: the same rows and the same answers as the real one, without a disk. */
export class MemoryStore implements Store {
  readonly quarantined: QuarantineEntry[] = [];
  /** While set, every commit fails with it and does nothing: a full disk. */
  failure: Error | null = null;
  readonly #tables = new Map<TableName, Map<string, AnyRow>>();
  /** Rows of a race by `table|race`, in the order in which they were first written. */
  readonly #ofRace = new Map<string, Map<string, AnyRow>>();

  /** All rows of a table, in the order in which they were first written. */
  rows<T extends TableName>(table: T): Rows<T>[] {
    return [...this.#table(table).values()] as Rows<T>[];
  }

  commit(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    if (this.failure !== null) throw this.failure;
    for (const change of changes) requireValues('row' in change ? change.row : change.patch);
    for (const change of changes) {
      if ('row' in change) this.#insert(change.table, change.row);
      else this.#patch(change.table, change.key, change.patch);
    }
  }

  commitEach(each: readonly (readonly Change[])[]): (Error | null)[] {
    return each.map((changes) => {
      try {
        this.commit(changes);
        return null;
      } catch (error) {
        return errorOf(error);
      }
    });
  }

  quarantine(entry: QuarantineEntry): void {
    if (this.failure !== null) throw this.failure;
    this.quarantined.push(entry);
  }

  unchangedSince(raceId: string): number | null {
    const moved = this.#rowsOf('race_events', raceId)
      .filter(({ entrant_id, kind }) => entrant_id === null && (kind === 'status' || kind === 'start_time'))
      .map(({ observed_at }) => Date.parse(observed_at));
    const polled = this.#rowsOf('polls', raceId).map(({ started_at }) => Date.parse(started_at));
    if (moved.length > 0) return Math.max(...moved);
    return polled.length === 0 ? null : Math.min(...polled);
  }

  lastGoodPollAt(raceId: string): number | null {
    const good = this.#rowsOf('polls', raceId).filter(({ outcome }) => outcome !== 'failed');
    return good.length === 0 ? null : Math.max(...good.map(({ started_at }) => Date.parse(started_at)));
  }

  openGap(raceId: string): GapRow | null {
    const open = this.#rowsOf('gaps', raceId).find((gap) => gap.entrant_id === null && gap.to_time === null);
    return open ?? null;
  }

  liveRaces(): readonly StoredRace[] {
    return this.rows('races')
      .filter(({ settled_at }) => settled_at === null)
      .toSorted(
        (a, b) => a.advertised_start.localeCompare(b.advertised_start) || (a.race_id < b.race_id ? -1 : 1),
      )
      .map(({ race_id, country, type }) => ({ race_id, country, type }));
  }

  isSettled(raceId: string): boolean {
    return (this.#table('races').get(raceId)?.settled_at ?? null) !== null;
  }

  meetingDigests(): Map<string, string> {
    const listed = this.rows('meetings').filter(({ date }) => date !== null);
    return new Map(listed.map((row) => [row.meeting_id, meetingDigest(row)]));
  }

  baseline(raceId: string): Baseline {
    const [race] = this.#rowsOf('races', raceId);
    if (race === undefined) return emptyBaseline(raceId);
    const meeting = this.#table('meetings').get(race.meeting_id) as MeetingRow | undefined;
    const listed = meeting !== undefined && meeting.date !== null;
    const polls = this.#rowsOf('polls', raceId);
    const reset = polls.findLastIndex(({ reason }) => reason === clockReset);
    const generatedAt = newestAnswer(polls.slice(Math.max(reset, 0)));
    return {
      raceId,
      generatedAt,
      abandonedAt: abandonedAfter(newestAnswer(polls), generatedAt),
      listed: null,
      race: storedRaceState(race, generatedAt !== null, this.#rowsOf('race_events', raceId)),
      meetingListed: listed,
      meetingDigest: meeting === undefined || listed ? null : meetingDigest(meeting),
      entrants: new Map(this.#rowsOf('entrants', raceId).map((row) => [row.entrant_id, this.#entrant(row)])),
      money: new Map(
        this.#rowsOf('money_flow_history', raceId).map((row) => [
          row.entrant_id,
          { hold: row.hold_percentage, bet: row.bet_percentage },
        ]),
      ),
      pools: new Map(
        this.#rowsOf('pool_history', raceId).map(({ product, legs, total, status }) => [
          poolKey(product, legs),
          { total, status },
        ]),
      ),
      bets: new Set(this.#rowsOf('bets', raceId).map(({ id }) => id)),
      results: this.#results(raceId),
    };
  }

  #entrant(row: EntrantRow): EntrantState {
    const points = this.#rowsOf('odds_history', row.race_id)
      .filter(({ entrant_id, kind }) => entrant_id === row.entrant_id && kind === 'fixed_win')
      .map(({ source_time, odds }) => ({ at: Date.parse(source_time), odds }))
      .toSorted((a, b) => a.at - b.at);
    const form = this.#rowsOf('form', row.race_id).find(({ entrant_id }) => entrant_id === row.entrant_id);
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
      prices: row.in_field
        ? {
            fixed_win: price(row.fixed_win),
            fixed_place: price(row.fixed_place),
            pool_win: price(row.pool_win),
            pool_place: price(row.pool_place),
          }
        : noPrices,
      line: lineOf(points),
      lastFluctuationAt: millis(row.last_fluctuation_at),
      digest: row.in_field ? currentDigest(columns, extraOf(row.raw_extra)) : '',
      formDigest: form === undefined ? null : digest(form.form),
    };
  }

  #results(raceId: string): Baseline['results'] {
    const last = this.#rowsOf('race_results', raceId).at(-1);
    if (last === undefined) return null;
    const list = (json: string | null) => JSON.parse(json ?? '[]') as unknown[];
    const { revision, status, placings, dividends } = last;
    return { revision, digest: resultDigest(status, list(placings), list(dividends)) };
  }

  #insert(table: TableName, row: AnyRow): void {
    const key = String(row[tables[table].key]);
    const known = this.#table(table).get(key);
    if (known !== undefined && !replaces(table, row, known)) return;
    this.#put(table, key, { ...row });
  }

  #patch(table: TableName, key: string, patch: AnyRow): void {
    const known = this.#table(table).get(key);
    if (known !== undefined) this.#put(table, key, { ...known, ...patch });
  }

  #put(table: TableName, key: string, row: AnyRow): void {
    this.#table(table).set(key, row);
    if (typeof row.race_id === 'string') this.#index(table, row.race_id).set(key, row);
  }

  #table(table: TableName): Map<string, AnyRow> {
    return entryOf(this.#tables, table);
  }

  #index(table: TableName, raceId: string): Map<string, AnyRow> {
    return entryOf(this.#ofRace, `${table}|${raceId}`);
  }

  #rowsOf<T extends TableName>(table: T, raceId: string): Rows<T>[] {
    return [...(this.#ofRace.get(`${table}|${raceId}`)?.values() ?? [])] as Rows<T>[];
  }
}

/** Whether a row takes the place of the one with its key. */
function replaces(table: TableName, given: AnyRow, known: AnyRow): boolean {
  const { kind, columns } = tables[table];
  if (kind === 'history') return false;
  if (!('source_time' in columns)) return true;
  const rank = (row: AnyRow): string =>
    `${table === 'meetings' ? row.date !== null : table === 'races' && row.raw_extra !== null} ${String(row.source_time)}`;
  return rank(given) >= rank(known);
}

function requireValues(row: AnyRow): void {
  for (const [name, value] of Object.entries(row)) {
    const held = value === null || (typeof value === 'number' ? Number.isFinite(value) : value !== undefined);
    if (!held) throw new RowError(`${name} cannot hold its value`);
  }
}

function newestAnswer(polls: readonly Rows<'polls'>[]): number | null {
  const times = polls.flatMap(({ source_time }) => source_time ?? []);
  return times.length === 0 ? null : Math.max(...times.map((time) => Date.parse(time)));
}

function meetingDigest(row: MeetingRow): string {
  return currentDigest(without(row, ['source_time', 'raw_extra']), extraOf(row.raw_extra));
}

function without(row: AnyRow, names: readonly string[]): AnyRow {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)));
}

function extraOf(json: string | null): Extra {
  return JSON.parse(json ?? '{}') as Extra;
}

function millis(time: string | null): number | null {
  return time === null ? null : Date.parse(time);
}

function entryOf<K, L, V>(map: Map<K, Map<L, V>>, key: K): Map<L, V> {
  const known = map.get(key) ?? new Map<L, V>();
  map.set(key, known);
  return known;
}
