import { DatabaseSync } from 'node:sqlite';

/** What a simulated feed says it served of a race, as its ledger tells. */
export interface RaceLedger {
  readonly race_id: string;
  readonly states: readonly LedgerState[];
  readonly states_dropped: number;
  readonly prices: readonly { entrant_id: string; at: string; odds: number; dated: boolean }[];
}

interface LedgerState {
  readonly refreshed_at: string;
  readonly generated_times: readonly string[];
  readonly status: string;
  /** Epoch seconds. */
  readonly advertised_start: number;
  readonly entrants: readonly ({ entrant_id: string; is_scratched: boolean } & Record<
    Kind,
    number | null | undefined
  >)[];
  readonly money: readonly { entrant_id: string | null; hold: number; bet: number }[];
  readonly pools: readonly { product: string; legs: unknown; total: number; status: string }[];
}

const kinds = ['fixed_win', 'fixed_place', 'pool_win', 'pool_place'] as const;
type Kind = (typeof kinds)[number];

/** What is wrong with a journal, one line each, by class. */
export interface Verdict {
  /** Served and taken, but not to be read from the history. */
  readonly lost: string[];
  /** Recorded more than once. */
  readonly duplicated: string[];
  /** Recorded, but never so. */
  readonly untrue: string[];
  /** Current rows that differ from the newest state taken. */
  readonly stale: string[];
  /** Served states that were compared, and dated prices. */
  readonly states: number;
  readonly prices: number;
}

export async function fetchLedger(url: string): Promise<RaceLedger[]> {
  const list = (await (await fetch(`${url}/ledger`)).json()) as { race_id: string }[];
  const ledgers: RaceLedger[] = [];
  for (const { race_id } of list) {
    ledgers.push((await (await fetch(`${url}/ledger/${race_id}`)).json()) as RaceLedger);
  }
  return ledgers;
}

/** Compares what was served with what was recorded. */
export function judge(ledgers: readonly RaceLedger[], journal: string): Verdict {
  const db = new DatabaseSync(journal, { readOnly: true });
  const verdict = { lost: [], duplicated: [], untrue: [], stale: [], states: 0, prices: 0 };
  try {
    for (const ledger of ledgers) new RaceJudge(db, ledger, verdict).judge();
  } finally {
    db.close();
  }
  return verdict;
}

const millis = (time: string): string => new Date(time).toISOString();
const price = (served: number | null | undefined): number | null =>
  served != null && served > 0 ? served : null;

interface OddsRow {
  entrant_id: string;
  kind: Kind;
  odds: number | null;
  source_time: string;
  basis: string;
}

class RaceJudge {
  readonly #ledger: RaceLedger;
  readonly #verdict: { -readonly [K in keyof Verdict]: Verdict[K] };
  readonly #db: DatabaseSync;
  readonly #taken: ReadonlySet<string>;
  readonly #odds = new Map<string, OddsRow[]>();
  readonly #states: { state: LedgerState; time: string }[];

  constructor(db: DatabaseSync, ledger: RaceLedger, verdict: { -readonly [K in keyof Verdict]: Verdict[K] }) {
    this.#db = db;
    this.#ledger = ledger;
    this.#verdict = verdict;
    const polls = this.#rows<{ source_time: string }>(
      'SELECT source_time FROM polls WHERE race_id = ? AND source_time IS NOT NULL',
    );
    this.#taken = new Set(polls.map(({ source_time }) => source_time));
    for (const row of this.#rows<OddsRow>(
      'SELECT * FROM odds_history WHERE race_id = ? ORDER BY source_time, seq',
    )) {
      const key = `${row.entrant_id}|${row.kind}`;
      const list = this.#odds.get(key);
      if (list) list.push(row);
      else this.#odds.set(key, [row]);
    }
    this.#states = ledger.states.flatMap((state) =>
      state.generated_times
        .map(millis)
        .filter((time) => this.#taken.has(time))
        .map((time) => ({ state, time })),
    );
  }

  judge(): void {
    this.#responses();
    for (const { state, time } of this.#states) {
      this.#verdict.states++;
      this.#statePrices(state, time);
      this.#stateMoney(state, time);
      this.#statePools(state, time);
    }
    this.#truth();
    this.#datedPrices();
    this.#twice();
    this.#current();
  }

  #rows<T>(sql: string): T[] {
    return this.#db.prepare(sql).all(this.#ledger.race_id) as T[];
  }

  #name(): string {
    return this.#ledger.race_id;
  }

  /** Of the responses that were handed out, only the last ones can have been under way when the recorder stopped. */
  #responses(): void {
    const served = this.#ledger.states
      .flatMap(({ generated_times }) => generated_times.map(millis))
      .toSorted();
    const last = [...this.#taken].toSorted().at(-1) ?? '';
    for (const time of served) {
      if (time < last && !this.#taken.has(time) && !this.#inGap(time))
        this.#verdict.lost.push(`${this.#name()} response ${time}`);
    }
  }

  #inGap(time: string): boolean {
    const gaps = this.#rows<{ from_time: string; to_time: string | null }>(
      'SELECT from_time, to_time FROM gaps WHERE race_id = ? AND entrant_id IS NULL',
    );
    return gaps.some(({ from_time, to_time }) => from_time <= time && (to_time === null || time <= to_time));
  }

  #statePrices(state: LedgerState, time: string): void {
    for (const entrant of state.entrants) {
      for (const kind of kinds) {
        const rows = this.#odds.get(`${entrant.entrant_id}|${kind}`) ?? [];
        const at = (limit: string): number | null =>
          rows.findLast(({ source_time }) => source_time <= limit)?.odds ?? null;
        const wanted = price(entrant[kind]);
        // A price set between the refresh and the response came to light later, at its own time.
        if (at(time) === wanted || (kind === 'fixed_win' && at(millis(state.refreshed_at)) === wanted))
          continue;
        this.#verdict.lost.push(
          `${this.#name()} ${entrant.entrant_id} ${kind} ${wanted} at ${time}, recorded ${at(time)}`,
        );
      }
    }
  }

  #stateMoney(state: LedgerState, time: string): void {
    for (const { entrant_id, hold, bet } of state.money) {
      const row = this.#db
        .prepare(
          'SELECT hold_percentage AS hold, bet_percentage AS bet FROM money_flow_history WHERE race_id = ? AND entrant_id IS ? AND source_time <= ? ORDER BY source_time DESC, seq DESC LIMIT 1',
        )
        .get(this.#ledger.race_id, entrant_id, time);
      if (row?.hold !== hold || row.bet !== bet)
        this.#verdict.lost.push(`${this.#name()} money of ${entrant_id} at ${time}: ${hold}/${bet}`);
    }
  }

  #statePools(state: LedgerState, time: string): void {
    for (const { product, total, status, legs } of state.pools) {
      const row = this.#db
        .prepare(
          'SELECT total, status, legs FROM pool_history WHERE race_id = ? AND product = ? AND source_time <= ? ORDER BY source_time DESC, seq DESC LIMIT 1',
        )
        .get(this.#ledger.race_id, product, time);
      if (row?.total !== total || row.status !== status || (row.legs === null) !== (legs === null)) {
        this.#verdict.lost.push(`${this.#name()} pool ${product} at ${time}: ${total} ${status}`);
      }
    }
  }

  /** Every row has been so: a fluctuation at its own time, the rest in a state that was served at theirs. */
  #truth(): void {
    const dated = new Set(
      this.#ledger.prices.map(({ entrant_id, at, odds }) => `${entrant_id}|${millis(at)}|${odds}`),
    );
    const byTime = new Map(this.#states.map(({ state, time }) => [time, state]));
    for (const row of [...this.#odds.values()].flat()) {
      const { entrant_id, kind, odds, source_time, basis } = row;
      const entrant = byTime.get(source_time)?.entrants.find((one) => one.entrant_id === entrant_id);
      const real =
        basis === 'fluctuation'
          ? dated.has(`${entrant_id}|${source_time}|${odds}`)
          : entrant !== undefined && price(entrant[kind]) === odds;
      if (!real)
        this.#verdict.untrue.push(
          `${this.#name()} ${entrant_id} ${kind} ${odds} at ${source_time} (${basis})`,
        );
    }
    this.#moneyTruth(byTime);
  }

  #moneyTruth(byTime: ReadonlyMap<string, LedgerState>): void {
    const rows = this.#rows<{
      entrant_id: string | null;
      hold_percentage: number | null;
      bet_percentage: number | null;
      source_time: string;
    }>('SELECT * FROM money_flow_history WHERE race_id = ?');
    for (const row of rows) {
      const figures = byTime
        .get(row.source_time)
        ?.money.find(({ entrant_id }) => entrant_id === row.entrant_id);
      const same =
        figures === undefined
          ? row.hold_percentage === null
          : figures.hold === row.hold_percentage && figures.bet === row.bet_percentage;
      if (!same)
        this.#verdict.untrue.push(`${this.#name()} money of ${row.entrant_id} at ${row.source_time}`);
    }
  }

  /** While a race is open, every price set between two states taken is there with its time, or in a told overflow. */
  #datedPrices(): void {
    const open = this.#states.map(({ state }) => state).filter(({ status }) => status === 'Open');
    const first = open.map(({ refreshed_at }) => millis(refreshed_at)).toSorted()[0];
    if (first === undefined) return;
    // A scratched runner's prices can be gone from what is served.
    const shown = new Map<string, string>();
    for (const { refreshed_at, entrants } of open) {
      for (const { entrant_id, is_scratched } of entrants) {
        const time = millis(refreshed_at);
        if (!is_scratched && time > (shown.get(entrant_id) ?? '')) shown.set(entrant_id, time);
      }
    }
    const overflows = this.#rows<{ entrant_id: string; from_time: string; to_time: string }>(
      'SELECT * FROM gaps WHERE race_id = ? AND entrant_id IS NOT NULL',
    );
    for (const { entrant_id, at, odds, dated } of this.#ledger.prices) {
      const time = millis(at);
      if (!dated || time <= first || time > (shown.get(entrant_id) ?? '')) continue;
      this.#verdict.prices++;
      const rows = this.#odds.get(`${entrant_id}|fixed_win`) ?? [];
      const there = rows.some((row) => row.odds === odds && row.source_time === time);
      const told = overflows.some(
        (gap) => gap.entrant_id === entrant_id && gap.from_time <= time && time <= gap.to_time,
      );
      if (!there && !told)
        this.#verdict.lost.push(`${this.#name()} ${entrant_id} price ${odds} set at ${time}`);
    }
  }

  /** The same value twice in a row, other than where a fluctuation came to light between them. */
  #twice(): void {
    for (const table of [
      'odds_history',
      'money_flow_history',
      'pool_history',
      'bets',
      'race_events',
      'race_results',
      'polls',
    ]) {
      const [row] = this.#db.prepare(`SELECT count(*) - count(DISTINCT id) AS twice FROM ${table}`).all() as {
        twice: number;
      }[];
      if (row && row.twice > 0) this.#verdict.duplicated.push(`${table}: ${row.twice} rows`);
    }
    for (const [key, rows] of this.#odds) {
      const written = rows
        .filter(({ basis }) => basis === 'poll')
        .map(({ odds, source_time }) => `${source_time}|${odds}`);
      if (new Set(written).size < written.length) this.#verdict.duplicated.push(`${this.#name()} ${key}`);
    }
  }

  #current(): void {
    const newest = this.#states.toSorted((a, b) => a.time.localeCompare(b.time)).at(-1);
    if (newest === undefined) return;
    const rows = this.#rows<{ entrant_id: string } & Record<Kind, number | null>>(
      'SELECT * FROM entrants WHERE race_id = ?',
    );
    for (const entrant of newest.state.entrants) {
      const row = rows.find(({ entrant_id }) => entrant_id === entrant.entrant_id);
      for (const kind of kinds) {
        if ((row?.[kind] ?? null) !== (entrant[kind] ?? null))
          this.#verdict.stale.push(`${this.#name()} ${entrant.entrant_id} ${kind}`);
      }
    }
  }
}
