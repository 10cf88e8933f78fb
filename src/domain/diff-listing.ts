import { currentDigest } from './baseline.ts';
import type { Baseline, RaceState } from './baseline.ts';
import type { Difference } from './diff.ts';
import { isReportedSame, raceEvents, reportedColumns } from './diff-race.ts';
import type { ListedMeeting, ListedRace } from './snapshot.ts';
import { hasEnded, plainStatus, raceStatus } from './status.ts';
import type { Change, MeetingRow, RaceRow } from './tables.ts';
import { timestamp } from './time.ts';

/**
 * Compares what a listing says of a race with what is recorded. A listing sees moved starts and abandoned cards
 * that event details can be late to tell: its status and start count where it is the newer report, and
 * `Abandoned` outranks an event's `Open` until a later listing says otherwise.
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
  const race = listedState(baseline, listed, generatedAt, observedAt);
  const next: Baseline = {
    ...baseline,
    listed: { generatedAt, status: listed.status },
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
  const eventIsNewer = before !== null && (baseline.generatedAt ?? -Infinity) > generatedAt;
  const abandoned = raceStatus(listed.status) === 'abandoned';
  const outranks = abandoned && raceStatus(before?.status ?? '') === 'open';
  const reported = eventIsNewer && !outranks ? before.status : listed.status;
  // In another case it is the same status, of which no row tells.
  const status =
    before !== null && plainStatus(reported) === plainStatus(before.status) ? before.status : reported;
  const ended = hasEnded(raceStatus(status));
  return {
    status,
    advertisedStart: eventIsNewer ? before.advertisedStart : listed.advertisedStart,
    protest: before?.protest ?? null,
    raceNumber: before === null ? listed.raceNumber : before.raceNumber,
    toteStartTime: listed.toteStartTime,
    endedAt: ended ? (before?.endedAt ?? observedAt) : null,
    settledAt: ended ? (before?.settledAt ?? null) : null,
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
