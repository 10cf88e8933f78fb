import { price } from '../../domain/odds.ts';
import { oddsKinds } from '../../domain/snapshot.ts';
import type { EntrantColumns, Extra, Fluctuation, Runner } from '../../domain/snapshot.ts';
import { epochMillis, timestamp } from '../../domain/time.ts';
import { rest } from './race.ts';
import type { ServedRunner } from './schema.ts';

/** A member of `runners`: its columns, its dated prices, its form and what else was served. */
export function parseRunner(served: ServedRunner): Runner {
  const form: Record<string, unknown> = {};
  for (const key of formKeys) if (served[key] != null) form[key] = served[key];
  const fluctuations = dated(served);
  const lastSix = (served.flucs_with_timestamp?.last_six ?? []).filter(isDated);
  return {
    columns: columns(served),
    extra: runnerExtra(served),
    fluctuations,
    oldestOfSix:
      lastSix.length < 6 ? null : Math.min(...lastSix.map((entry) => epochMillis(entry.timestamp))),
    form: Object.keys(form).length === 0 ? null : JSON.stringify(form),
  };
}

const oddsKeys = new Set<string>(oddsKinds);
const weightKeys = new Set(['allocated', 'total']);

function runnerExtra(served: ServedRunner): Extra {
  const odds = rest(served.odds ?? {}, oddsKeys);
  const weight = rest(served.weight ?? {}, weightKeys);
  return {
    ...rest(served, placedKeys),
    ...(Object.keys(odds).length > 0 && { odds }),
    ...(Object.keys(weight).length > 0 && { weight }),
  };
}

function columns(served: ServedRunner): EntrantColumns {
  return {
    entrant_id: served.entrant_id,
    runner_number: served.runner_number ?? null,
    name: served.name,
    barrier: served.barrier ?? null,
    barrier_position: served.barrier_position ?? null,
    jockey: served.jockey ?? null,
    apprentice_indicator: served.apprentice_indicator ?? null,
    trainer: served.trainer_name ?? null,
    trainer_location: served.trainer_location ?? null,
    weight_allocated: served.weight?.allocated ?? null,
    weight_total: served.weight?.total ?? null,
    is_scratched: served.is_scratched,
    scratched_at: scratchedAt(served),
    is_emergency: served.is_emergency ?? null,
    emergency_position: served.emergency_position ?? null,
    primary_market: served.primary_market ?? null,
    market_name: served.market_name ?? null,
    fixed_win: served.odds?.fixed_win ?? null,
    fixed_place: served.odds?.fixed_place ?? null,
    pool_win: served.odds?.pool_win ?? null,
    pool_place: served.odds?.pool_place ?? null,
    favourite: served.favourite ?? null,
    mover: served.mover ?? null,
    horse_id: served.horse_id ?? null,
    age: served.age ?? null,
    sex: served.sex ?? null,
    colour: served.colour ?? null,
    country: served.country ?? null,
    sire: served.sire ?? null,
    dam: served.dam ?? null,
    owners: served.owners ?? null,
    gear: served.gear ?? null,
    last_twenty_starts: served.last_twenty_starts ?? null,
    silk_colours: served.silk_colours ?? null,
    silk_url_64x64: served.silk_url_64x64 ?? null,
    silk_url_128x128: served.silk_url_128x128 ?? null,
  };
}

/** `scratch_time` is epoch seconds and `scr_time` RFC 3339; both are 0 or null on a runner not scratched. */
function scratchedAt(served: ServedRunner): string | null {
  if (!served.is_scratched) return null;
  if (served.scratch_time) return timestamp(served.scratch_time * 1000);
  const millis = served.scr_time ? epochMillis(served.scr_time) : NaN;
  return millis > 0 ? timestamp(millis) : null;
}

/** Timestamps starting `0001-` are empty. */
function isDated(entry: { timestamp: string }): boolean {
  return !entry.timestamp.startsWith('0001-') && !Number.isNaN(epochMillis(entry.timestamp));
}

function dated(served: ServedRunner): Fluctuation[] {
  const fluctuations = served.flucs_with_timestamp;
  if (!fluctuations) return [];
  const { open, nine_am, high, low, last_six } = fluctuations;
  const flucs = served.flucs ?? [];
  return [open, nine_am, high, low, ...(last_six ?? [])]
    .filter((entry) => entry != null)
    .filter(isDated)
    .map((entry) => ({
      at: epochMillis(entry.timestamp),
      odds: price(entry.fluc),
      place: flucs.lastIndexOf(entry.fluc),
    }));
}

/** Past performances and what is computed from them: the same all day for a start, and most of a payload. */
const formKeys = [
  ...['last_starts', 'past_performances', 'jockey_past_performances', 'overall', 'last_12_months'],
  ...['last_12_months_prize_money', 'last_12_w', 'last_12_p', 'win_p', 'place_p', 'spr'],
  ...['first_up', 'second_up', 'third_up', 'fourth_up', 'fresh_30', 'fresh_90', 'weight_for_age'],
  ...['track', 'distance', 'track_distance', 'left_handed', 'right_handed', 'hurdle', 'steeple'],
  ...[
    'firm',
    'good',
    'slow',
    'soft',
    'heavy',
    'turf',
    'synthetic',
    'all_weather',
    'fast',
    'mobile',
    'standing',
  ],
  ...['box_history', 'all_box_history', 'runner_win_history', 'predictors', 'best_time', 'best_mile_rate'],
  ...['form_indicators', 'form_comment', 'form_comment_short', 'preview'],
] as const;

const placedKeys = new Set<string>([
  ...formKeys,
  ...['entrant_id', 'name', 'runner_number', 'barrier', 'barrier_position', 'jockey', 'apprentice_indicator'],
  ...['trainer_name', 'trainer_location', 'weight', 'is_scratched', 'is_emergency', 'emergency_position'],
  ...['primary_market', 'market_name', 'odds', 'favourite', 'mover', 'horse_id', 'age', 'sex', 'colour'],
  ...['country', 'sire', 'dam', 'owners', 'gear', 'last_twenty_starts', 'silk_colours'],
  ...['silk_url_64x64', 'silk_url_128x128'],
]);
