import type { ListedMeeting, ListedRace, ListingSnapshot, RejectedMeeting } from '../../domain/snapshot.ts';
import { isTooDeep } from './depth.ts';
import { Drifts, Fields } from './fields.ts';
import { limits } from './limits.ts';
import { listedMeeting, listedRace, listingResponse } from './schema.ts';
import { ParseError, requireCount, timeOf, validated } from './validated.ts';

/**
 * A `/meetings` response as a snapshot. Meetings and races are looked at one by one: a malformed one does not cost the
 * others.
 *
 * @param body the decoded JSON of one page
 * @throws ParseError when it is no listing
 */
export function parseListing(body: unknown): ListingSnapshot {
  const { header, data } = validated(listingResponse, body);
  const generatedAt = timeOf(header.generated_time, 'header.generated_time');
  const drifts = new Drifts();
  const meetings: ListedMeeting[] = [];
  const rejected: RejectedMeeting[] = [];
  for (const served of listOf(data.meetings, limits.meetings, 'data.meetings')) {
    const reject = (reason: string): void => {
      rejected.push({
        meetingId: meetingId(served),
        raceIds: raceIds(served),
        reason,
        body: bytesOf(served),
      });
    };
    const meeting = understood(() => parseMeeting(served, drifts, reject), reject);
    if (meeting !== null) meetings.push(meeting);
  }
  return { generatedAt, meetings, rejected, ...drifts.found };
}

function understood<T>(read: () => T, reject: (reason: string) => void): T | null {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    reject(error.message);
    return null;
  }
}

/** @param reject called with the reason for each race that is left out */
function parseMeeting(served: unknown, drifts: Drifts, reject: (reason: string) => void): ListedMeeting {
  const { meeting: id } = validated(listedMeeting, served);
  const fields = new Fields(served as Record<string, unknown>, 'meetings', drifts);
  const entries = listOf((served as { races?: unknown }).races, limits.races, 'races');
  const races = entries
    .map((entry, index) => understood(() => parseRace(entry, id, `races.${index}`, drifts), reject))
    .filter((race) => race !== null);
  const category = selecting(fields, served, 'category');
  return {
    columns: {
      meeting_id: id,
      name: fields.text('name') ?? '',
      date: fields.text('date')?.slice(0, 10) ?? null,
      country: selecting(fields, served, 'country'),
      state: fields.text('state'),
      category,
      track_condition: fields.text('track_condition'),
      weather: presentWeather(races),
      status: fields.text('tote_status'),
      tote_meeting_number: fields.whole('tote_meeting_number'),
    },
    extra: fields.extra(meetingKeys),
    races: races.map((race) => ({ ...race, category })),
  };
}

/** By these it is decided what is recorded: of another type they would leave a meeting out without a word. */
function selecting(fields: Fields, served: unknown, name: 'category' | 'country'): string | null {
  const value = (served as Readonly<Record<string, unknown>>)[name];
  if (value == null || typeof value === 'string') return fields.text(name);
  throw new ParseError(`${name}: Invalid text`);
}

function parseRace(served: unknown, meetingId: string, place: string, drifts: Drifts): ListedRace {
  const { id, start_time, status } = validated(listedRace, served, place);
  const fields = new Fields(served as Record<string, unknown>, 'meetings.races', drifts);
  return {
    raceId: id,
    meetingId,
    raceNumber: fields.whole('race_number'),
    name: fields.text('name'),
    status,
    advertisedStart: timeOf(start_time, `races.${id}.start_time`),
    toteStartTime: fields.text('tote_start_time'),
    trackCondition: fields.text('track_condition'),
    distance: fields.whole('distance'),
    weather: fields.text('weather'),
    country: fields.text('country'),
    state: fields.text('state'),
    category: null,
  };
}

const meetingKeys = new Set([
  'meeting',
  'name',
  'date',
  'country',
  'state',
  'category',
  'track_condition',
  'tote_status',
  'tote_meeting_number',
  'races',
]);

/** A listing has the weather by race only; the meeting's is that of the first race still to be run. */
function presentWeather(races: readonly ListedRace[]): string | null {
  const next = races.find((race) => race.status.toLowerCase() === 'open') ?? races.at(-1);
  return next?.weather ?? null;
}

function listOf(served: unknown, max: number, place: string): readonly unknown[] {
  if (served == null) return [];
  if (!Array.isArray(served)) throw new ParseError(`${place}: Invalid list`);
  requireCount(served, max, place);
  return served as readonly unknown[];
}

function meetingId(served: unknown): string | null {
  return textIn(served, 'meeting');
}

/** The races that a meeting names, understood or not: they have not gone from the listing. */
function raceIds(served: unknown): string[] {
  const { races } = (served ?? {}) as { races?: unknown };
  const list: readonly unknown[] = Array.isArray(races) ? races.slice(0, limits.races) : [];
  return list.map((race) => textIn(race, 'id')).filter((id) => id !== null);
}

function textIn(served: unknown, name: string): string | null {
  if (typeof served !== 'object' || served === null) return null;
  const value = (served as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' && value.length <= limits.idLength ? value.toWellFormed() : null;
}

/** A meeting as served, but for what is nested too deep to be written out: the page that it stands on has that. */
function bytesOf(served: unknown): Uint8Array {
  const shallow = isTooDeep(served)
    ? Object.fromEntries(Object.entries(served as object).filter(([, value]) => !isTooDeep(value)))
    : served;
  return new TextEncoder().encode(JSON.stringify(shallow));
}
