import { catchError, defer, map, of, retry, take, tap, throwIfEmpty, timeout, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { listedMeeting } from '../domain/diff-listing.ts';
import type { ListedMeeting, ListedRace, ListingSnapshot } from '../domain/snapshot.ts';
import { FeedError } from '../domain/source.ts';
import { hasEnded, raceStatus } from '../domain/status.ts';
import type { Change } from '../domain/tables.ts';
import { backOff } from './due.ts';
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

/** Rows of the selected meetings that differ from those last written, of which `digests` keeps account. */
export function meetingChanges(
  snapshot: ListingSnapshot,
  digests: Map<string, string>,
  context: RacedayContext,
): Change[] {
  const changes: Change[] = [];
  for (const meeting of selectedMeetings(snapshot, context)) {
    const { meeting_id } = meeting.columns;
    const { row, digest } = listedMeeting(meeting, snapshot.generatedAt);
    if (digests.get(meeting_id) === digest) continue;
    digests.set(meeting_id, digest);
    changes.push({ table: 'meetings', row });
  }
  return changes;
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
