import { z } from 'zod';
import { count, seq, time } from './values.ts';

/** Why the recorder is not ready. */
const reason = z
  .object({
    code: z.enum([
      'failed',
      'importing',
      'feed_failing',
      'nothing_selected',
      'sink_lagging',
      'stalled',
      'stopping',
    ]),
    /** One sentence. */
    detail: z.string(),
  })
  .meta({ id: 'Reason' });
export type Reason = z.infer<typeof reason>;

/** `GET /readyz`, with status 200 or 503. */
export const readiness = z.object({ ready: z.boolean(), reasons: z.array(reason) });
export type Readiness = z.infer<typeof readiness>;

/** `GET /livez`, with status 200, or 503 when the recorder's thread has shown no sign of life for a minute. */
export const liveness = z.object({ live: z.boolean(), version: z.string() });

/** The recorder's clock: at the moment of the answer it shows `now`, and runs `speed` times as fast as real time. */
export const clock = z.object({ now: time, speed: z.number().positive() }).meta({ id: 'Clock' });
export type Clock = z.infer<typeof clock>;

/** A minute of the recorder's clock. */
const pollMinute = z
  .object({
    /** Its beginning. */
    minute: time,
    changed: count,
    unchanged: count,
    failed: count,
    lateness_median_ms: z.number().nullable(),
    lateness_max_ms: z.number().nullable(),
  })
  .meta({ id: 'PollMinute' });
export type PollMinute = z.infer<typeof pollMinute>;

const sinkState = z
  .object({
    sink: z.string(),
    /** Rows that it is still to deliver. */
    lag_rows: count,
    /** Age of the oldest of them, seconds of the recorder's clock; 0 when none is waiting. */
    lag_seconds: z.number(),
    /** Beyond this the recorder is not ready. */
    lag_limit_seconds: z.number(),
    /** Deliveries that failed and were tried again, since the start. */
    retries: count,
    dead_letters: count,
    /** What deliveries wait for someone to set right, one sentence; null while nothing is. */
    paused: z.string().nullable(),
  })
  .meta({ id: 'SinkState' });
export type SinkState = z.infer<typeof sinkState>;

const importResult = z
  .object({
    started_at: time,
    /** Null while it is under way. */
    finished_at: time.nullable(),
    /** NZ dates. */
    dates: z.array(z.string()),
    meetings: count,
    races: count,
    /** What could not be imported: the first 100. */
    failed: z.array(
      z.object({
        date: z.string().nullable(),
        meeting_id: z.string().nullable(),
        race_id: z.string().nullable(),
        reason: z.string(),
      }),
    ),
    failed_count: count,
  })
  .meta({ id: 'ImportResult' });
export type ImportResult = z.infer<typeof importResult>;

const outcomes = z.object({ changed: count, unchanged: count, failed: count });

/** `GET /api/status`. It carries the time of its making, so that it is new with each answer. */
export const status = z.object({
  seq,
  version: z.string(),
  clock,
  /** The computer's own clock when the service started. */
  started_at: time,
  source: z.object({
    /** `simulator`: nothing of what is shown is real. */
    kind: z.enum(['tab', 'simulator']),
    url: z.string(),
    /** Of the simulated market; null for a real feed. */
    seed: z.int().nullable(),
  }),
  ready: z.boolean(),
  reasons: z.array(reason),
  races: z.object({
    /** Races that are being polled or waited for. */
    live: count,
    by_band: z.record(z.string(), count),
  }),
  polls: z.object({
    since_start: outcomes,
    /** The last 60 minutes of the recorder's clock, the oldest first; those without a poll among them. */
    minutes: z.array(pollMinute),
  }),
  /** Rows written since the start, by table. */
  rows: z.record(z.string(), count),
  budget: z.object({
    in_flight: count,
    in_flight_limit: z.int(),
    /** Null: no limit. */
    requests_per_second: z.number().nullable(),
    waiting: count,
    /** The host asked to be left alone until then; null when it did not. */
    held_until: time.nullable(),
  }),
  /** The newest import; null before the first. */
  import: importResult.nullable(),
  /** Remote stores that are delivered to. */
  sinks: z.array(sinkState),
  /** Of all sinks. */
  dead_letters: count,
  /** `opened` counts since the start. */
  gaps: z.object({ open: count, opened: count }),
  /** Responses that could not be used and were kept, since the start. */
  quarantined: count,
  event_loop: z.object({
    /** Real milliseconds by which timers were late in the last ten seconds or more: 99 of 100 by less. */
    delay_p99_ms: z.number(),
    delay_max_ms: z.number(),
  }),
  stream: z.object({ clients: count, clients_limit: z.int() }),
  journal: z.object({ bytes: count, wal_bytes: count }),
});
export type Status = z.infer<typeof status>;
