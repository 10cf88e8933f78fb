import { DatabaseSync } from 'node:sqlite';
import { appwriteTable } from '../../src/sinks/appwrite/appwrite-tables.ts';
import { storedRow } from '../../src/sinks/appwrite/decode.ts';
import { allTables } from '../../src/sinks/appwrite/selection.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { AppwriteStandIn } from './appwrite/standin.ts';

/**
 * Writes all that Appwrite has into a new journal, with the polls of the journals that led to it: so it can be
 * judged by the simulator's ledger.
 */
export function asJournal(
  file: string,
  server: Pick<AppwriteStandIn, 'rows'>,
  polled: readonly string[],
): void {
  const merged = openJournal(file, { source: { kind: 'recording' }, now: Date.now });
  for (const { table } of allTables()) {
    const rows = server.rows(table.id).map((row) => storedRow(appwriteTable(table.id), row));
    merged.restore([{ table: table.id, rows: rows.filter((row) => row !== null) }]);
  }
  merged.close();
  const opened = new DatabaseSync(file);
  for (const name of polled) {
    opened.exec(`ATTACH '${name}' AS other;
      INSERT OR IGNORE INTO polls SELECT * FROM other.polls WHERE reason IS NOT 'read back'; DETACH other`);
  }
  opened.close();
}

/** Rows whose value is that of the row before them: of these there is none for which that can be right. */
export function repeatedValues(db: string): unknown[] {
  const opened = new DatabaseSync(db, { readOnly: true });
  const repeated = (table: string, key: string, value: string, where = 'true'): unknown[] =>
    opened
      .prepare(
        `SELECT '${table}' AS "table", id FROM (
          SELECT id, ${value} AS value, lag(${value}) OVER (PARTITION BY ${key} ORDER BY source_time, seq) AS before
          FROM ${table} WHERE ${where}) WHERE value IS before AND before IS NOT NULL`,
      )
      .all();
  const figures = "hold_percentage || '/' || bet_percentage";
  const bet = 'race_id, list, title, description, stake, odds, placed_at, legs';
  try {
    return [
      ...repeated('odds_history', 'entrant_id, kind', "ifnull(odds, 'none')", "kind <> 'fixed_win'"),
      ...repeated('money_flow_history', "race_id, ifnull(entrant_id, '')", figures),
      ...repeated('pool_history', "race_id, product, ifnull(legs, '')", "total || '/' || status"),
      ...repeated('race_results', 'race_id', 'status || placings || dividends'),
      ...opened.prepare(`SELECT ${bet}, count(*) AS n FROM bets GROUP BY ${bet} HAVING n > 1`).all(),
    ];
  } finally {
    opened.close();
  }
}
