import { currentDigest } from './baseline.ts';
import type { Baseline, RaceState } from './baseline.ts';
import type { Observation } from './observation.ts';
import { raceEvent } from './race-event.ts';
import type { RaceEventKind } from './race-event.ts';
import type { EventSnapshot, RaceColumns } from './snapshot.ts';
import { hasEnded, plainStatus, raceStatus } from './status.ts';
import type { Change, RaceRow } from './tables.ts';
import { epochMillis, timestamp } from './time.ts';

/**
 * Of two disagreeing reports the newest wins, but `Abandoned` in a listing outranks an event's `Open`: event
 * details of an abandoned card can stay Open.
 */
export function raceState(baseline: Baseline, served: ServedRaceState, observedAt: number): RaceState {
  const { listed, race } = baseline;
  const listingIsNewer = listed !== null && race !== null && listed.generatedAt > served.generatedAt;
  const listedAbandoned = listed !== null && raceStatus(listed.status) === 'abandoned';
  const outranked = listedAbandoned && raceStatus(served.status) === 'open';
  const status = listingIsNewer ? race.status : outranked ? listed.status : served.status;
  const start = listingIsNewer ? race.advertisedStart : epochMillis(served.advertised_start);
  const ended = hasEnded(raceStatus(status));
  return {
    status,
    advertisedStart: start,
    protest: served.protest,
    raceNumber: served.race_number,
    toteStartTime: race?.toteStartTime ?? null,
    endedAt: ended ? (race?.endedAt ?? observedAt) : null,
    settledAt: ended ? (race?.settledAt ?? null) : null,
    digest: served.digest,
  };
}

/** What an event response says of its race. */
export interface ServedRaceState extends Pick<
  RaceColumns,
  'status' | 'advertised_start' | 'protest' | 'race_number'
> {
  /** Epoch milliseconds. */
  readonly generatedAt: number;
  readonly digest: RaceState['digest'];
}

/** Columns of which listings and the recorder tell too. */
const reportedNames = ['status', 'advertised_start', 'tote_start_time', 'ended_at', 'settled_at'] as const;
const reported: ReadonlySet<string> = new Set(reportedNames);

/** The columns of a race of which listings and the recorder tell too, whoever told them last. */
export function reportedColumns(race: RaceState): Pick<RaceRow, (typeof reportedNames)[number]> {
  return {
    status: race.status,
    advertised_start: timestamp(race.advertisedStart),
    tote_start_time: race.toteStartTime,
    ended_at: race.endedAt === null ? null : timestamp(race.endedAt),
    settled_at: race.settledAt === null ? null : timestamp(race.settledAt),
  };
}

/** Whether two states would be the same {@link reportedColumns}: a race is settled only by what ended it. */
export function isReportedSame(before: RaceState, now: RaceState): boolean {
  return (
    before.status === now.status &&
    before.advertisedStart === now.advertisedStart &&
    before.toteStartTime === now.toteStartTime &&
    before.endedAt === now.endedAt
  );
}

/** The columns of a race that only events tell: what {@link RaceState.digest} stands for. */
export function raceDigest(
  columns: Readonly<Record<string, unknown>>,
  extra: EventSnapshot['extra'],
): string {
  const own: Record<string, unknown> = {};
  for (const key of Object.keys(columns)) if (!reported.has(key)) own[key] = columns[key];
  return currentDigest(own, extra);
}

/** The row of a race that an event tells otherwise than it is recorded, and the events that come with it. */
export function diffRace(
  baseline: Baseline,
  snapshot: EventSnapshot,
  seen: Observation,
  race: RaceState,
): Change[] {
  const before = baseline.race;
  const changes = before ? raceEvents(seen, before, race, baseline.generatedAt !== null) : [];
  const same = before?.digest === race.digest && isReportedSame(before, race);
  if (same) return changes;
  changes.push({
    table: 'races',
    row: {
      ...snapshot.race,
      ...reportedColumns(race),
      source_time: seen.sourceTime,
      raw_extra: JSON.stringify(snapshot.extra),
    },
  });
  return changes;
}

/**
 * Events of a race whose status, start, protest or number changed, whoever reported it.
 * @param eventKnown whether an event was taken of it before: listings report neither protests nor later numbers
 */
export function raceEvents(
  times: { readonly raceId: string; readonly sourceTime: string; readonly observedAt: string },
  before: RaceState,
  now: Pick<RaceState, 'status' | 'advertisedStart' | 'protest' | 'raceNumber'>,
  eventKnown: boolean,
): Change[] {
  const changes: Change[] = [];
  const emit = (kind: RaceEventKind, previous: string | null, value: string | null): void => {
    changes.push({
      table: 'race_events',
      row: raceEvent(times.raceId, null, kind, { value, previous }, times),
    });
  };
  if (plainStatus(now.status) !== plainStatus(before.status)) emit('status', before.status, now.status);
  if (now.advertisedStart !== before.advertisedStart) {
    emit('start_time', timestamp(before.advertisedStart), timestamp(now.advertisedStart));
  }
  if (!eventKnown) return changes;
  if (now.protest !== before.protest) emit('protest', asText(before.protest), asText(now.protest));
  if (now.raceNumber !== before.raceNumber) {
    emit('race_number', asText(before.raceNumber), asText(now.raceNumber));
  }
  return changes;
}

function asText(value: boolean | number | null): string | null {
  return value === null ? null : String(value);
}
