import type { Log } from '../domain/log-events.ts';
import type { Change } from '../domain/tables.ts';
import { messageOf } from '../domain/thrown.ts';
import type { QuarantineEntry, Store } from './ports.ts';

/**
 * Commits what a listing or an import told. A journal that fails is told and survived: the next listing brings it
 * again.
 *
 * @param raceId the race that the changes belong to; null when they belong to several
 * @returns whether they are durable
 */
export function tryCommit(
  changes: readonly Change[],
  { store, log }: { store: Store; log: Log },
  raceId: string | null = null,
): boolean {
  return durable(
    () => {
      store.commit(changes);
    },
    raceId,
    log,
  );
}

/**
 * Keeps a response that could not be used. A journal that fails is told and survived.
 * @returns whether it is kept
 */
export function tryQuarantine(entry: QuarantineEntry, { store, log }: { store: Store; log: Log }): boolean {
  return durable(
    () => {
      store.quarantine(entry);
    },
    entry.raceId,
    log,
  );
}

function durable(write: () => void, raceId: string | null, log: Log): boolean {
  try {
    write();
    return true;
  } catch (error) {
    log('journal.failed', {
      race_id: raceId,
      reason: messageOf(error),
    });
    return false;
  }
}
