import { catchError, concat, defer, from, map, mergeMap, of } from 'rxjs';
import type { Observable } from 'rxjs';
import type { EventSnapshot, ListedRace, ListingSnapshot } from '../../domain/snapshot.ts';
import { FeedError } from '../../domain/source.ts';
import { hasEnded, raceStatus, removedFromFeed } from '../../domain/status.ts';
import { timestamp } from '../../domain/time.ts';
import type { FieldDifference } from '../../domain/verify.ts';
import type { NzDay } from '../../sinks/files/nz-day.ts';
import { DamagedError } from '../../journal/errors.ts';
import type { Feed } from '../../streams/ports.ts';
import { ask } from './ask.ts';
import type { AskContext } from './ask.ts';
import { verifyRace } from './race.ts';
import type { RaceName, StoredRaces } from './stored.ts';

/** What a verification tells. */
export type Finding =
  /** A race was compared. */
  | { readonly kind: 'race'; readonly race: RaceName; readonly settled: boolean }
  | {
      readonly kind: 'difference';
      readonly race: RaceName;
      /** A settled race must agree; a live one has moved since. */
      readonly settled: boolean;
      readonly difference: FieldDifference;
      /** Name of the entrant. */
      readonly entrant: string | null;
    }
  /** A race, or a whole date, that could not be compared. */
  | {
      readonly kind: 'failed';
      readonly race: RaceName | null;
      readonly date: string;
      readonly reason: string;
      readonly detail: string;
    };

export interface VerifyContext extends AskContext {
  readonly feed: Feed;
  readonly stored: StoredRaces;
  /** Countries that are recorded, by the feed's codes. */
  readonly countries: ReadonlySet<string>;
  /** Racing codes that are recorded. */
  readonly categories: ReadonlySet<string>;
}

/** Lists a date, fetches each of its races that is stored, and tells what the source has otherwise. Changes nothing. */
export function verifyDay(day: NzDay, context: VerifyContext): Observable<Finding> {
  return defer(() => ask(context.feed.meetings(day.date), context)).pipe(
    map(({ snapshot }) => snapshot),
    catchError((error: unknown) => of(feedError(error))),
    mergeMap((listing) => {
      const races = context.stored.racesOf(day);
      if (listing instanceof FeedError) {
        return concat(of(failed(null, day, listing)), verifyRaces(races, new Map(), day, context));
      }
      const listed = new Map(
        listing.meetings.flatMap((meeting) => meeting.races).map((race) => [race.raceId, race]),
      );
      return concat(from(presence(listing, races, day, context)), verifyRaces(races, listed, day, context));
    }),
  );
}

function verifyRaces(
  races: readonly RaceName[],
  listed: ReadonlyMap<string, ListedRace>,
  day: NzDay,
  context: VerifyContext,
): Observable<Finding> {
  return from(races).pipe(
    mergeMap((race) =>
      defer(() => ask(context.feed.event(race.raceId), context)).pipe(
        mergeMap(({ snapshot, notGranted }) => {
          if (notGranted.length > 0) {
            context.log('feed.not_granted', { race_id: race.raceId, parts: [...notGranted] });
          }
          return compared(race, snapshot, listed.get(race.raceId) ?? null, day, context);
        }),
        catchError((error: unknown) => of(unanswered(race, day, feedError(error)))),
      ),
    ),
  );
}

/** Read after the response came, so that what a recorder wrote meanwhile is no difference. */
function compared(
  race: RaceName,
  snapshot: EventSnapshot,
  listed: ListedRace | null,
  { date }: NzDay,
  { stored }: VerifyContext,
): Finding[] {
  try {
    return differences(race, snapshot, listed, stored);
  } catch (error) {
    if (!(error instanceof DamagedError)) throw error;
    return [{ kind: 'failed', race, date, reason: 'damaged', detail: error.message }];
  }
}

function differences(
  race: RaceName,
  snapshot: EventSnapshot,
  listed: ListedRace | null,
  stored: StoredRaces,
): Finding[] {
  const settled = stored.isSettled(race.raceId);
  const own = stored.race(race.raceId);
  const names = new Map(snapshot.runners.map(({ columns }) => [columns.entrant_id, columns.name]));
  const found = verifyRace(own, snapshot, listed).map((difference): Finding => {
    const id = difference.entrantId;
    const entrant = id === null ? null : (names.get(id) ?? own.entrants.get(id)?.name ?? null);
    return { kind: 'difference', race, settled, difference, entrant };
  });
  return [{ kind: 'race', race, settled }, ...found];
}

/** Races that only one of both knows. Meetings that were not understood say nothing of theirs. */
function presence(
  listing: ListingSnapshot,
  races: readonly RaceName[],
  day: NzDay,
  { stored, countries, categories }: VerifyContext,
): Finding[] {
  const known = new Set(races.map(({ raceId }) => raceId));
  const recorded = listing.meetings.filter(
    ({ columns }) => countries.has(columns.country ?? '') && categories.has(columns.category ?? ''),
  );
  const lacking = recorded.flatMap(({ columns, races: listed }) =>
    listed
      .filter(({ raceId }) => !known.has(raceId))
      .map((race) => {
        const difference = { entrantId: null, field: 'races', stored: null, served: race.status };
        return differs(named(race, columns.name), hasEnded(raceStatus(race.status)), difference);
      }),
  );
  const listed = new Set(listing.meetings.flatMap((meeting) => meeting.races).map(({ raceId }) => raceId));
  const unlisted = races
    .filter(({ raceId, status }) => !listed.has(raceId) && status !== removedFromFeed)
    .filter(() => listing.rejected.length === 0)
    .map((race) => {
      const difference = { entrantId: null, field: 'listing', stored: race.status, served: null };
      return differs(race, stored.isSettled(race.raceId), difference);
    });
  const rejected = listing.rejected.map(({ meetingId, reason }) =>
    failed(
      null,
      day,
      new FeedError('malformed', `Meeting ${meetingId ?? '?'} was not understood: ${reason}`),
    ),
  );
  return [...rejected, ...lacking, ...unlisted];
}

function differs(race: RaceName, settled: boolean, difference: FieldDifference): Finding {
  return { kind: 'difference', race, settled, difference, entrant: null };
}

function named(race: ListedRace, meeting: string): RaceName {
  const { raceId, raceNumber, name, advertisedStart, status } = race;
  return { raceId, meeting, number: raceNumber, name, start: timestamp(advertisedStart), status };
}

/** Of a race that the feed has removed there is nothing else to serve. */
function unanswered(race: RaceName, day: NzDay, error: FeedError): Finding {
  const isAgreed = error.fault === 'not_found' && race.status === removedFromFeed;
  return isAgreed ? { kind: 'race', race, settled: true } : failed(race, day, error);
}

function failed(race: RaceName | null, { date }: NzDay, { fault, message }: FeedError): Finding {
  return { kind: 'failed', race, date, reason: fault, detail: message };
}

function feedError(error: unknown): FeedError {
  if (error instanceof FeedError) return error;
  throw error;
}
