import { catchError, defer, map, of, retry, take, tap, throwIfEmpty, timeout, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { diffListed, listedMeeting } from '../domain/diff-listing.ts';
import type { ListedMeeting, ListedRace, ListingSnapshot } from '../domain/snapshot.ts';
import { FeedError } from '../domain/source.ts';
import { hasEnded, raceStatus } from '../domain/status.ts';
import type { Change } from '../domain/tables.ts';
import { tryCommit } from './commit.ts';
import { backOff } from './due.ts';
import { holdHost } from './hold.ts';
import type { RacedayContext } from './raceday.ts';

/** A date's listing: what it said, or why it could not be had. */
export type Listing =
  | { readonly kind: 'listed'; readonly date: string; readonly snapshot: ListingSnapshot }
  | { readonly kind: 'failed'; readonly date: string; readonly reason: string };

/** Races near their jump come first, but a listing tells of moved starts and must not wait behind far races. */
const listingUrgencyMs = 60_000;

/**
 * Lists the meetings of an NZ date.
 * @param tries how often it is asked for before it counts as failed
 */
export function listDate(date: string, tries: number, context: RacedayContext): Observable<Listing> {
  const { budget, feed, scheduler, deadlineMs, log, random } = context;
  const request$ = defer(() => feed.meetings(date)).pipe(
    take(1),
    timeout({ first: deadlineMs, scheduler }),
    throwIfEmpty(() => new FeedError('network', 'The connection ended without a response.')),
  );
  return budget.run(listingUrgencyMs, request$).pipe(
    tap({
      error: (error: unknown) => {
        log('listing.failed', { date, ...faultOf(error) });
        holdHost(error, context);
      },
    }),
    retry({
      count: tries - 1,
      delay: (_error, failures) => timer(backOff(failures, Infinity, random()), scheduler),
    }),
    map(({ snapshot }): Listing => ({ kind: 'listed', date, snapshot })),
    catchError((error: unknown) => of<Listing>({ kind: 'failed', date, reason: faultOf(error).detail })),
  );
}

/** The meetings of a listing that are to be recorded. */
export function selectedMeetings(snapshot: ListingSnapshot, context: RacedayContext): ListedMeeting[] {
  return snapshot.meetings.filter(
    ({ columns }) =>
      context.countries.has(columns.country ?? '') && context.categories.has(columns.category ?? ''),
  );
}

/** What earlier listings said. */
export interface ListingMemory {
  /** What stands for each meeting's row as last written. */
  readonly digests: Map<string, string>;
  /** Races that were not over, by date. */
  readonly listedBefore: Map<string, ReadonlySet<string>>;
}

/** A memory that goes on from what the journal holds. */
export function listingMemory({ store }: RacedayContext): ListingMemory {
  return { digests: store.meetingDigests(), listedBefore: new Map() };
}

/**
 * Takes a listing: writes its meetings and the races that were not listed before, in one transaction, and tells
 * which races are gone from it.
 *
 * @returns the selected races that are not over, for their actors; none when the journal failed
 */
export function takeListing(
  { date, snapshot }: Extract<Listing, { kind: 'listed' }>,
  memory: ListingMemory,
  context: RacedayContext,
): readonly ListedRace[] {
  const { store } = context;
  const meetings = selectedMeetings(snapshot, context);
  const races = meetings.flatMap((meeting) => meeting.races).filter((race) => !isOver(race, context));
  const before = memory.listedBefore.get(date);
  const fresh = races.filter(({ raceId }) => before?.has(raceId) !== true && !store.isSettled(raceId));
  const rows = changedMeetings(meetings, snapshot.generatedAt, memory.digests);
  const changes = [
    ...rows.map(({ row }): Change => ({ table: 'meetings', row })),
    ...fresh.flatMap((race) => listedChanges(race, snapshot.generatedAt, context)),
  ];
  if (!tryCommit(changes, context)) return [];
  for (const { row, digest } of rows) memory.digests.set(row.meeting_id, digest);
  const ids = new Set(races.map(({ raceId }) => raceId));
  for (const raceId of before ?? []) {
    if (!ids.has(raceId) && !store.isSettled(raceId)) {
      context.log('race.vanished', { race_id: raceId, date });
    }
  }
  memory.listedBefore.set(date, ids);
  context.log('listing.taken', { date, meetings: meetings.length, races: races.length });
  return races;
}

function changedMeetings(
  meetings: readonly ListedMeeting[],
  generatedAt: number,
  digests: ReadonlyMap<string, string>,
): ReturnType<typeof listedMeeting>[] {
  return meetings
    .map((meeting) => listedMeeting(meeting, generatedAt))
    .filter(({ row, digest }) => digests.get(row.meeting_id) !== digest);
}

/** A day's races are written together: one by one, their transactions would hold everything up at the start. */
function listedChanges(race: ListedRace, generatedAt: number, context: RacedayContext): readonly Change[] {
  const baseline = context.store.baseline(race.raceId);
  return diffListed(baseline, race, generatedAt, context.scheduler.now()).changes;
}

/** Whether nothing is left to do for a listed race: it has ended and its last read is made. */
export function isOver(listed: ListedRace, { store }: RacedayContext): boolean {
  return hasEnded(raceStatus(listed.status)) && store.isSettled(listed.raceId);
}

function faultOf(error: unknown): { reason: string; detail: string } {
  if (error instanceof FeedError) return { reason: error.fault, detail: error.message };
  if (error instanceof Error && error.name === 'TimeoutError') {
    return { reason: 'timeout', detail: 'No complete response within the deadline.' };
  }
  throw error;
}
