import { tables } from '../../domain/tables.ts';
import type { TableName } from '../../domain/tables.ts';
import type { Followed, FollowedPage } from '../../journal/followed.ts';
import type { StoredRow } from '../../journal/rows.ts';
import { patience } from './patience.ts';

/** Tables to which rows of others refer: they go before these, and what is new in them is not waited with. */
export const parents: ReadonlySet<TableName> = new Set(['meetings', 'races', 'entrants']);

/** Keys that are remembered at the most; one that is forgotten is sent a little earlier than it had to be. */
const mostKnown = 20_000;

/**
 * Decides for one table when rows go. A page that fills a request goes at once: waiting would save nothing. Fewer
 * rows wait, as long as {@link patience} lets them, for others that share their request.
 */
export class Gathering {
  readonly #table: TableName;
  readonly #lingerMs: number;
  readonly #raceTimes: Followed['raceTimes'];
  readonly #known = new Set<string>();
  /** Since when rows wait; null: none do. What stands there at the start has waited long enough. */
  #since: number | null = -Infinity;

  /** @param lingerMs milliseconds between two looks */
  constructor(table: TableName, lingerMs: number, raceTimes: Followed['raceTimes']) {
    this.#table = table;
    this.#lingerMs = lingerMs;
    this.#raceTimes = raceTimes;
  }

  /** Whether a page goes now; else its rows wait. */
  goes({ rows, more }: Pick<FollowedPage, 'rows' | 'more'>, now: number): boolean {
    if (more || rows.length === 0) return true;
    const since = this.#since ?? now;
    // The next look comes a linger later, and must not be too late for any of them.
    const waited = now - since + this.#lingerMs;
    if (rows.some((row) => this.#isNew(row)) || waited >= this.#longest(rows, now)) return true;
    this.#since = since;
    return false;
  }

  /** Has rows go at the next look. */
  hurry(): void {
    this.#since = -Infinity;
  }

  /** Appwrite has these rows, and no older ones wait. */
  sent(rows: readonly StoredRow[]): void {
    this.#since = null;
    if (!parents.has(this.#table)) return;
    if (this.#known.size > mostKnown) this.#known.clear();
    for (const row of rows) this.#known.add(this.#keyOf(row));
  }

  /** The patience of the row that has the least. */
  #longest(rows: readonly StoredRow[], now: number): number {
    const races = new Set(rows.map(({ race_id }) => (typeof race_id === 'string' ? race_id : null)));
    const patiences = [...races].map((race) =>
      patience(this.#table, race === null ? null : this.#raceTimes(race), now, this.#lingerMs),
    );
    return Math.min(...patiences);
  }

  #isNew(row: StoredRow): boolean {
    return parents.has(this.#table) && !this.#known.has(this.#keyOf(row));
  }

  #keyOf(row: StoredRow): string {
    return String(row[tables[this.#table].key]);
  }
}
