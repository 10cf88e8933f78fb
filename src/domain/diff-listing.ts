import { pastOf, stands, startAfterListing, statusAfterListing } from './arbitration.ts';
import { currentDigest } from './baseline.ts';
import type { Baseline, RaceState } from './baseline.ts';
import type { Difference } from './diff.ts';
import { endOf, isReportedSame, raceEvents, reportedColumns } from './diff-race.ts';
import type { ListedMeeting, ListedRace } from './snapshot.ts';
import type { Change, MeetingRow, RaceRow } from './tables.ts';
import { timestamp } from './time.ts';

/**
 * Compares what a listing says of a race with what is recorded. A listing sees moved starts and abandoned cards that
 * event details report late, and lags behind them elsewhere: see {@link statusAfterListing}.
 *
 * @param generatedAt the listing's own time, epoch milliseconds
 * @param observedAt our clock, epoch milliseconds
 */
export function diffListed(
  baseline: Baseline,
  listed: ListedRace,
  generatedAt: number,
  observedAt: number,
): Difference {
  if (baseline.listed !== null && baseline.listed.generatedAt >= generatedAt)
    return { changes: [], baseline };
  const word = { status: listed.status, advertisedStart: listed.advertisedStart };
  const race = listedState(baseline, listed, generatedAt, observedAt);
  const next: Baseline = {
    ...baseline,
    listed: { generatedAt, ...word, isAgreed: stands(word, race) },
    meetingListed: true,
    meetingDigest: null,
    race,
  };
  const before = baseline.race;
  if (before === null) {
    return { changes: [{ table: 'races', row: firstRow(listed, race, generatedAt) }], baseline: next };
  }
  const times = {
    raceId: baseline.raceId,
    sourceTime: timestamp(generatedAt),
    observedAt: timestamp(observedAt),
  };
  const changes: Change[] = raceEvents(times, before, race, false);
  if (!isReportedSame(before, race)) {
    changes.push({
      table: 'races',
      key: baseline.raceId,
      patch: reportedColumns(race),
    });
  }
  return { changes, baseline: next };
}

/** The row of a listed meeting, and what stands for it, to tell whether the next listing changes it. */
export function listedMeeting(
  meeting: ListedMeeting,
  generatedAt: number,
): { readonly row: MeetingRow; readonly digest: string } {
  return {
    row: {
      ...meeting.columns,
      source_time: timestamp(generatedAt),
      raw_extra: JSON.stringify(meeting.extra),
    },
    digest: currentDigest(meeting.columns, meeting.extra),
  };
}

function listedState(
  baseline: Baseline,
  listed: ListedRace,
  generatedAt: number,
  observedAt: number,
): RaceState {
  const before = baseline.race;
  const report = { ...listed, generatedAt };
  const status = statusAfterListing(before, baseline.generatedAt, report);
  const start = startAfterListing(before, baseline.generatedAt, report);
  return {
    status,
    advertisedStart: start,
    event: before?.event ?? null,
    ...pastOf(before, status, start),
    protest: before?.protest ?? null,
    raceNumber: before === null ? listed.raceNumber : before.raceNumber,
    toteStartTime: listed.toteStartTime,
    ...endOf(before, status, observedAt),
    digest: before?.digest ?? null,
  };
}

function firstRow(listed: ListedRace, race: RaceState, generatedAt: number): RaceRow {
  return {
    race_id: listed.raceId,
    meeting_id: listed.meetingId,
    race_number: listed.raceNumber,
    name: listed.name,
    ...reportedColumns(race),
    actual_start: null,
    distance: listed.distance,
    country: listed.country,
    state: listed.state,
    type: listed.category,
    track_condition: listed.trackCondition,
    track_direction: null,
    track_surface: null,
    weather: listed.weather,
    rail_position: null,
    field_size: null,
    entrant_count: null,
    positions_paid: null,
    group: null,
    class: null,
    start_type: null,
    comment: null,
    silk_url: null,
    prize_monies: null,
    protest: null,
    protest_reason: null,
    source_time: timestamp(generatedAt),
    raw_extra: null,
  };
}
