import { DatabaseSync } from 'node:sqlite';
import { tables } from '../domain/tables.ts';
import type { TableName } from '../domain/tables.ts';
import { quoted } from './ddl.ts';
import { explainedRead } from './errors.ts';
import { locate } from './location.ts';
import { openReadable } from './open.ts';
import { missingJournal } from './reader.ts';
import type { StoredRow } from './rows.ts';

/** A row that a sink refused for good. */
export interface DeadLetter {
  readonly id: string;
  readonly sink: string;
  readonly table: TableName;
  readonly rowKey: string;
  readonly reason: string;
  readonly createdAt: string;
}

/** Milliseconds for which a change waits for the recorder's own writes. */
const busyTimeout = 5_000;

/**
 * Opens the dead letters of a journal, beside its writer: taking one away numbers nothing, so that it needs no
 * more than SQLite's own lock.
 *
 * @throws JournalError when there is no journal in that place
 */
export function openDeadLetters(file: string): DeadLetterBox {
  const location = locate(file);
  // Checks that it is a journal of this version.
  const reader = openReadable(location);
  if (reader === null) throw missingJournal(file);
  reader.close();
  return new DeadLetterBox(location.path);
}

export class DeadLetterBox {
  readonly #file: string;
  readonly #db: DatabaseSync;

  /** For {@link openDeadLetters}, which checked the file. */
  constructor(file: string) {
    this.#file = file;
    this.#db = new DatabaseSync(file, { timeout: busyTimeout });
  }

  /** The oldest first. @param ids those wanted; all without them */
  list(ids: readonly string[] = []): DeadLetter[] {
    const which = ids.length === 0 ? '' : `WHERE id IN (${ids.map(() => '?').join(', ')})`;
    const sql =
      'SELECT id, sink, table_name AS "table", row_key AS rowKey, reason, created_at AS createdAt ' +
      `FROM dead_letters ${which} ORDER BY seq`;
    return this.#run(() => this.#db.prepare(sql).all(...ids) as unknown as DeadLetter[]);
  }

  /** The row that a letter is about as the journal has it now; undefined when it is gone. */
  row({ table, rowKey }: DeadLetter): StoredRow | undefined {
    const sql = `SELECT * FROM ${quoted(table)} WHERE ${quoted(tables[table].key)} = ?`;
    return this.#run(() => this.#db.prepare(sql).get(rowKey));
  }

  /** Takes a letter away. */
  drop({ id }: DeadLetter): void {
    this.#run(() => this.#db.prepare('DELETE FROM dead_letters WHERE id = ?').run(id));
  }

  /** Keeps another reason with a letter. */
  explain({ id }: DeadLetter, reason: string): void {
    this.#run(() => this.#db.prepare('UPDATE dead_letters SET reason = ? WHERE id = ?').run(reason, id));
  }

  close(): void {
    this.#db.close();
  }

  #run<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw explainedRead(this.#file, error);
    }
  }
}
