import { z } from 'zod';
import { seq, time } from './values.ts';

/** A race as lists show it. */
export const race = z
  .object({
    seq,
    race_id: z.string(),
    meeting_id: z.string(),
    /** Name of the meeting; null before a listing told of it. */
    meeting: z.string().nullable(),
    country: z.string().nullable(),
    state: z.string().nullable(),
    /** T thoroughbred, H harness, G greyhound. */
    type: z.string().nullable(),
    race_number: z.int().nullable(),
    name: z.string().nullable(),
    /** As served (Open, Closed, Interim, Final, Abandoned), or `removed_from_feed`, `never_finished`: given up here. */
    status: z.string(),
    advertised_start: time,
    /** When it was first seen Final or Abandoned, or was given up. */
    ended_at: time.nullable(),
    /** When its last read was made: nothing more is polled. */
    settled_at: time.nullable(),
    /** Metres. */
    distance: z.int().nullable(),
    track_condition: z.string().nullable(),
    weather: z.string().nullable(),
    entrant_count: z.int().nullable(),
    /** Band of the cadence that is in force; null when the race is not being polled. */
    band: z.string().nullable(),
    /** How often it is polled; null where polls are made at set times (not live yet, final, abandoned). */
    every_ms: z.number().nullable(),
    last_poll_at: time.nullable(),
    last_poll_outcome: z.enum(['changed', 'unchanged', 'failed']).nullable(),
    last_good_poll_at: time.nullable(),
    /**
     * `fresh`: the last good poll is as new as the cadence asks. `late`: older than twice the interval, or a gap is
     * open. `none`: no poll yet. `settled`: nothing more is to come.
     */
    freshness: z.enum(['fresh', 'late', 'none', 'settled']),
    /** Since when no usable poll was had; null when none is missing. */
    gap_since: time.nullable(),
  })
  .meta({ id: 'Race' });
export type Race = z.infer<typeof race>;

/** A race's runner as it stands now. */
export const runner = z
  .object({
    seq,
    entrant_id: z.string(),
    race_id: z.string(),
    runner_number: z.int().nullable(),
    name: z.string(),
    /** False once the source no longer lists it among the race's runners. */
    in_field: z.boolean(),
    barrier: z.int().nullable(),
    jockey: z.string().nullable(),
    trainer: z.string().nullable(),
    is_scratched: z.boolean(),
    scratched_at: time.nullable(),
    is_emergency: z.boolean().nullable(),
    fixed_win: z.number().nullable(),
    fixed_place: z.number().nullable(),
    pool_win: z.number().nullable(),
    pool_place: z.number().nullable(),
    /** The first fixed-win price of all, by the source's own time. */
    fixed_win_open: z.number().nullable(),
    /** fixed_win / fixed_win_open − 1: negative when it shortened. */
    fixed_win_change: z.number().nullable(),
    hold_percentage: z.number().nullable(),
    bet_percentage: z.number().nullable(),
    favourite: z.boolean().nullable(),
    mover: z.boolean().nullable(),
  })
  .meta({ id: 'Runner' });
export type Runner = z.infer<typeof runner>;
