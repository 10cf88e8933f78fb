import { idOf } from './identity.ts';
import { field, list, number, text, type Json } from './json.ts';
import type { RaceRecord } from './record.ts';
import type { Response } from './response.ts';
import { addOnce } from './rows.ts';
import { secondsBetween } from './times.ts';

function legsOf(pool: Json): string | null {
  for (const name of ['quaddie', 'early_quaddie', 'tote_treble', 'tote_running_double']) {
    const legs = field(pool, name) ?? null;
    if (legs !== null) return JSON.stringify(legs);
  }
  return null;
}

/** A pool is its product and legs; a row when its total or status changes. */
export function recordPools(record: RaceRecord, response: Response): void {
  for (const pool of list(field(response.data, 'tote_pools'))) {
    const product = text(field(pool, 'product_type'));
    const legs = legsOf(pool);
    const total = number(field(pool, 'total'));
    const status = text(field(pool, 'status'));
    const last = record.pools.filter((row) => row.product === product && row.legs === legs).at(-1);
    if (last?.total === total && last.status === status) continue;
    addOnce(record.pools, {
      id: idOf(response.raceId, product, response.generatedAt, total, status),
      race_id: response.raceId,
      product,
      legs,
      total,
      previous_total: last?.total ?? null,
      status,
      source_time: response.generatedAt,
      observed_at: response.receivedAt,
      seconds_to_start: secondsBetween(response.generatedAt, response.start),
    });
  }
}
