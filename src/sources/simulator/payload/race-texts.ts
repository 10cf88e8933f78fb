import { nzDateOf, goTime, wallClockNz } from '../nz-time.ts';
import type { RaceState } from '../market.ts';
import { random } from '../random.ts';
import { remarks } from '../words.ts';
import type { RaceStory } from '../world.ts';
import { fields } from './json.ts';

const whole = (millis: number) => Math.floor(millis / 1000);

function prizes(total: number, places: number): object {
  const shares = [0.56, 0.18, 0.09, 0.05, 0.03, 0.02, 0.02, 0.02, 0.02, 0.01];
  const names = ['1st', '2nd', '3rd', ...Array.from({ length: 7 }, (_, index) => `${index + 4}th`)];
  const entries = names
    .slice(0, places)
    .map((name, index) => [name, Math.round(total * (shares[index] ?? 0))]);
  return { ...(Object.fromEntries(entries) as Record<string, number>), total_value: total };
}

function channelMeta(story: RaceStory): object {
  const { meeting, card } = story;
  const utc = new Date(card.start).toISOString();
  return {
    Live1: {
      RaceNo: card.number,
      RaceType: meeting.code,
      SlotType: '',
      SlotTitle: '',
      VenueName: meeting.name,
      CrossPoint: 20 + meeting.index,
      RacePriority: '1',
      SlotDuration: '',
      SchedulerNote: `P1 - Prize Money: $${card.prize}`,
      CrossPointName: 'SKY 02',
      SlotDescription: '',
      UtcRaceStartTime: `${utc.slice(0, 19)}Z`,
      VenueCountryCode: meeting.country === 'AUS' ? 'AU' : meeting.country,
      VenueProviderName: 'SKY',
      DisplayRaceStartTime: utc.slice(0, 19),
      SchedulerNotePriority: 'None',
    },
  };
}

/** Only NZ thoroughbred races tell so much. */
function conditions(story: RaceStory): object {
  return {
    track_surface: 'Grass',
    track_circumference: 1800,
    class: story.card.className,
    ffwin_option_number: 400 + story.card.number,
    fftop3_option_number: 1400 + story.card.number,
    gait: '',
    gender_conditions: 'unrestricted',
    allowance_conditions: true,
    age_conditions: 'Unrestricted',
    special_conditions: '',
    jockey_conditions: 'C',
    weight_and_handicap_conditions: 'hcp',
    mile_rate_400: '',
    mile_rate_800: '',
  };
}

/** Properties of `race` that never change, and the ids that its tips name. */
export function raceTexts(key: string, story: RaceStory): { fixed: string; tips: string[] } {
  const { meeting, card, field } = story;
  const r = random(key, 'race texts', card.id);
  const tipped = r.shuffle(field).slice(0, r.int(4, 6));
  const comment = tipped.map(({ name, number }) => `${name.toUpperCase()} (${number}) ${r.pick(remarks)}.`);
  const fixed = fields({
    event_id: card.id,
    meeting_name: meeting.name,
    display_meeting_name: meeting.name,
    meeting_id: meeting.id,
    description: card.name,
    race_number: card.number,
    type: meeting.code,
    start_type: card.startType,
    country: meeting.country,
    state: meeting.state,
    distance: card.distance,
    weather: meeting.weather,
    form_guide: '',
    comment: comment.join(' '),
    silk_base_url: 'silks.example.invalid',
    silk_url: `https://silks.example.invalid/sprites/${card.id}_SPRITE_64x64.png`,
    track_direction: meeting.track.direction,
    entrant_count: field.length,
    positions_paid: story.placesPaid,
    video_channels: meeting.videoChannels,
    video_channels_meta: channelMeta(story),
    rail_position: meeting.track.rail,
    group: card.group,
    prize_monies: prizes(card.prize, meeting.code === 'G' ? 4 : 10),
    track_home_straight: meeting.country === 'NZ' && meeting.code === 'T' ? 430 : 0,
    ...(meeting.country === 'NZ' && meeting.code === 'T' ? conditions(story) : {}),
  });
  return { fixed, tips: tipped.map(({ id }) => `"${id}"`) };
}

/** Properties of `race` that may change from one refresh to the next. */
export function changingRaceText(story: RaceStory, state: RaceState): string {
  const { finish, card } = story;
  const amended = card.timetable.amended !== null && state.at >= card.timetable.amended;
  return fields({
    status: state.status,
    advertised_start: whole(state.advertisedStart),
    actual_start: whole(state.actualStart),
    advertised_start_string: goTime(state.advertisedStart),
    actual_start_string: goTime(state.actualStart),
    race_date_nz: nzDateOf(state.advertisedStart),
    start_time_nz: wallClockNz(state.advertisedStart),
    track_condition: state.trackCondition,
    field_size: state.runners.filter(({ scratched }) => !scratched).length,
    ...(amended && finish.protest !== null ? { protest: true, protest_reason: finish.protest } : {}),
  });
}
