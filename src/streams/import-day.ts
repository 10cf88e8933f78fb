import {
  NEVER,
  concatMap,
  defaultIfEmpty,
  defer,
  filter,
  from,
  map,
  merge,
  mergeMap,
  startWith,
  take,
  takeUntil,
  tap,
  timer,
  toArray,
} from 'rxjs';
import type { Observable } from 'rxjs';
import { rowId } from '../domain/ids.ts';
import type { ListedRace } from '../domain/snapshot.ts';
import type { ImportRow } from '../domain/tables.ts';
import { timestamp } from '../domain/time.ts';
import { at } from './clock.ts';
import { tryCommit } from './commit.ts';
import { nzDatesOfUtcDay } from './days.ts';
import { isOver, listDate, selectedMeetings } from './listing.ts';
import type { Listing } from './listing.ts';
import type { RaceReport } from './race-context.ts';
import type { RacedayContext } from './race-context.ts';

/** What could not be imported. */
export interface ImportFailure {
  readonly date?: string;
  readonly meeting_id?: string | null;
  readonly race_id?: string;
  readonly reason: string;
}

/** What an import asks of the race day, and what came of it. */
export type ImportStep =
  | { readonly kind: 'listing'; readonly listing: Listing }
  | { readonly kind: 'fetch'; readonly race: ListedRace }
  | { readonly kind: 'imported'; readonly row: ImportRow; readonly failures: readonly ImportFailure[] };

/** How often a listing or a race is asked for before the import calls it failed. */
const importTries = 3;

/** After this the import tells what it has; the races go on being polled all the same. */
const longestImportMs = 15 * 60_000;

/** Reason of what was not done by then. */
const noTime = 'no answer in time';

/**
 * Imports a day: lists every NZ date that the present UTC day touches, has each selected race's event fetched
 * once, and tells what failed. A failed listing, meeting or race does not stop the rest.
 *
 * @param report$ what the races' actors tell
 * @param dates NZ dates to import; those of the present UTC day when left out
 * @param until the scheduler's time at which it tells what it has, and what it could not do
 */
export function importDay(
  report$: Observable<RaceReport>,
  context: RacedayContext,
  dates?: readonly string[],
  until?: number,
): Observable<ImportStep> {
  const end$ = until === undefined ? NEVER : at(until, context.scheduler, null);
  return defer(() => {
    const run = startRun(dates ?? nzDatesOfUtcDay(context.scheduler.now()), context);
    return from(run.dates).pipe(
      concatMap((date) =>
        listDate(date, importTries, context).pipe(
          takeUntil(end$),
          defaultIfEmpty<Listing, Listing>({ kind: 'failed', date, reason: noTime }),
        ),
      ),
      toArray(),
      mergeMap((listings) => {
        takeListings(run, listings, context);
        const listed$ = from(listings.map((listing): ImportStep => ({ kind: 'listing', listing })));
        const fetch$ = from([...run.races.values()].map((race): ImportStep => ({ kind: 'fetch', race })));
        // The reports are listened to before the first fetch can bring one.
        return merge(listed$, outcome(run, report$, end$, context), fetch$);
      }),
    );
  });
}

/** An import under way. */
interface Run {
  readonly startedAt: number;
  readonly dates: readonly string[];
  readonly races: Map<string, ListedRace>;
  readonly failures: ImportFailure[];
  meetings: number;
}

function startRun(dates: readonly string[], context: RacedayContext): Run {
  const run = { startedAt: context.scheduler.now(), dates, races: new Map(), failures: [], meetings: 0 };
  tryCommit([{ table: 'imports', row: importRow(run, null) }], context);
  context.log('import.started', { dates: [...dates] });
  return run;
}

function takeListings(run: Run, listings: readonly Listing[], context: RacedayContext): void {
  const fail = (date: string, meeting_id: string | null, reason: string): void => {
    run.failures.push({ date, ...(meeting_id !== null && { meeting_id }), reason });
    context.log('import.meetings_failed', { date, meeting_id, reason });
  };
  for (const listing of listings) {
    if (listing.kind === 'failed') {
      fail(listing.date, null, listing.reason);
      continue;
    }
    for (const { meetingId, reason } of listing.snapshot.rejected) fail(listing.date, meetingId, reason);
    const meetings = selectedMeetings(listing.snapshot, context);
    run.meetings += meetings.length;
    for (const race of meetings.flatMap(({ races }) => races)) {
      if (!isOver(race, context)) run.races.set(race.raceId, race);
    }
  }
  warnOfAbsent(run.dates, listings, context);
}

/** Logs the selected countries and categories that a completely listed day does not have: nothing of them is recorded. */
function warnOfAbsent(
  dates: readonly string[],
  listings: readonly Listing[],
  { countries, categories, log }: RacedayContext,
): void {
  const listed = listings.flatMap((one) => (one.kind === 'listed' ? [one.snapshot] : []));
  if (listed.length < listings.length || listed.some(({ rejected }) => rejected.length > 0)) return;
  const columns = listed.flatMap(({ meetings }) => meetings.map((meeting) => meeting.columns));
  const absent = {
    countries: [...countries].filter((code) => columns.every(({ country }) => country !== code)),
    categories: [...categories].filter((code) => columns.every(({ category }) => category !== code)),
  };
  if (absent.countries.length + absent.categories.length > 0) {
    log('selection.absent', { dates: [...dates], ...absent });
  }
}

function outcome(
  run: Run,
  report$: Observable<RaceReport>,
  end$: Observable<unknown>,
  context: RacedayContext,
): Observable<ImportStep> {
  const pending = new Map([...run.races.keys()].map((raceId) => [raceId, importTries]));
  const overdue$ = merge(timer(longestImportMs, context.scheduler), end$).pipe(
    tap(() => {
      for (const raceId of pending.keys()) failRace(run, raceId, noTime, context);
      pending.clear();
    }),
  );
  const reported$ = report$.pipe(
    filter(({ raceId }) => pending.has(raceId)),
    tap((report) => {
      takeReport(run, pending, report, context);
    }),
  );
  return merge(overdue$, reported$).pipe(
    map(() => pending.size),
    startWith(pending.size),
    filter((left) => left === 0),
    take(1),
    map(() => finish(run, context)),
  );
}

function takeReport(
  run: Run,
  pending: Map<string, number>,
  report: RaceReport,
  context: RacedayContext,
): void {
  const tries = pending.get(report.raceId) ?? 0;
  if (report.kind === 'polled' && report.outcome === 'failed' && tries > 1) {
    pending.set(report.raceId, tries - 1);
    return;
  }
  pending.delete(report.raceId);
  if (report.kind === 'polled' && report.outcome === 'failed') {
    failRace(run, report.raceId, report.reason ?? 'failed', context);
  }
}

function failRace(run: Run, race_id: string, reason: string, { log }: RacedayContext): void {
  run.failures.push({ race_id, reason });
  log('import.race_failed', { race_id, reason });
}

function finish(run: Run, context: RacedayContext): ImportStep {
  const finishedAt = context.scheduler.now();
  const row = importRow(run, finishedAt);
  tryCommit([{ table: 'imports', row }], context);
  context.log('import.finished', {
    dates: [...run.dates],
    meetings: run.meetings,
    races: run.races.size,
    failed: run.failures.length,
    duration_ms: finishedAt - run.startedAt,
  });
  return { kind: 'imported', row, failures: run.failures };
}

function importRow(run: Run, finishedAt: number | null): ImportRow {
  const startedAt = timestamp(run.startedAt);
  return {
    id: rowId('import', startedAt),
    started_at: startedAt,
    finished_at: finishedAt === null ? null : timestamp(finishedAt),
    dates: JSON.stringify(run.dates),
    meetings: run.meetings,
    races: run.races.size,
    failed: JSON.stringify(run.failures),
  };
}
