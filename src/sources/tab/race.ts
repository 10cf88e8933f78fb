import type { EventSnapshot, Extra, MeetingColumns, RaceColumns } from '../../domain/snapshot.ts';
import { timestamp } from '../../domain/time.ts';
import { Fields } from './fields.ts';
import type { Drifts } from './fields.ts';
import { firstSecond, lastSecond } from './schema.ts';
import type { ServedData, ServedRace } from './schema.ts';

/** What an event response says of its race, and of its meeting. */
export function raceOf(data: ServedData, drifts: Drifts): Pick<EventSnapshot, 'race' | 'extra' | 'meeting'> {
  const served = data.race as ServedRace;
  const fields = new Fields(served, 'race', drifts);
  const race = raceColumns(served, fields);
  const name = fields.text('meeting_name') ?? '';
  return { race, extra: raceExtra(data, fields, drifts), meeting: meetingOfRace(race, name) };
}

/** The columns of `races` that an event response tells. */
function raceColumns(race: ServedRace, fields: Fields): RaceColumns {
  const actual = fields.between('actual_start', firstSecond, lastSecond);
  return {
    race_id: race.event_id,
    meeting_id: race.meeting_id,
    race_number: fields.whole('race_number'),
    name: fields.text('description'),
    status: race.status,
    advertised_start: timestamp(race.advertised_start * 1000),
    actual_start: actual === null ? null : timestamp(actual * 1000),
    distance: fields.whole('distance'),
    country: fields.text('country'),
    state: fields.text('state'),
    type: fields.text('type'),
    track_condition: fields.text('track_condition'),
    track_direction: fields.text('track_direction'),
    track_surface: fields.text('track_surface'),
    weather: fields.text('weather'),
    rail_position: fields.text('rail_position'),
    field_size: fields.whole('field_size'),
    entrant_count: fields.whole('entrant_count'),
    positions_paid: fields.whole('positions_paid'),
    group: fields.text('group'),
    class: fields.text('class'),
    start_type: fields.text('start_type'),
    comment: fields.text('comment'),
    silk_url: fields.text('silk_url'),
    prize_monies: fields.json('prize_monies'),
    protest: fields.flag('protest'),
    protest_reason: fields.text('protest_reason'),
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
function raceExtra(data: ServedData, race: Fields, drifts: Drifts): Extra {
  const beside = new Fields(data, 'data', drifts);
  const named = (copy: 'favourite' | 'mover'): string | null =>
    new Fields(beside.object(copy), copy, drifts).text('entrant_id');
  const [favourite, mover] = [named('favourite'), named('mover')];
  const other = beside.extra(dataKeys);
  return {
    ...race.extra(raceKeys),
    ...other,
    favourite: other.favourite ?? favourite,
    mover: other.mover ?? mover,
  };
}

/** The meeting as an event tells it. */
function meetingOfRace(race: RaceColumns, name: string): MeetingColumns {
  return {
    meeting_id: race.meeting_id,
    name,
    date: null,
    country: race.country,
    state: race.state,
    category: race.type,
    track_condition: race.track_condition,
    weather: race.weather,
    status: null,
    tote_meeting_number: null,
  };
}
