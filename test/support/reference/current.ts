import { field, number, text, type Json } from './json.ts';
import type { RaceRecord } from './record.ts';
import type { Response } from './response.ts';
import type { Row, Value } from './rows.ts';
import { isScratched, scratchedAt } from './scratching.ts';
import { fromSeconds } from './times.ts';

export function meetingRow({ race }: Response): Row {
  return {
    meeting_id: text(field(race, 'meeting_id')),
    name: text(field(race, 'meeting_name')),
    country: text(field(race, 'country')),
    state: text(field(race, 'state')),
    category: text(field(race, 'type')),
    date: null,
  };
}

export function raceRow({ race, raceId, start }: Response): Row {
  const actual = number(field(race, 'actual_start'));
  return {
    race_id: raceId,
    meeting_id: text(field(race, 'meeting_id')),
    race_number: number(field(race, 'race_number')),
    name: text(field(race, 'description')),
    status: text(field(race, 'status')),
    advertised_start: start,
    actual_start: actual === null ? null : fromSeconds(actual),
    distance: number(field(race, 'distance')),
    country: text(field(race, 'country')),
    state: text(field(race, 'state')),
    type: text(field(race, 'type')),
    track_condition: text(field(race, 'track_condition')),
    weather: text(field(race, 'weather')),
    field_size: number(field(race, 'field_size')),
    entrant_count: number(field(race, 'entrant_count')),
  };
}

/** The row of a runner that is listed; once it no longer is, the row stays as it was but for `in_field`. */
export function entrantRow(record: RaceRecord, raceId: string, entrantId: string, runner: Json): Row {
  const money = record.money.filter((row) => row.entrant_id === entrantId).at(-1);
  return {
    entrant_id: entrantId,
    race_id: raceId,
    in_field: 1,
    ...served(runner),
    hold_percentage: money?.hold_percentage ?? null,
    bet_percentage: money?.bet_percentage ?? null,
    last_fluctuation_at: record.lastFluctuation.get(entrantId) ?? null,
  };
}

function served(runner: Json): Row {
  const odds = field(runner, 'odds');
  const weight = field(runner, 'weight');
  return {
    runner_number: number(field(runner, 'runner_number')),
    name: text(field(runner, 'name')),
    barrier: number(field(runner, 'barrier')),
    jockey: text(field(runner, 'jockey')),
    trainer: text(field(runner, 'trainer_name')),
    weight_allocated: text(field(weight, 'allocated')),
    weight_total: text(field(weight, 'total')),
    is_scratched: isScratched(runner) ? 1 : 0,
    scratched_at: scratchedAt(runner),
    fixed_win: number(field(odds, 'fixed_win')),
    fixed_place: number(field(odds, 'fixed_place')),
    pool_win: number(field(odds, 'pool_win')),
    pool_place: number(field(odds, 'pool_place')),
    favourite: flag(field(runner, 'favourite')),
    mover: flag(field(runner, 'mover')),
    silk_url_64x64: text(field(runner, 'silk_url_64x64')),
  };
}

function flag(value: Json | undefined): Value {
  return typeof value === 'boolean' ? Number(value) : null;
}
