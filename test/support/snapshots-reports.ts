import fc from 'fast-check';
import { emptyBaseline } from '../../src/domain/baseline.ts';
import type { Baseline } from '../../src/domain/baseline.ts';
import { diffListed } from '../../src/domain/diff-listing.ts';
import { diffEvent } from '../../src/domain/diff.ts';
import type { ListedRace } from '../../src/domain/snapshot.ts';
import type { Change, RaceRow } from '../../src/domain/tables.ts';
import { timestamp } from '../../src/domain/time.ts';
import { parseEvent } from '../../src/sources/tab/parse.ts';
import { raceId, served, start } from './snapshots.ts';

/** What a listing or an event says of the race R, and when. */
export interface Report {
  readonly from: 'listing' | 'event';
  readonly at: number;
  readonly status: string;
  /** Seconds by which the start is later than at first. */
  readonly later: number;
  /** Only an event tells it. */
  readonly protest?: boolean;
}

/** What a listing says of the race R at first. */
export const listedRace: ListedRace = {
  raceId,
  meetingId: 'M',
  raceNumber: 3,
  name: 'Maiden',
  status: 'Open',
  advertisedStart: start,
  toteStartTime: '25:10:00',
  trackCondition: 'Good 4',
  distance: 1200,
  weather: 'FINE',
  country: 'NZ',
  state: 'WKO',
  category: 'T',
};

/** The steps of a race that is reported of, and its current row after each. */
export function takeReports(reports: readonly Report[]) {
  let baseline: Baseline = emptyBaseline(raceId);
  let row: Partial<RaceRow> | null = null;
  return reports.map((report) => {
    const difference = diff(baseline, report);
    baseline = difference.baseline;
    for (const change of difference.changes) row = applied(row, change);
    return { ...difference, row };
  });
}

function diff(baseline: Baseline, { from, at, status, later, protest }: Report) {
  if (from === 'listing') {
    const race = { ...listedRace, status, advertisedStart: start + later * 1000 };
    return diffListed(baseline, race, at, at + 500);
  }
  const race = { status, advertised_start: start / 1000 + later, protest };
  return diffEvent(baseline, parseEvent(served(timestamp(at), { race })), at + 500);
}

function applied(row: Partial<RaceRow> | null, change: Change): Partial<RaceRow> | null {
  if (change.table !== 'races') return row;
  return 'row' in change ? change.row : { ...row, ...change.patch };
}

export const minute = 60_000;
export const event = (after: number, status: string, later = 0): Report => ({
  from: 'event',
  at: start + after * minute,
  status,
  later,
});
export const listing = (after: number, status: string, later = 0): Report => ({
  ...event(after, status, later),
  from: 'listing',
});

/** Reports in the order in which they arrive: some are older than one before them. */
export const anyReports: fc.Arbitrary<Report[]> = fc
  .array(
    fc.record({
      from: fc.constantFrom('listing' as const, 'event' as const),
      status: fc.constantFrom('Open', 'Closed', 'Final', 'Abandoned', 'OPEN', ''),
      later: fc.constantFrom(0, 600),
      late: fc.constantFrom(0, 0, 0, 1, 2),
    }),
    { minLength: 1, maxLength: 9 },
  )
  .map((list) =>
    list
      .map(({ late, ...rest }, index) => ({ ...rest, at: start + index * minute, place: index + late }))
      .toSorted((one, other) => one.place - other.place),
  );
