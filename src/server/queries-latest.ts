import type { Prepare } from '../journal/writer.ts';
import type { Pool, Result } from './contract/history.ts';
import { views } from './queries-history.ts';

// From one product to the next by the index, however many rows each has.
export const latestPoolsSql = `WITH RECURSIVE products (product) AS (
    SELECT min(product) FROM pool_history WHERE race_id = $race
    UNION ALL
    SELECT (SELECT min(product) FROM pool_history WHERE race_id = $race AND product > products.product)
    FROM products WHERE product IS NOT NULL)
  SELECT ${views.pools.columns} FROM products JOIN pool_history ON pool_history.seq = (
    SELECT newest.seq FROM pool_history AS newest WHERE newest.race_id = $race AND newest.product = products.product
    ORDER BY newest.source_time DESC, newest.seq DESC LIMIT 1)
  LIMIT 100`;

/** The newest row of each of a race's products. */
export function latestPools(prepare: Prepare, raceId: string): Pool[] {
  return prepare(latestPoolsSql).all({ race: raceId }).map(views.pools.read);
}

export const latestResultSql = `SELECT ${views.results.columns} FROM race_results
  WHERE race_id = ? ORDER BY revision DESC LIMIT 1`;

/** A race's results as last amended; null before there were any. */
export function latestResult(prepare: Prepare, raceId: string): Result | null {
  const stored = prepare(latestResultSql).get(raceId);
  return stored === undefined ? null : views.results.read(stored);
}
