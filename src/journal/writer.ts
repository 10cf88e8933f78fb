import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Write } from './changes.ts';
import { numberedTables, quoted } from './ddl.ts';

/** Statements of one connection, each prepared once. */
export type Prepare = (sql: string) => StatementSync;

export function preparing(db: DatabaseSync): Prepare {
  const statements = new Map<string, StatementSync>();
  return (sql) => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = db.prepare(sql);
      statements.set(sql, statement);
    }
    return statement;
  };
}

/** Watches over the files that transactions are written to. */
export interface CommitGuard {
  /** Called before a transaction begins and again just before it is committed; what it throws undoes it. */
  before(): void;
  /** Called when it is durable. */
  after(): void;
}

/** Writes rows in transactions and numbers them, rising over all tables, restarts and clocks. */
export class Writer {
  readonly #db: DatabaseSync;
  readonly #prepare: Prepare;
  readonly #now: () => number;
  readonly #guard: CommitGuard;
  /** `seq` of the newest row of the journal. */
  #last: number;

  /** @param now our clock, epoch milliseconds */
  constructor(db: DatabaseSync, prepare: Prepare, now: () => number, guard: CommitGuard = unguarded) {
    this.#db = db;
    this.#prepare = prepare;
    this.#now = now;
    this.#guard = guard;
    this.#last = lastSeq(db);
  }

  /** When the newest row was written, epoch milliseconds of our clock; 0 without any. */
  get lastWriteAt(): number {
    return Math.floor(this.#last / 1000);
  }

  /** All or nothing, durable on return. A row that is there already, or is refused as older, takes no number. */
  write(writes: readonly Write[]): void {
    const floor = Math.floor(this.#now()) * 1000;
    const before = this.#last;
    if (!Number.isSafeInteger(Math.max(floor, before) + writes.length)) {
      throw new TypeError(`the clock cannot number rows: ${this.#now()} is no time in milliseconds`);
    }
    this.#atomically(before, () => {
      for (const { sql, values } of writes) {
        const seq = Math.max(this.#last + 1, floor);
        values[0] = seq;
        if (this.#prepare(sql).run(...values).changes !== 0) this.#last = seq;
      }
    });
  }

  /**
   * The same for what does no harm when a failure of the power undoes it. It does not wait for the disk: that is left
   * to the next write. A process that is killed loses none of it.
   */
  writeSoon(writes: readonly Write[]): void {
    // Such a statement takes effect when it is prepared, so that it is prepared each time.
    this.#db.exec('PRAGMA synchronous = NORMAL');
    try {
      this.write(writes);
    } finally {
      this.#db.exec('PRAGMA synchronous = FULL');
    }
  }

  /** Writes of rows that bring their own numbers, all or nothing; further rows are numbered after them. */
  restore<T>(writes: () => T): T {
    const result = this.#atomically(this.#last, writes);
    this.#last = Math.max(this.#last, lastSeq(this.#db));
    return result;
  }

  /** @param before number of the newest row, for the case that nothing is written */
  #atomically<T>(before: number, writes: () => T): T {
    this.#guard.before();
    this.#prepare('BEGIN IMMEDIATE').run();
    try {
      const result = writes();
      this.#guard.before();
      this.#prepare('COMMIT').run();
      this.#guard.after();
      return result;
    } catch (error) {
      this.#last = before;
      // After some failures SQLite has rolled back by itself.
      if (this.#db.isTransaction) this.#prepare('ROLLBACK').run();
      throw error;
    }
  }
}

const unguarded: CommitGuard = { before: () => undefined, after: () => undefined };

function lastSeq(db: DatabaseSync): number {
  const each = numberedTables.map((table) => `SELECT max("seq") AS "seq" FROM ${quoted(table)}`);
  return Number(db.prepare(`SELECT max("seq") AS "seq" FROM (${each.join(' UNION ALL ')})`).get()?.seq ?? 0);
}
