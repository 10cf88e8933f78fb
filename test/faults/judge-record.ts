import type { DatabaseSync } from 'node:sqlite';

/** Rows of history that say again what the row before them said. */
export function repeatedValues(db: DatabaseSync): string[] {
  const bet = 'race_id, list, title, description, stake, odds, placed_at, legs';
  return [
    // Where a fluctuation came to light late, two equal prices may stand side by side.
    ...repeatedIn(db, 'odds_history', 'entrant_id, kind', "ifnull(odds, 'none')", "kind <> 'fixed_win'"),
    ...repeatedIn(
      db,
      'money_flow_history',
      "race_id, ifnull(entrant_id, '')",
      "hold_percentage || '/' || bet_percentage",
    ),
    ...repeatedIn(db, 'pool_history', "race_id, product, ifnull(legs, '')", "total || '/' || status"),
    ...repeatedIn(db, 'race_results', 'race_id', 'status || placings || dividends'),
    ...repeatedIn(db, 'race_events', "race_id, ifnull(entrant_id, ''), kind", "ifnull(value, 'none')"),
    ...told(db, `SELECT 'bets of ' || race_id AS line FROM bets GROUP BY ${bet} HAVING count(*) > 1`),
  ];
}

function repeatedIn(db: DatabaseSync, table: string, key: string, value: string, where = 'true'): string[] {
  return told(
    db,
    `SELECT '${table} ' || id || ' repeats the value before it' AS line FROM (
      SELECT id, ${value} AS value, lag(${value}) OVER (PARTITION BY ${key} ORDER BY source_time, seq) AS before
      FROM ${table} WHERE ${where}) WHERE value IS before AND before IS NOT NULL`,
  );
}

/** Gaps in which the race was polled all the same; one that nothing closed lasts until now. */
export function wronglyTold(db: DatabaseSync): string[] {
  return told(
    db,
    `SELECT 'gap of ' || gaps.race_id || ' from ' || from_time || ', with a poll at ' || started_at AS line
      FROM gaps JOIN polls USING (race_id)
      WHERE entrant_id IS NULL AND polls.source_time IS NOT NULL AND from_time < started_at AND ifnull(started_at < to_time, true)`,
  );
}

function told(db: DatabaseSync, sql: string): string[] {
  return db
    .prepare(sql)
    .all()
    .map(({ line }) => String(line));
}
