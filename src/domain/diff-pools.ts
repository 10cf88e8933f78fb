import { poolKey } from './baseline.ts';
import type { Baseline } from './baseline.ts';
import { rowId } from './ids.ts';
import { secondsToStart } from './observation.ts';
import type { Observation } from './observation.ts';
import type { Pool } from './snapshot.ts';
import type { PoolRow } from './tables.ts';

/**
 * Tote pools against the recorded ones: a row when a pool's total or status changes, after the close too. A
 * product over several races is recorded under each race that serves it, with its legs.
 */
export function diffPools(
  observation: Observation,
  recorded: Baseline['pools'],
  served: readonly Pool[],
): { readonly rows: readonly PoolRow[]; readonly pools: Baseline['pools'] } {
  const rows: PoolRow[] = [];
  const pools = new Map(recorded);
  for (const pool of served) {
    const key = poolKey(pool.product, pool.legs);
    const before = pools.get(key);
    if (before?.total === pool.total && before.status === pool.status) continue;
    pools.set(key, { total: pool.total, status: pool.status });
    rows.push({
      id: rowId(observation.raceId, pool.product, observation.sourceTime, pool.total, pool.status),
      race_id: observation.raceId,
      product: pool.product,
      legs: pool.legs,
      total: pool.total,
      previous_total: before?.total ?? null,
      status: pool.status,
      source_time: observation.sourceTime,
      observed_at: observation.observedAt,
      seconds_to_start: secondsToStart(observation, observation.generatedAt),
      raw_extra: JSON.stringify(pool.extra),
    });
  }
  return { rows, pools: rows.length === 0 ? recorded : pools };
}
