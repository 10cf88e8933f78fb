import type { z } from 'zod';
import type {
  Bet,
  EventSnapshot,
  ListedMeeting,
  ListingSnapshot,
  Pool,
  RejectedMeeting,
} from '../../domain/snapshot.ts';
import { sumMoney } from '../../domain/money.ts';
import { epochMillis } from '../../domain/time.ts';
import { eventResponse, listedMeeting, listingResponse } from './schema.ts';
import type { ServedBet, ServedEvent, ServedListedRace, ServedMeeting, ServedPool } from './schema.ts';
import { meetingOfRace, raceColumns, raceExtra, rest } from './race.ts';
import { parseRunner } from './runner.ts';

/** A response that is JSON but not what the feed serves. The message names the place and what is wrong there. */
export class ParseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ParseError';
  }
}

/**
 * An EventRaceDetails response as a snapshot.
 * @param body the decoded JSON of `/events/{id}`
 * @throws ParseError when a field that we use is missing or of another type
 */
export function parseEvent(body: unknown): EventSnapshot {
  const { header, data } = validated(eventResponse, body);
  const field = new Set(data.runners.map((runner) => runner.entrant_id));
  if (field.size < data.runners.length) throw new ParseError('data.runners lists an entrant twice');
  const slices = data.money_tracker?.entrants ?? [];
  return {
    raceId: data.race.event_id,
    generatedAt: time(header.generated_time, 'header.generated_time'),
    race: raceColumns(data.race),
    extra: raceExtra(data),
    meeting: meetingOfRace(data.race),
    runners: data.runners.map(parseRunner),
    money: slices.length === 0 ? null : sumMoney(slices, field),
    pools: (data.tote_pools ?? []).map(parsePool),
    bets: allBets(data),
    results: { placings: data.results ?? [], dividends: data.dividends ?? [] },
  };
}

/**
 * A `/meetings` response as a snapshot.
 * @param body the decoded JSON of one page
 * @throws ParseError when a field that we use is missing or of another type
 */
export function parseListing(body: unknown): ListingSnapshot {
  const { header, data } = validated(listingResponse, body);
  const meetings: ListedMeeting[] = [];
  const rejected: RejectedMeeting[] = [];
  for (const served of data.meetings ?? []) {
    try {
      meetings.push(parseMeeting(validated(listedMeeting, served)));
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      const body = new TextEncoder().encode(JSON.stringify(served));
      rejected.push({ meetingId: meetingId(served), reason: error.message, body });
    }
  }
  return { generatedAt: time(header.generated_time, 'header.generated_time'), meetings, rejected };
}

function meetingId(served: unknown): string | null {
  if (typeof served !== 'object' || served === null || !('meeting' in served)) return null;
  return typeof served.meeting === 'string' ? served.meeting : null;
}

/** The body itself: a schema's own result is a copy of what it knows. */
function validated<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return body as T;
  const [issue] = result.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? 'the body' : issue.path.join('.');
  const more = result.error.issues.length - 1;
  throw new ParseError(
    `${place}: ${issue?.message ?? 'not understood'}${more > 0 ? ` (and ${more} more)` : ''}`,
  );
}

function time(text: string, place: string): number {
  const millis = epochMillis(text);
  if (Number.isNaN(millis)) throw new ParseError(`${place} is not a time`);
  return millis;
}

function parsePool(served: ServedPool): Pool {
  const legs = legsKeys.find((key) => served[key] != null);
  return {
    product: served.product_type,
    legs: legs === undefined ? null : JSON.stringify(served[legs]),
    total: served.total ?? null,
    status: served.status ?? null,
    extra: rest(served, new Set(['product_type', 'total', 'status', legs])),
  };
}

/** Where products over several races have their races; a pool has one of them at most. */
const legsKeys = ['quaddie', 'early_quaddie', 'tote_treble', 'tote_running_double'] as const;

function allBets(data: ServedEvent['data']): Bet[] {
  return [
    ...(data.big_bets ?? []).map((served) => parseBet('big', served)),
    ...(data.live_bets ?? []).map((served) => parseBet('live', served)),
    ...(data.biggest_bet ? [parseBet('biggest', data.biggest_bet)] : []),
  ];
}

function parseBet(list: Bet['list'], served: ServedBet): Bet {
  const placedAt = served.place_time ? epochMillis(served.place_time) : NaN;
  return {
    list,
    title: served.title ?? null,
    description: served.description?.join(', ') ?? null,
    stake: served.stake ?? null,
    odds: served.place_odds ?? null,
    placedAt: placedAt > 0 ? placedAt : null,
    legs: served.legs ? JSON.stringify(served.legs) : null,
  };
}

function parseMeeting(served: ServedMeeting): ListedMeeting {
  const races = served.races ?? [];
  return {
    columns: {
      meeting_id: served.meeting,
      name: served.name,
      date: served.date.slice(0, 10),
      country: served.country ?? null,
      state: served.state ?? null,
      category: served.category ?? null,
      track_condition: served.track_condition ?? null,
      weather: presentWeather(races),
      status: served.tote_status ?? null,
      tote_meeting_number: served.tote_meeting_number ?? null,
    },
    extra: rest(served, meetingKeys),
    races: races.map((race) => ({
      raceId: race.id,
      meetingId: served.meeting,
      raceNumber: race.race_number ?? null,
      name: race.name ?? null,
      status: race.status,
      advertisedStart: time(race.start_time, `races.${race.id}.start_time`),
      toteStartTime: race.tote_start_time ?? null,
      trackCondition: race.track_condition ?? null,
      distance: race.distance ?? null,
      weather: race.weather ?? null,
      country: race.country ?? null,
      state: race.state ?? null,
      category: served.category ?? null,
    })),
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

/** A listing tells the weather by race only; the meeting's is that of the first race still to be run. */
function presentWeather(races: readonly ServedListedRace[]): string | null {
  const next = races.find((race) => race.status.toLowerCase() === 'open') ?? races.at(-1);
  return next?.weather ?? null;
}
