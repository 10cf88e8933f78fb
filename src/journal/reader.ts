import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { JournalError, explainedRead } from './errors.ts';
import { locate } from './location.ts';
import { cachePragma, openReadable } from './open.ts';
import { getMeta } from './queries.ts';
import { parseSource } from './source.ts';
import type { JournalSource } from './source.ts';
import { readStatus } from './status.ts';
import type { JournalStatus } from './status.ts';
import { preparing } from './writer.ts';
import type { Prepare } from './writer.ts';

/** {@link JournalStatus} with what the file itself tells. */
export interface FileStatus extends JournalStatus {
  /** Absolute path. */
  readonly file: string;
  readonly source: JournalSource;
  /** Bytes of the file. */
  readonly size: number;
  /** Bytes of its write-ahead log: what was written since the last checkpoint, 0 after a clean stop. */
  readonly walSize: number;
}

/**
 * Opens a journal for reading. It works beside a writer and after one that was killed, and never waits for it.
 * @throws JournalError when there is no journal in that place
 */
export function openReader(file: string): JournalReader {
  const location = locate(file);
  const db = openReadable(location);
  if (db === null) throw missingJournal(file);
  db.exec(cachePragma);
  return new JournalReader(location.path, db);
}

export class JournalReader {
  /** Absolute path of the SQLite file. */
  readonly file: string;
  readonly #db: DatabaseSync;
  readonly #prepare: Prepare;

  /** For {@link openReader}, which checked the file. */
  constructor(file: string, db: DatabaseSync) {
    this.file = file;
    this.#db = db;
    this.#prepare = preparing(db);
  }

  /**
   * How the journal stands, all of it at one instant.
   * @param most races of each list, default 10
   */
  status(most = 10): FileStatus {
    return this.#atOneInstant(() => ({
      file: this.file,
      source: parseSource(this.file, getMeta(this.#prepare, 'source')),
      size: sizeOf(this.file),
      walSize: sizeOf(`${this.file}-wal`),
      ...readStatus(this.#prepare, most),
    }));
  }

  /** What several queries give, all of them at one instant. */
  read<T>(work: (prepare: Prepare) => T): T {
    return this.#atOneInstant(() => work(this.#prepare));
  }

  /** A second call does nothing. */
  close(): void {
    if (this.#db.isOpen) this.#db.close();
  }

  #atOneInstant<T>(work: () => T): T {
    if (!this.#db.isOpen) throw new JournalError(`${this.file} is closed; open it again to use it.`);
    try {
      this.#db.exec('BEGIN');
      try {
        return work();
      } finally {
        // Nothing was written. Of a damaged journal SQLite would read a page to commit, and fail once more.
        if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      }
    } catch (error) {
      throw explainedRead(this.file, error);
    }
  }
}

/** For commands that need a journal with something in it. */
export function missingJournal(file: string): JournalError {
  return new JournalError(
    `there is no journal ${file}; name the file of one (--db), or run oddstream to make it.`,
  );
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
