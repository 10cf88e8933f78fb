import type { Stamp } from '../clock.ts';
import type { MeetingCard, RaceCard } from '../card.ts';
import { dateOfDay, toteClock } from '../nz-time.ts';
import { slotAt, slotStart } from '../refresh.ts';
import { advertisedStart, listedStatusAt } from '../timetable.ts';
import type { World } from '../world.ts';
import { headerText } from './header.ts';

/** A listing request that was understood. */
export interface ListingRequest {
  /** First and last NZ date, as days since 1970. */
  readonly from: number;
  readonly to: number;
  /** `null`: any. */
  readonly category: string | null;
  readonly country: string | null;
  readonly limit: number;
  readonly offset: number;
  readonly url: string;
}

const categoryNames = { T: 'Thoroughbred Horse Racing', H: 'Harness Horse Racing', G: 'Greyhound Racing' };
const isoSeconds = (millis: number) => `${new Date(millis).toISOString().slice(0, 19)}Z`;

function raceObject(world: World, meeting: MeetingCard, card: RaceCard, now: number): object {
  // The listing and the event tell of the same refresh, or the one would take back what the other said.
  const at = slotStart(card, slotAt(card, now));
  const start = advertisedStart(card.timetable, at);
  const { amended, abandoned } = card.timetable;
  const changed = amended !== null && abandoned === null && at >= amended;
  const protest = changed ? (world.race(card.id)?.finish.protest ?? null) : null;
  return {
    id: card.id,
    race_number: card.number,
    name: card.name,
    start_time: isoSeconds(start),
    ...(meeting.toteNumber === null ? {} : { tote_start_time: toteClock(meeting.day, start) }),
    track_condition: trackCondition(meeting, at),
    distance: card.distance,
    weather: meeting.weather,
    country: meeting.country,
    state: meeting.state,
    status: listedStatusAt(card.timetable, at),
    ...(protest !== null ? { protest: true, protest_reason: protest } : {}),
  };
}

function trackCondition(meeting: MeetingCard, at: number): string {
  const { first, later } = meeting.track;
  return later && at >= later.at ? later.condition : first;
}

function meetingObject(world: World, meeting: MeetingCard, now: number): object {
  const { legs, toteNumber } = meeting;
  const lastClosed = Math.max(...meeting.races.map(({ timetable }) => timetable.closed));
  return {
    meeting: meeting.id,
    name: meeting.name,
    date: `${dateOfDay(meeting.day)}T00:00:00Z`,
    track_condition: trackCondition(meeting, now),
    category: meeting.code,
    category_name: categoryNames[meeting.code],
    country: meeting.country,
    state: meeting.state,
    races: meeting.races.map((card) => raceObject(world, meeting, card, now)),
    ...(toteNumber === null
      ? {}
      : {
          video_channels: meeting.videoChannels,
          ...(legs.quaddie.length > 0 ? { quaddie: legs.quaddie, early_quaddie: legs.earlyQuaddie } : {}),
          ...(legs.doubles.length > 0
            ? { tote_running_double: legs.doubles, tote_treble: legs.trebles }
            : {}),
          tote_meeting_number: toteNumber,
          tote_raceday_date: dateOfDay(meeting.day),
          tote_status: now >= lastClosed ? 'Closed' : 'Open',
        }),
  };
}

function paramsText(request: ListingRequest): string {
  return `"params":${JSON.stringify({
    enc: 'json',
    ids: null,
    date_from: `${dateOfDay(request.from)}T00:00:00Z`,
    date_to: `${dateOfDay(request.to)}T00:00:00Z`,
    type: request.category ?? ' ',
    country: request.country ?? ' ',
    limit: request.limit,
    offset: request.offset,
    futures: false,
    meeting_numbers: null,
  })}`;
}

/** The body of a listing. */
export function listingBody(world: World, request: ListingRequest, stamp: Stamp): string {
  const days = Array.from({ length: request.to - request.from + 1 }, (_, index) => request.from + index);
  const meetings = days
    .flatMap((day) => world.programme(day))
    .filter(({ code }) => request.category === null || code === request.category)
    .filter(({ country }) => request.country === null || country === request.country)
    .slice(request.offset, request.offset + request.limit);
  const header = headerText('Race Meetings', request.url, stamp);
  const shown = meetings.map((meeting) => meetingObject(world, meeting, stamp.millis));
  return `{${header},${paramsText(request)},"data":{"meetings":${JSON.stringify(shown)}}}`;
}
