import { z } from 'zod';
import { parts } from './snapshot.ts';

/**
 * Every event that the recorder logs, with its fields: a closed list, on which dashboards are built. Fields that
 * end in `_ms` are milliseconds; docs/logs.md describes them all.
 */

const count = z.int().nonnegative();
const ms = z.number();
const time = z.iso.datetime();
const told = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const verifiedField = z.strictObject({
  race_id: z.string(),
  entrant_id: z.string().nullable(),
  field: z.string(),
  stored: told,
  served: told,
});

export const logEvents = {
  'service.started': z.strictObject({
    version: z.string(),
    source: z.enum(['tab', 'simulator']),
    journal: z.string(),
    records: z.string(),
    feed: z.string(),
    proxy: z.string().nullable(),
    no_proxy: z.string().nullable(),
    speed: z.number(),
  }),
  'service.stopping': z.strictObject({ reason: z.string() }),
  'service.stopped': z.strictObject({ duration_ms: ms, polls: count, changes: count }),
  'service.failed': z.strictObject({ reason: z.string() }),
  'import.started': z.strictObject({ dates: z.array(z.string()) }),
  'import.meetings_failed': z.strictObject({
    date: z.string(),
    meeting_id: z.string().nullable(),
    reason: z.string(),
  }),
  'import.race_failed': z.strictObject({ race_id: z.string(), reason: z.string() }),
  'import.finished': z.strictObject({
    dates: z.array(z.string()),
    meetings: count,
    races: count,
    failed: count,
    duration_ms: ms,
  }),
  'selection.absent': z.strictObject({
    dates: z.array(z.string()),
    countries: z.array(z.string()),
    categories: z.array(z.string()),
  }),
  'listing.taken': z.strictObject({ date: z.string(), meetings: count, races: count }),
  'listing.repeated': z.strictObject({
    date: z.string(),
    meetings: z.array(z.string()),
    races: z.array(z.string()),
  }),
  'listing.failed': z.strictObject({ date: z.string(), reason: z.string(), detail: z.string() }),
  'listing.quarantined': z.strictObject({
    date: z.string(),
    meeting_id: z.string().nullable(),
    reason: z.string(),
    bytes: count,
  }),
  'race.started': z.strictObject({ race_id: z.string(), start: time, status: z.string() }),
  'race.cadence': z.strictObject({ race_id: z.string(), band: z.string(), every_ms: ms.nullable() }),
  'race.moved': z.strictObject({ race_id: z.string(), from: time, to: time }),
  'race.status': z.strictObject({ race_id: z.string(), from: z.string(), to: z.string() }),
  'race.unknown_status': z.strictObject({ race_id: z.string(), status: z.string() }),
  'race.disputed': z.strictObject({
    race_id: z.string(),
    status: z.string(),
    start: time,
    event_status: z.string().nullable(),
    event_start: time.nullable(),
    listed_status: z.string().nullable(),
    listed_start: time.nullable(),
  }),
  'race.vanished': z.strictObject({ race_id: z.string(), date: z.string() }),
  'race.overdue': z.strictObject({ race_id: z.string(), status: z.string(), start: z.string() }),
  'race.dropped': z.strictObject({ race_id: z.string(), reason: z.string() }),
  'race.restarted': z.strictObject({ race_id: z.string(), reason: z.string(), delay_ms: ms }),
  'race.stalled': z.strictObject({ race_id: z.string(), due: time, late_ms: ms }),
  'race.settled': z.strictObject({ race_id: z.string(), status: z.string() }),
  'poll.changed': z.strictObject({
    race_id: z.string(),
    changes: count,
    bytes: count,
    lateness_ms: ms,
    duration_ms: ms,
  }),
  'poll.unchanged': z.strictObject({ race_id: z.string(), bytes: count, lateness_ms: ms, duration_ms: ms }),
  'poll.failed': z.strictObject({
    race_id: z.string(),
    reason: z.string(),
    detail: z.string(),
    lateness_ms: ms,
    duration_ms: ms,
    failures: count,
  }),
  'poll.quarantined': z.strictObject({ race_id: z.string(), reason: z.string(), bytes: count }),
  'poll.incomplete': z.strictObject({ race_id: z.string(), part: z.enum(parts), reason: z.string() }),
  'feed.drifted': z.strictObject({ race_id: z.string().nullable(), field: z.string(), received: z.string() }),
  'feed.not_granted': z.strictObject({ race_id: z.string(), parts: z.array(z.string()) }),
  'feed.held': z.strictObject({ until: time, hold_ms: ms }),
  'feed.clock': z.strictObject({ offset_ms: ms, corrected: z.boolean() }),
  'feed.clock_reset': z.strictObject({
    race_id: z.string().nullable(),
    date: z.string().nullable(),
    from: time,
    to: time,
  }),
  'clock.jumped': z.strictObject({ jump_ms: ms }),
  'loop.stalled': z.strictObject({ stall_ms: ms }),
  'log.dropped': z.strictObject({ lines: count }),
  'journal.failed': z.strictObject({ race_id: z.string().nullable(), reason: z.string() }),
  'journal.lost': z.strictObject({
    journal: z.string(),
    reason: z.string(),
    saved: z.string().nullable(),
    set_aside: z.string().nullable(),
    damage: z.string().nullable(),
    duration_ms: ms,
  }),
  'journal.log_grows': z.strictObject({ log: z.string(), bytes: count, limit_bytes: count }),
  'journal.lock_restored': z.strictObject({ journal: z.string(), file: z.string() }),
  'replay.started': z.strictObject({ files: count, journal: z.string() }),
  'replay.problem': z.strictObject({ file: z.string(), line: count.nullable(), reason: z.string() }),
  'replay.finished': z.strictObject({
    files: count,
    lines: count,
    taken: count,
    changed: count,
    unchanged: count,
    already_recorded: count,
    listings: count,
    not_used: count,
    unusable: count,
    rows: count,
    duration_ms: ms,
  }),
  'repair.problem': z.strictObject({ journal: z.string(), reason: z.string() }),
  'repair.healthy': z.strictObject({ journal: z.string(), duration_ms: ms }),
  'repair.resumed': z.strictObject({ journal: z.string(), damaged: z.string() }),
  'repair.table': z.strictObject({
    table: z.string(),
    kept: count,
    renumbered: count,
    restored: count,
    dropped: count,
    pages_lost: count,
  }),
  'repair.finished': z.strictObject({
    journal: z.string(),
    damaged: z.string(),
    rows: count,
    restored: count,
    dropped: count,
    pages_lost: count,
    gaps: count,
    duration_ms: ms,
  }),
  'verify.difference': verifiedField,
  'verify.moved': verifiedField,
  'verify.failed': z.strictObject({
    race_id: z.string().nullable(),
    date: z.string(),
    reason: z.string(),
    detail: z.string(),
  }),
  'verify.finished': z.strictObject({
    dates: z.array(z.string()),
    races: count,
    settled: count,
    differences: count,
    moved: count,
    failed: count,
    duration_ms: ms,
  }),
  'export.finished': z.strictObject({
    table: z.string(),
    format: z.enum(['csv', 'ndjson', 'parquet']),
    rows: count,
    file: z.string(),
    bytes: count,
    duration_ms: ms,
  }),
  'recording.failed': z.strictObject({ reason: z.string() }),
  'sink.started': z.strictObject({
    sink: z.string(),
    endpoint: z.string(),
    database: z.string(),
    tables: z.array(z.string()),
  }),
  'sink.read_back': z.strictObject({ sink: z.string(), races: count, rows: count, duration_ms: ms }),
  'sink.read_back_failed': z.strictObject({ sink: z.string(), reason: z.string() }),
  'sink.delivered': z.strictObject({
    sink: z.string(),
    rows: count,
    requests: count,
    refused: count,
    lag_rows: count,
    lag_more: z.boolean(),
    lag_ms: ms,
    duration_ms: ms,
  }),
  'sink.lagging': z.strictObject({
    sink: z.string(),
    reason: z.string(),
    detail: z.string(),
    failures: count,
    retry_ms: ms,
    lag_rows: count,
    lag_more: z.boolean(),
    lag_ms: ms,
  }),
  'sink.paused': z.strictObject({
    sink: z.string(),
    table: z.string().nullable(),
    reason: z.string(),
    retry_ms: ms,
  }),
  'sink.resumed': z.strictObject({ sink: z.string(), table: z.string().nullable() }),
  'sink.dead_letter': z.strictObject({
    sink: z.string(),
    table: z.string(),
    row: z.string(),
    reason: z.string(),
  }),
  'server.started': z.strictObject({ url: z.string(), page: z.boolean() }),
  'server.unavailable': z.strictObject({ address: z.string(), reason: z.string() }),
  'server.failed': z.strictObject({ route: z.string(), reason: z.string() }),
  'server.dropped': z.strictObject({ route: z.string(), clients: count }),
  'gap.opened': z.strictObject({ race_id: z.string(), from: time, reason: z.string() }),
  'gap.closed': z.strictObject({
    race_id: z.string(),
    from: time,
    to: time,
    reason: z.string(),
    expected_polls: count,
    repaired: z.boolean(),
  }),
} as const;

export type LogEventName = keyof typeof logEvents;

export type LogFields<E extends LogEventName> = z.infer<(typeof logEvents)[E]>;

/** An event with its fields. */
export type LogEvent = {
  [E in LogEventName]: { readonly event: E; readonly fields: LogFields<E> };
}[LogEventName];

/** Writes one event. */
export type Log = <E extends LogEventName>(event: E, fields: LogFields<E>) => void;
