import type { Extra, MeetingColumns, RaceColumns } from '../../domain/snapshot.ts';
import { timestamp } from '../../domain/time.ts';
import type { ServedEvent, ServedRace } from './schema.ts';

/** The columns of `races` that an event response tells. */
export function raceColumns(race: ServedRace): RaceColumns {
  return {
    race_id: race.event_id,
    meeting_id: race.meeting_id,
    race_number: race.race_number ?? null,
    name: race.description ?? null,
    status: race.status,
    advertised_start: timestamp(race.advertised_start * 1000),
    actual_start: race.actual_start == null ? null : timestamp(race.actual_start * 1000),
    distance: race.distance ?? null,
    country: race.country ?? null,
    state: race.state ?? null,
    type: race.type ?? null,
    track_condition: race.track_condition ?? null,
    track_direction: race.track_direction ?? null,
    track_surface: race.track_surface ?? null,
    weather: race.weather ?? null,
    rail_position: race.rail_position ?? null,
    field_size: race.field_size ?? null,
    entrant_count: race.entrant_count ?? null,
    positions_paid: race.positions_paid ?? null,
    group: race.group ?? null,
    class: race.class ?? null,
    start_type: race.start_type ?? null,
    comment: race.comment ?? null,
    silk_url: race.silk_url ?? null,
    prize_monies: race.prize_monies == null ? null : JSON.stringify(race.prize_monies),
    protest: race.protest ?? null,
    protest_reason: race.protest_reason ?? null,
  };
}

const raceKeys = new Set([
  ...['event_id', 'description', 'meeting_id', 'race_number', 'status', 'advertised_start', 'actual_start'],
  ...[
    'distance',
    'country',
    'state',
    'type',
    'track_condition',
    'track_direction',
    'track_surface',
    'weather',
  ],
  ...['rail_position', 'field_size', 'entrant_count', 'positions_paid', 'group', 'class', 'start_type'],
  ...['comment', 'silk_url', 'prize_monies', 'protest', 'protest_reason'],
]);

const dataKeys = new Set([
  ...['race', 'runners', 'results', 'dividends', 'money_tracker', 'tote_pools'],
  ...['big_bets', 'live_bets', 'biggest_bet', 'favourite', 'mover'],
]);

/**
 * What else was served beside and inside `race`. The top-level `favourite` and `mover` are copies of a runner
 * whose flags disagree with `runners`, so that only the entrant they name is kept.
 */
export function raceExtra(data: ServedEvent['data']): Extra {
  return {
    ...rest(data.race, raceKeys),
    ...rest(data, dataKeys),
    favourite: data.favourite?.entrant_id ?? null,
    mover: data.mover?.entrant_id ?? null,
  };
}

/** The meeting as an event tells it. */
export function meetingOfRace(race: ServedRace): MeetingColumns {
  return {
    meeting_id: race.meeting_id,
    name: race.meeting_name,
    date: null,
    country: race.country ?? null,
    state: race.state ?? null,
    category: race.type ?? null,
    track_condition: race.track_condition ?? null,
    weather: race.weather ?? null,
    status: null,
    tote_meeting_number: null,
  };
}

/** The properties of a served object that have no place of their own. */
export function rest(
  served: Readonly<Record<string, unknown>>,
  placed: ReadonlySet<string | undefined>,
): Record<string, unknown> {
  const extra: Record<string, unknown> = {};
  for (const key of Object.keys(served)) {
    // One that is named `__proto__` would become the prototype.
    if (!placed.has(key) && key !== '__proto__') extra[key] = served[key];
  }
  return extra;
}
