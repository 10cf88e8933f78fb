import { explained, sqliteFault } from './errors.ts';
import { locate } from './location.ts';
import type { Location } from './location.ts';
import { openReadable } from './open.ts';
import { missingJournal } from './reader.ts';

/**
 * Looks for damage in a whole journal: reads every page and compares each index with its table. It takes about
 * as long as reading the file, beside a writer too.
 *
 * @returns what is wrong, one line each as SQLite words it; empty when nothing is
 * @throws JournalError when there is no journal to look at
 */
export function checkIntegrity(file: string): string[] {
  const location = locate(file);
  if (!location.exists) throw missingJournal(file);
  try {
    return problems(location);
  } catch (error) {
    const explanation = explained(location.path, error);
    if (!isDamage(error) || !(explanation instanceof Error)) throw explanation;
    return [explanation.message];
  }
}

function problems(location: Location): string[] {
  const db = openReadable(location);
  if (db === null) throw missingJournal(location.path);
  try {
    const rows = db.prepare('PRAGMA integrity_check').all();
    return rows.map((row) => String(row.integrity_check)).filter((line) => line !== 'ok');
  } finally {
    db.close();
  }
}

function isDamage(error: unknown): boolean {
  return (sqliteFault(error) ?? (error instanceof Error ? sqliteFault(error.cause) : null)) === 11;
}
