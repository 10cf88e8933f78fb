import { catchError, defer, map, of, retry, take, tap, throwIfEmpty, timeout, timer } from 'rxjs';
import type { Observable } from 'rxjs';
import { diffListed, listedMeeting } from '../domain/diff-listing.ts';
import { digest } from '../domain/ids.ts';
import type { ListedMeeting, ListedRace, ListingSnapshot } from '../domain/snapshot.ts';
import { FeedError } from '../domain/source.ts';
import type { Received } from '../domain/source.ts';
import { hasEnded, raceStatus } from '../domain/status.ts';
import type { Change, MeetingRow } from '../domain/tables.ts';
import { messageOf } from '../domain/thrown.ts';
import { tryCommit, tryQuarantine } from './commit.ts';
import { reportDrifts } from './drift.ts';
import { backOff } from './due.ts';
import { holdHost } from './hold.ts';
import { orderOf } from './listing-order.ts';
import type { ListingTime } from './listing-order.ts';
import { latestClock, misdating } from './response-time.ts';
import type { RacedayContext } from './race-context.ts';

/** A date's listing: what it said, or why it could not be had. */
export type Listing =
  | {
      readonly kind: 'listed';
      readonly date: string;
      readonly snapshot: ListingSnapshot;
      /** Epoch milliseconds of our clock. */
      readonly startedAt: number;
      readonly finishedAt: number;
    }
  | { readonly kind: 'failed'; readonly date: string; readonly reason: string };

/** Races near their jump come first, but a listing tells of moved starts and must not wait behind far races. */
const listingUrgencyMs = 60_000;

/**
 * Lists the meetings of an NZ date.
 * @param tries how often it is asked for before it counts as failed
 */
export function listDate(date: string, tries: number, context: RacedayContext): Observable<Listing> {
  const { budget, feed, scheduler, deadlineMs, log, random } = context;
  const request$ = defer(() => {
    const startedAt = scheduler.now();
    return feed.meetings(date).pipe(
      take(1),
      timeout({ first: deadlineMs, scheduler }),
      throwIfEmpty(() => new FeedError('network', 'The connection ended without a response.')),
      map((received): Listing => {
        const finishedAt = scheduler.now();
        requireTime(received, startedAt, finishedAt, context);
        reportOdd(received, context);
        return { kind: 'listed', date, snapshot: received.snapshot, startedAt, finishedAt };
      }),
    );
  });
  return budget.run(listingUrgencyMs, request$).pipe(
    tap({
      error: (error: unknown) => {
        log('listing.failed', { date, ...faultOf(error) });
        if (error instanceof FeedError && error.body !== null) {
          keep(date, null, error.message, error.body, context);
        }
        holdHost(error, context);
      },
    }),
    retry({
      count: tries - 1,
      delay: (_error, failures) => timer(backOff(failures, Infinity, random()), scheduler),
    }),
    catchError((error: unknown) => of<Listing>({ kind: 'failed', date, reason: faultOf(error).detail })),
  );
}

/**
 * A listing dated far ahead would outrank every event until that time comes. How far the feed's clock is ahead is
 * learnt from listings too, as they come first: one that is not believed counts for it like any other.
 */
function requireTime(
  { snapshot: { generatedAt, meetings }, body: asReceived }: Received<ListingSnapshot>,
  startedAt: number,
  finishedAt: number,
  { feedClock }: RacedayContext,
): void {
  const how = misdating(generatedAt, latestClock(finishedAt, feedClock.correctionMs));
  if (how === null) return;
  feedClock.observe(generatedAt, startedAt, finishedAt);
  const body = asReceived?.() ?? new TextEncoder().encode(JSON.stringify({ generatedAt, meetings }));
  throw new FeedError('misdated', `The listing ${how}.`, { body });
}

/** What of a listing is not as documented, and costs no race. */
function reportOdd({ snapshot, body }: Received<ListingSnapshot>, context: RacedayContext): void {
  const { drifts = [] } = snapshot;
  if (drifts.length === 0) return;
  const receivedAt = context.scheduler.now();
  reportDrifts({ raceId: null, receivedAt, drifts, lost: [], body }, context);
}

/** @param meetingId null when it is a whole listing */
function keep(
  date: string,
  meetingId: string | null,
  reason: string,
  body: Uint8Array,
  context: RacedayContext,
): boolean {
  const entry = { raceId: null, receivedAt: context.scheduler.now(), reason: 'malformed', body };
  if (!tryQuarantine(entry, context)) return false;
  context.log('listing.quarantined', { date, meeting_id: meetingId, reason, bytes: body.byteLength });
  return true;
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
  /** What stands for each meeting that was not understood and is kept: it comes again with every listing. */
  readonly kept: Set<string>;
  /** What was last logged to be listed more than once, by date. */
  readonly repeated: Map<string, string>;
  /** The newest listing of each date, by the feed's clock. */
  readonly newest: Map<string, ListingTime>;
  /** What was last said of races that are settled and listed as ones that go on. */
  readonly settled: Map<string, string>;
}

/** A memory that goes on from what the journal holds. */
export function listingMemory({ store }: RacedayContext): ListingMemory {
  return {
    digests: store.meetingDigests(),
    listedBefore: new Map(),
    kept: new Set(),
    repeated: new Map(),
    newest: new Map(),
    settled: new Map(),
  };
}

/**
 * Takes a listing: writes its meetings and the races that were not listed before, in one transaction, keeps the
 * meetings that were not understood, and tells
 * which races are gone from it.
 *
 * @returns the selected races that are not over, for their actors; none when it is stale or the journal failed
 */
export function takeListing(
  { date, snapshot, startedAt, finishedAt }: Extract<Listing, { kind: 'listed' }>,
  memory: ListingMemory,
  context: RacedayContext,
): readonly ListedRace[] {
  const { store } = context;
  const order = orderOf(memory.newest.get(date) ?? null, date, snapshot, context.log);
  memory.newest.set(date, order.time);
  if (!order.isUsable) return [];
  if (order.isNewest) context.feedClock.observe(snapshot.generatedAt, startedAt, finishedAt);
  keepRejected(date, snapshot, memory, context);
  reportRepeated(date, snapshot, memory, context);
  const written = usableMeetings(date, snapshot, context);
  const meetings = written.map(({ meeting }) => meeting);
  const races = distinctRaces(meetings).filter((race) => !isOver(race, context));
  const before = memory.listedBefore.get(date);
  const fresh = races.filter(({ raceId }) => before?.has(raceId) !== true && !store.isSettled(raceId));
  const rows = written.filter(({ row, digest }) => memory.digests.get(row.meeting_id) !== digest);
  const changes = [
    ...rows.map(({ row }) => meetingChange(row, memory)),
    ...fresh.flatMap((race) => listedChanges(race, snapshot.generatedAt, context)),
  ];
  if (!tryCommit(changes, context)) return [];
  for (const { row, digest } of rows) memory.digests.set(row.meeting_id, digest);
  const ids = new Set(races.map(({ raceId }) => raceId));
  const named = new Set(snapshot.rejected.flatMap(({ raceIds = [] }) => raceIds));
  for (const raceId of before ?? []) {
    if (!ids.has(raceId) && !named.has(raceId) && !store.isSettled(raceId)) {
      context.log('race.vanished', { race_id: raceId, date });
    }
  }
  memory.listedBefore.set(date, ids);
  context.log('listing.taken', { date, meetings: meetings.length, races: races.length });
  return races.filter((race) => isToFollow(race, memory, context));
}

/** Whether a race needs its actor: a settled one that is listed as going on is read once for each thing said of it. */
function isToFollow(
  { raceId, status, advertisedStart }: ListedRace,
  { settled }: ListingMemory,
  { store }: RacedayContext,
): boolean {
  if (!store.isSettled(raceId)) {
    settled.delete(raceId);
    return true;
  }
  const word = `${status}|${advertisedStart}`;
  const isNew = settled.get(raceId) !== word;
  settled.set(raceId, word);
  return isNew;
}

/** A known meeting's row is replaced whatever its time: which listing is the newer one is decided by then. */
function meetingChange(row: MeetingRow, { digests }: ListingMemory): Change {
  if (!digests.has(row.meeting_id)) return { table: 'meetings', row };
  const { meeting_id: key, ...patch } = row;
  return { table: 'meetings', key, patch };
}

function keepRejected(
  date: string,
  { rejected }: ListingSnapshot,
  { kept }: ListingMemory,
  context: RacedayContext,
): void {
  for (const { meetingId, reason, body } of rejected) {
    const known = digest(Buffer.from(body).toString('latin1'));
    if (!kept.has(known) && keep(date, meetingId, reason, body, context)) kept.add(known);
  }
}

/** One line, and another one when something else is listed more than once. */
function reportRepeated(
  date: string,
  { repeated }: ListingSnapshot,
  memory: ListingMemory,
  { log }: RacedayContext,
): void {
  const known = JSON.stringify(repeated ?? null);
  if (known === (memory.repeated.get(date) ?? 'null')) return;
  memory.repeated.set(date, known);
  if (repeated === undefined) return;
  const [meetings, races] = [repeated.meetings, repeated.races].map((ids) => ids.slice(0, mostNamed));
  log('listing.repeated', { date, meetings: meetings ?? [], races: races ?? [] });
}

/** Ids in a line of the log. */
const mostNamed = 20;

/** The races of meetings, each once: of one that stands under two of them the last entry counts. */
export function distinctRaces(meetings: readonly ListedMeeting[]): ListedRace[] {
  return [...new Map(meetings.flatMap(({ races }) => races).map((race) => [race.raceId, race])).values()];
}

/** The selected meetings with their rows; one that breaks a rule of the record is kept and does not cost the others. */
function usableMeetings(
  date: string,
  snapshot: ListingSnapshot,
  context: RacedayContext,
): ({ readonly meeting: ListedMeeting } & ReturnType<typeof listedMeeting>)[] {
  return selectedMeetings(snapshot, context).flatMap((meeting) => {
    try {
      return [{ meeting, ...listedMeeting(meeting, snapshot.generatedAt) }];
    } catch (error) {
      const { columns, races } = meeting;
      const body = new TextEncoder().encode(JSON.stringify({ columns, races }));
      keep(date, columns.meeting_id, messageOf(error), body, context);
      return [];
    }
  });
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
