import type { Log } from '../domain/log-events.ts';
import type { Change } from '../domain/tables.ts';
import type { Store } from './ports.ts';

/**
 * Commits changes that belong to no single race. A journal that fails is told and survived: the next listing
 * brings them again.
 *
 * @returns whether they are durable
 */
export function tryCommit(changes: readonly Change[], { store, log }: { store: Store; log: Log }): boolean {
  try {
    store.commit(changes);
    return true;
  } catch (error) {
    log('journal.failed', { race_id: null, reason: error instanceof Error ? error.message : String(error) });
    return false;
  }
}
