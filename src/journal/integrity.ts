import { damages } from './check.ts';
import { DamagedError, explainedRead } from './errors.ts';
import { locate } from './location.ts';
import { openReadable } from './open.ts';
import { missingJournal } from './reader.ts';

/** Findings of a check that is not stopped: a file full of damage has as many as it has rows. */
const mostFindings = 100;

/**
 * Looks for damage in a whole journal: reads every page, compares each index with its table and each history row
 * with its id. It works beside a writer too.
 *
 * @returns what is wrong, one line each; empty when nothing is
 * @throws JournalError when there is no journal to look at
 */
export function checkIntegrity(file: string, most = mostFindings): string[] {
  const location = locate(file);
  const found: string[] = [];
  try {
    const db = openReadable(location);
    if (db === null) throw missingJournal(file);
    try {
      for (const damage of damages(db)) {
        found.push(damage);
        if (found.length >= most) break;
      }
    } finally {
      db.close();
    }
  } catch (error) {
    const explanation = explainedRead(location.path, error);
    if (!(explanation instanceof DamagedError)) throw explanation;
    found.push(explanation.what);
  }
  return found;
}
