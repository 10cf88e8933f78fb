import { price } from '../../domain/odds.ts';
import { oddsKinds } from '../../domain/snapshot.ts';
import type { EntrantColumns, Extra, Fluctuation, Runner } from '../../domain/snapshot.ts';
import { epochMillis, timestamp } from '../../domain/time.ts';
import { LastStarts, formDigest } from './last-starts.ts';
import { rest } from './race.ts';
import type { ServedRunner } from './schema.ts';

/** A member of `runners`: its columns, its dated prices, its form and what else was served. */
export function parseRunner(served: ServedRunner): Runner {
  const { fluctuations, oldestOfSix } = datesOf(served);
  const form = formOf(served);
  const runner = {
    columns: columns(served),
    extra: runnerExtra(served),
    fluctuations,
    oldestOfSix,
  };
  const starts = form?.last_starts;
  if (form === null || !(starts instanceof LastStarts))
    return { ...runner, form: form && JSON.stringify(form) };
  return {
    ...runner,
    get form() {
      return JSON.stringify(form);
    },
    formDigest: formDigest(form, starts),
  };
}

const oddsKeys = new Set<string>(oddsKinds);
const weightKeys = new Set(['allocated', 'total']);

function runnerExtra(served: ServedRunner): Extra {
  const extra = rest(served, placedKeys);
  const odds = rest(served.odds ?? {}, oddsKeys);
  const weight = rest(served.weight ?? {}, weightKeys);
  if (Object.keys(odds).length > 0) extra.odds = odds;
  if (Object.keys(weight).length > 0) extra.weight = weight;
  return extra;
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

function datesOf(served: ServedRunner): Pick<Runner, 'fluctuations' | 'oldestOfSix'> {
  const fluctuations: Fluctuation[] = [];
  const { open, nine_am, high, low, last_six } = served.flucs_with_timestamp ?? {};
  const flucs = served.flucs ?? [];
  const take = (entry: { timestamp: string; fluc: number } | null | undefined): void => {
    const at = entry ? dateOf(entry.timestamp) : null;
    if (!entry || at === null) return;
    fluctuations.push({ at, odds: price(entry.fluc), place: flucs.lastIndexOf(entry.fluc) });
  };
  for (const entry of [open, nine_am, high, low]) take(entry);
  const first = fluctuations.length;
  for (const entry of last_six ?? []) take(entry);
  const six = fluctuations.slice(first);
  return {
    fluctuations,
    oldestOfSix: six.length < 6 ? null : Math.min(...six.map(({ at }) => at)),
  };
}

/** Epoch milliseconds; null for what is no time, and timestamps starting `0001-` are empty. */
function dateOf(timestamp: string): number | null {
  if (timestamp.startsWith('0001-')) return null;
  const at = epochMillis(timestamp);
  return Number.isNaN(at) ? null : at;
}

/** Null when there is none. */
function formOf(served: ServedRunner): Record<string, unknown> | null {
  const form: Record<string, unknown> = {};
  let isEmpty = true;
  for (const key of formKeys) {
    const value = served[key];
    if (value == null) continue;
    form[key] = value;
    isEmpty = false;
  }
  return isEmpty ? null : form;
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
