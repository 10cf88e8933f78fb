import { price } from '../../domain/odds.ts';
import { oddsKinds } from '../../domain/snapshot.ts';
import type { EntrantColumns, Extra, Fluctuation, Runner } from '../../domain/snapshot.ts';
import { epochMillis, timestamp } from '../../domain/time.ts';
import { isTooDeep } from './depth.ts';
import { Fields, tooDeep } from './fields.ts';
import type { Drifts } from './fields.ts';
import { LastStarts, formDigest } from './last-starts.ts';
import { limits } from './limits.ts';
import { firstSecond, lastSecond } from './schema.ts';
import type { ServedRunner } from './schema.ts';

/** A member of `runners`: its columns, its dated prices, its form and what else was served. */
export function parseRunner(served: ServedRunner, drifts: Drifts): Runner {
  const fields = new Fields(served, 'runners', drifts);
  const { fluctuations, oldestOfSix } = datesOf(served, fields.list('flucs', limits.flucs));
  const form = formOf(served, fields);
  const weight = new Fields(fields.object('weight'), 'runners.weight', drifts);
  const runner = {
    columns: columns(served, fields, weight),
    extra: runnerExtra(served, fields, weight, drifts),
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

function runnerExtra(served: ServedRunner, fields: Fields, weight: Fields, drifts: Drifts): Extra {
  const extra = fields.extra(placedKeys);
  const odds = new Fields(served.odds ?? {}, 'runners.odds', drifts).extra(oddsKeys);
  const weights = weight.extra(weightKeys);
  if (hasAny(odds)) extra.odds = odds;
  if (hasAny(weights)) extra.weight = weights;
  return extra;
}

function hasAny(object: Extra): boolean {
  return Object.keys(object).length > 0;
}

function columns(served: ServedRunner, fields: Fields, weight: Fields): EntrantColumns {
  return {
    entrant_id: served.entrant_id,
    runner_number: fields.whole('runner_number'),
    name: fields.text('name') ?? '',
    barrier: fields.whole('barrier'),
    barrier_position: fields.text('barrier_position'),
    jockey: fields.text('jockey'),
    apprentice_indicator: fields.text('apprentice_indicator'),
    trainer: fields.text('trainer_name'),
    trainer_location: fields.text('trainer_location'),
    weight_allocated: weight.text('allocated'),
    weight_total: weight.text('total'),
    is_scratched: served.is_scratched,
    scratched_at: scratchedAt(served, fields),
    is_emergency: fields.flag('is_emergency'),
    emergency_position: fields.text('emergency_position'),
    primary_market: fields.flag('primary_market'),
    market_name: fields.text('market_name'),
    fixed_win: served.odds?.fixed_win ?? null,
    fixed_place: served.odds?.fixed_place ?? null,
    pool_win: served.odds?.pool_win ?? null,
    pool_place: served.odds?.pool_place ?? null,
    favourite: fields.flag('favourite'),
    mover: fields.flag('mover'),
    horse_id: fields.whole('horse_id'),
    age: fields.whole('age'),
    sex: fields.text('sex'),
    colour: fields.text('colour'),
    country: fields.text('country'),
    sire: fields.text('sire'),
    dam: fields.text('dam'),
    owners: fields.text('owners'),
    gear: fields.text('gear'),
    last_twenty_starts: fields.text('last_twenty_starts'),
    silk_colours: fields.text('silk_colours'),
    silk_url_64x64: fields.text('silk_url_64x64'),
    silk_url_128x128: fields.text('silk_url_128x128'),
  };
}

/** `scratch_time` is epoch seconds and `scr_time` RFC 3339; both are 0 or null on a runner not scratched. */
function scratchedAt(served: ServedRunner, fields: Fields): string | null {
  const seconds = fields.between('scratch_time', firstSecond, lastSecond);
  const time = fields.text('scr_time');
  if (!served.is_scratched) return null;
  if (seconds) return timestamp(seconds * 1000);
  const millis = time ? epochMillis(time) : NaN;
  return millis > 0 ? timestamp(millis) : null;
}

/** @param flucs prices without dates */
function datesOf(
  served: ServedRunner,
  flucs: readonly unknown[],
): Pick<Runner, 'fluctuations' | 'oldestOfSix'> {
  const fluctuations: Fluctuation[] = [];
  const { open, nine_am, high, low, last_six } = served.flucs_with_timestamp ?? {};
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
function formOf(served: ServedRunner, fields: Fields): Record<string, unknown> | null {
  const form: Record<string, unknown> = {};
  let isEmpty = true;
  for (const key of formKeys) {
    const value = served[key];
    if (value == null) continue;
    if (!(value instanceof LastStarts) && isTooDeep(value)) {
      fields.drift(key, tooDeep);
      continue;
    }
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
