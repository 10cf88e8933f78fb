import type { Log } from '../domain/log-events.ts';
import { messageOf } from '../domain/thrown.ts';
import { JournalError, LostError } from '../journal/errors.ts';
import type { Journal } from '../journal/journal.ts';
import { extendEnd } from './lifecycle.ts';

/** Real milliseconds that saving may take: longer than any other end, since there is no other copy. */
const saveMs = 600_000;

/**
 * Saves and closes a journal whose files were taken away while it was open; the command then ends with exit code 1.
 * @returns whether they were
 */
export async function saveLost(journal: Journal, log: Log): Promise<boolean> {
  const lost = lossOf(journal);
  if (lost === null) return false;
  process.exitCode = 1;
  const startedAt = performance.now();
  const report = (reason: string, saved: Awaited<ReturnType<Journal['save']>> | null): void => {
    log('journal.lost', {
      journal: journal.file,
      reason,
      saved: saved?.file ?? null,
      set_aside: saved?.setAside ?? null,
      damage: saved?.damage ?? null,
      duration_ms: Math.round(performance.now() - startedAt),
    });
  };
  extendEnd(saveMs);
  try {
    const saved = await journal.save();
    report(lost.message, saved);
  } catch (error) {
    report(`${lost.message} It could not be saved: ${messageOf(error)}`, null);
  }
  return true;
}

function lossOf(journal: Journal): LostError | null {
  if (!journal.isOpen) return null;
  try {
    journal.requireInPlace();
  } catch (error) {
    // Another writer's lock is no reason to save: the files are in their place.
    if (!(error instanceof JournalError)) throw error;
  }
  return journal.lost;
}
