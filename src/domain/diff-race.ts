import { maxPastStarts, pastOf, startAfterEvent, statusAfterEvent, undoneBy } from './arbitration.ts';
import { currentDigest } from './baseline.ts';
import type { Baseline, RaceState, Word } from './baseline.ts';
import type { Observation } from './observation.ts';
import { raceEvent } from './race-event.ts';
import type { RaceEventKind } from './race-event.ts';
import type { EventSnapshot, Extra, RaceColumns } from './snapshot.ts';
import { hasEnded, plainStatus, raceStatus } from './status.ts';
import type { Change, RaceEventRow, RaceRow } from './tables.ts';
import { epochMillis, timestamp } from './time.ts';

/** The state of a race after an event: see {@link statusAfterEvent} for where listings contradict it. */
export function raceState(baseline: Baseline, served: ServedRaceState, observedAt: number): RaceState {
  const { listed, race } = baseline;
  const event = { status: served.status, advertisedStart: epochMillis(served.advertised_start) };
  const report = { ...event, generatedAt: served.generatedAt };
  const status = statusAfterEvent(race, listed, report);
  const start = startAfterEvent(race, listed, report);
  return {
    status,
    advertisedStart: start,
    event,
    ...pastOf(race, status, start),
    protest: served.protest,
    raceNumber: served.race_number,
    toteStartTime: race?.toteStartTime ?? null,
    ...endOf(race, status, observedAt),
    digest: served.digest,
  };
}

/** When a race ended and was settled: neither moves while it is over, whichever status it is over by. */
export function endOf(
  before: RaceState | null,
  status: string,
  observedAt: number,
): Pick<RaceState, 'endedAt' | 'settledAt'> {
  if (!hasEnded(raceStatus(status))) return { endedAt: null, settledAt: null };
  return { endedAt: before?.endedAt ?? observedAt, settledAt: before?.settledAt ?? null };
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
/** Those, and what is no column of an event's own. */
const reported: ReadonlySet<string> = new Set([...reportedNames, 'source_time', 'raw_extra']);

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

/** What is kept of an event in `raw_extra`: with its own status and start, as those of the row can be a listing's. */
export function raceExtra({ race, extra }: Pick<EventSnapshot, 'race' | 'extra'>): Extra {
  const { status, advertised_start } = race;
  return { ...extra, status, advertised_start };
}

/**
 * The state that a race's rows hold.
 * @param hasResponse whether an event was taken of it
 * @param events of the kinds `status` and `start_time`, in order of writing
 */
export function storedRaceState(
  row: RaceRow,
  hasResponse: boolean,
  events: readonly Pick<RaceEventRow, 'kind' | 'value' | 'previous'>[],
): RaceState {
  const extra = row.raw_extra === null ? {} : (JSON.parse(row.raw_extra) as Extra);
  const newest = events.findLast(({ kind }) => kind === 'status');
  const starts = events.filter(({ kind }) => kind === 'start_time').map(({ previous }) => previous ?? '');
  return {
    status: row.status,
    advertisedStart: epochMillis(row.advertised_start),
    event: hasResponse ? wordOf(extra, row) : null,
    undone: newest === undefined ? null : undoneBy(newest.previous ?? '', newest.value ?? ''),
    pastStarts: starts.slice(-maxPastStarts).map(epochMillis),
    protest: row.protest,
    raceNumber: row.race_number,
    toteStartTime: row.tote_start_time,
    endedAt: row.ended_at === null ? null : epochMillis(row.ended_at),
    settledAt: row.settled_at === null ? null : epochMillis(row.settled_at),
    digest: hasResponse ? raceDigest(row, extra) : null,
  };
}

/** What the newest event said; a row written before that was kept has it in its columns, unless a listing had others. */
function wordOf(extra: Extra, row: RaceRow): Word {
  const { status = row.status, advertised_start: start = row.advertised_start } = extra;
  return { status: String(status), advertisedStart: epochMillis(String(start)) };
}

/** The columns of a race that only events tell: what {@link RaceState.digest} stands for. */
export function raceDigest(columns: Readonly<Record<string, unknown>>, extra: Extra): string {
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
      raw_extra: JSON.stringify(raceExtra(snapshot)),
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
