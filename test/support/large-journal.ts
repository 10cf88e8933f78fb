import { DatabaseSync } from 'node:sqlite';
import { openJournal } from '../../src/journal/journal.ts';

/** Makes a journal with so many prices. */
export function makeLargeJournal(path: string, rows: number): void {
  openJournal(path, { source: { kind: 'recording' }, now: Date.now }).close();
  const db = new DatabaseSync(path);
  const time = (offset: number): string =>
    `strftime('%Y-%m-%dT%H:%M:%fZ', 1772248200 + i + ${offset}, 'unixepoch')`;
  const indexes = db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '%odds%'`)
    .all();
  for (const { name } of indexes) db.exec(`DROP INDEX ${String(name)}`);
  db.exec(`PRAGMA synchronous = OFF;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO odds_history SELECT 1772248200123000 + i, printf('%032x', i * 7919), 'race-' || (i / 1000),
      'entrant-' || (i / 100), iif(i % 4 = 0, 'fixed_win', 'pool_win'), iif(i % 11 = 0, NULL, 1 + (i % 970) / 10.0),
      iif(i % 7 = 0, NULL, 1 + (i % 900) / 10.0), ${time(0)}, ${time(1)}, 'poll', 3600.0 - i % 4000 FROM n`);
  db.close();
}
