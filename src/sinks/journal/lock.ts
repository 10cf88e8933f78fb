import { chmodSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { explained, sqliteFault } from './errors.ts';

/** The right to write a journal. It ends with the process, however that ends. */
export interface WriterLock {
  release(): void;
}

/** The file that a journal's writer locks. */
export function lockFile(path: string): string {
  return `${path}-lock`;
}

/** The garbage collector closes a connection that nobody holds, and the lock would be gone with it. */
const held = new Set<DatabaseSync>();

/**
 * Takes the right to write a journal: an exclusive lock on an empty database beside it, `FILE-lock`, which
 * stays there. Readers of the journal never touch it. Its locks are SQLite's, because they hold between threads
 * of one process too.
 *
 * @returns null when another connection has it, in this process or in another
 * @throws JournalError when the lock file cannot be made
 */
export function lockWriter(path: string): WriterLock | null {
  const file = lockFile(path);
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(file, { timeout: 0 });
    // Nothing is ever written to it: a rollback journal would only be one more file.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    chmodSync(file, 0o600);
  } catch (error) {
    lock?.close();
    if (sqliteFault(error) === 5) return null;
    throw explained(file, error);
  }
  const taken = lock;
  held.add(taken);
  return {
    release: () => {
      if (held.delete(taken)) taken.close();
    },
  };
}
