import { z } from 'zod';
import { bet, gap, money, odds, poll, pool, raceEvent, result } from './history.ts';
import { race, runner } from './race.ts';
import { clock } from './status.ts';
import { seq } from './values.ts';

export const streamPath = '/api/stream';

/**
 * The events of `GET /api/stream` (Server-Sent Events) by name, with their data (JSON). Each carries its `seq` as the
 * event's id, so that a client that connects again with `Last-Event-ID` misses none and gets none twice.
 *
 * Query: `after` (a `seq`; without it the stream begins now; a `Last-Event-ID` goes before it), `race` (only this
 * race's), `events` (names with commas between; default all).
 *
 * `odds`, `money`, `pool`, `bet`, `race_event`, `result` and `poll` are rows of history: each is told once, in the order
 * of writing. `race`, `runner` and `gap` tell how something stands now: they take the place of what was known of it,
 * and after a break only the newest is told. The rows of one poll follow one another.
 *
 * A stream that cannot be given (503: too many clients) is no reason for an EventSource to try again by itself: try
 * again after `Retry-After` seconds. One that falls too far behind is ended by the server, and goes on from there.
 */
export const streamEvents = {
  /** First of all. Without an id. */
  hello: z.object({ seq, version: z.string(), clock }),
  /** What was asked for lies too far back: read the pages again; the stream goes on after this `seq`. */
  reset: z.object({ seq }),
  race,
  runner,
  odds,
  money,
  pool,
  bet,
  race_event: raceEvent,
  result,
  gap,
  /** With the race's band as it is when this is told. */
  poll: poll.extend({ band: z.string().nullable(), every_ms: z.number().nullable() }),
} as const;
export type StreamEventName = keyof typeof streamEvents;
export type StreamEvents = { readonly [E in StreamEventName]: z.infer<(typeof streamEvents)[E]> };
