import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { price } from '../../src/domain/odds.ts';
import { oddsKinds } from '../../src/domain/snapshot.ts';
import type { EventSnapshot, Part, Runner } from '../../src/domain/snapshot.ts';
import { timestamp } from '../../src/domain/time.ts';

/** A poll and what came of it. Epoch milliseconds of the recorder's clock. */
export interface Polled {
  readonly startedAt: number;
  readonly finishedAt: number;
}

interface Timed {
  /** By the feed's clock. */
  readonly at: string;
}

interface Price extends Timed {
  readonly value: number | null;
}

interface MoneyPoint extends Timed {
  readonly hold: number | null;
  readonly bet: number | null;
}

interface PoolPoint extends Timed {
  readonly total: number | null;
  readonly status: string | null;
}

/**
 * Asks a journal, and nothing of the recorder, for each value that was served: it is there, as the newest one or at the
 * time of the response, or inside a gap.
 */
export class SequenceJudge {
  readonly #gap: StatementSync;
  readonly #lost: StatementSync;
  readonly #odds: StatementSync;
  readonly #money: StatementSync;
  readonly #pools: StatementSync;
  readonly #race: StatementSync;
  readonly #entrant: StatementSync;
  readonly #results: StatementSync;
  readonly #bets: StatementSync;

  constructor(db: DatabaseSync) {
    this.#gap = db.prepare(`SELECT 1 FROM gaps WHERE race_id = ? AND entrant_id IS NULL AND from_time <= ?
      AND (to_time IS NULL OR to_time >= ?)`);
    this.#lost = db.prepare('SELECT 1 FROM gaps WHERE race_id = ? AND reason = ? AND to_time >= ?');
    this.#odds = db.prepare(`SELECT source_time AS at, odds AS value FROM odds_history
      WHERE race_id = ? AND entrant_id = ? AND kind = ? ORDER BY seq`);
    this.#money = db.prepare(`SELECT source_time AS at, hold_percentage AS hold, bet_percentage AS bet
      FROM money_flow_history WHERE race_id = ? AND entrant_id IS ? ORDER BY seq`);
    this.#pools = db.prepare(`SELECT source_time AS at, total, status FROM pool_history
      WHERE race_id = ? AND product = ? AND legs IS ? ORDER BY seq`);
    this.#race = db.prepare('SELECT status, advertised_start AS start FROM races WHERE race_id = ?');
    this.#entrant = db.prepare(
      'SELECT race_id, name, is_scratched, in_field FROM entrants WHERE entrant_id = ?',
    );
    this.#results = db.prepare(
      'SELECT placings, dividends FROM race_results WHERE race_id = ? ORDER BY revision DESC LIMIT 1',
    );
    this.#bets = db.prepare(
      'SELECT 1 FROM bets WHERE race_id = ? AND list = ? AND title IS ? AND stake IS ? AND odds IS ?',
    );
  }

  /** Whether what a poll was served, and what the recorder did not take, lies in a gap. */
  isInGap(raceId: string, { startedAt, finishedAt }: Polled): boolean {
    return this.#gap.get(raceId, timestamp(startedAt), timestamp(finishedAt)) !== undefined;
  }

  /** What the journal lacks of a response that was taken, once that is committed; one line each. */
  missing(snapshot: EventSnapshot): string[] {
    const { raceId, race, runners, lost = [] } = snapshot;
    const isLost = (wanted: Part): boolean => lost.some(({ part }) => part === wanted);
    const row = this.#race.get(raceId);
    const problems = [
      ...(row?.status === race.status ? [] : [`status ${race.status}, not ${String(row?.status)}`]),
      ...(row?.start === race.advertised_start
        ? []
        : [`start ${race.advertised_start}, not ${String(row?.start)}`]),
      ...runners.flatMap((runner) => this.#missingOfRunner(snapshot, runner)),
    ];
    for (const { part } of lost) {
      const isTold = this.#lost.get(raceId, `${part}_malformed`, timestamp(snapshot.generatedAt));
      if (isTold === undefined) problems.push(`no gap for the lost ${part}`);
    }
    if (!isLost('money')) problems.push(...this.#missingMoney(snapshot));
    if (!isLost('pools')) problems.push(...this.#missingPools(snapshot));
    if (!isLost('results')) problems.push(...this.#missingResults(snapshot));
    if (!isLost('bets')) problems.push(...this.#missingBets(snapshot));
    return problems;
  }

  #missingOfRunner({ raceId, generatedAt }: EventSnapshot, { columns, fluctuations }: Runner): string[] {
    const id = columns.entrant_id;
    const problems: string[] = [];
    const row = this.#entrant.get(id);
    // Changes of ids can have races share one.
    if (row === undefined || row.race_id === raceId) {
      if (row?.name !== columns.name) problems.push(`name of ${id}`);
      if (row?.is_scratched !== Number(columns.is_scratched)) problems.push(`scratching of ${id}`);
      if (row?.in_field !== 1) problems.push(`${id} is not in the field`);
    }
    const at = timestamp(generatedAt);
    for (const kind of oddsKinds) {
      const served = price(columns[kind]);
      const points = this.#odds.all(raceId, id, kind) as unknown as Price[];
      if (!isRecorded(points, at, (point) => (point?.value ?? null) === served))
        problems.push(`${kind} ${served ?? 'none'} of ${id}, ${at}`);
      if (kind !== 'fixed_win') continue;
      for (const { at: ms, odds } of fluctuations) {
        const time = timestamp(ms);
        // What is dated ahead did not happen yet: what comes until then decides whether it is a change.
        const isAhead = ms > generatedAt;
        const isDated =
          (inForce(points, time)?.value ?? null) === odds ||
          points.some((point) => (isAhead || point.at === time) && point.value === odds);
        if (!isDated) problems.push(`${odds ?? 'none'} of ${id} dated ${time}`);
      }
    }
    return problems;
  }

  #missingMoney({ raceId, generatedAt, money }: EventSnapshot): string[] {
    return [...(money ?? [])].flatMap(([id, { hold, bet }]) => {
      const rows = this.#money.all(raceId, id) as unknown as MoneyPoint[];
      const isThere = isRecorded(
        rows,
        timestamp(generatedAt),
        (row) => (row?.hold ?? null) === hold && (row?.bet ?? null) === bet,
      );
      return isThere ? [] : [`money ${hold ?? 'none'}/${bet ?? 'none'} of ${id ?? 'others'}`];
    });
  }

  #missingPools({ raceId, generatedAt, pools }: EventSnapshot): string[] {
    return pools.flatMap(({ product, legs, total, status }) => {
      const rows = this.#pools.all(raceId, product, legs) as unknown as PoolPoint[];
      const isThere = isRecorded(
        rows,
        timestamp(generatedAt),
        (row) => row?.total === total && row.status === status,
      );
      return isThere ? [] : [`pool ${product} ${total ?? 'none'} ${status ?? 'none'}`];
    });
  }

  #missingResults({ raceId, results: { placings, dividends } }: EventSnapshot): string[] {
    if (placings.length + dividends.length === 0) return [];
    const row = this.#results.get(raceId);
    const isSame = (stored: unknown, served: readonly unknown[]): boolean =>
      typeof stored === 'string'
        ? inOrder(JSON.parse(stored) as unknown[]) === inOrder(served)
        : served.length === 0;
    return isSame(row?.placings, placings) && isSame(row?.dividends, dividends) ? [] : ['results'];
  }

  #missingBets({ raceId, bets }: EventSnapshot): string[] {
    return bets
      .filter(
        ({ list, title, stake, odds }) => this.#bets.get(raceId, list, title, stake, odds) === undefined,
      )
      .map(({ list, title, stake }) => `bet ${list} ${title ?? ''} ${stake ?? ''}`);
  }
}

/** What is dated a little ahead is of another clock of the feed. */
const maxAheadMs = 60_000;

/**
 * Whether points, in the order of their writing, have a value: at its own time, or as the newest one by then, by the feed's
 * clock or by the order of their writing.
 */
function isRecorded<P extends Timed>(
  points: readonly P[],
  at: string,
  isServed: (point: P | undefined) => boolean,
): boolean {
  return (
    isServed(inForce(points, at)) ||
    isServed(inForce(points, timestamp(Date.parse(at) + maxAheadMs))) ||
    isServed(points.at(-1)) ||
    points.some((point) => point.at === at && isServed(point))
  );
}

/** The point in force at a time; of equal times the last one written. */
function inForce<P extends Timed>(points: readonly P[], at: string): P | undefined {
  let last: P | undefined;
  for (const point of points) {
    if (point.at <= at && (last === undefined || point.at >= last.at)) last = point;
  }
  return last;
}

function inOrder(list: readonly unknown[]): string {
  return list
    .map((item) => JSON.stringify(item))
    .toSorted()
    .join();
}
