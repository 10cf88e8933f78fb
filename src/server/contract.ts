import { z } from 'zod';

/**
 * What the server answers, and what its stream tells. The page imports the types of this file (`import type`):
 * nothing but zod is imported here.
 *
 * Names are those of the journal's tables. Times are RFC 3339 in UTC with milliseconds on the recorder's clock,
 * which with a simulator runs at its speed; fields ending in `_ms` are milliseconds of it. Prices are null where
 * none is offered. `seq` is the journal's own number: it rises with everything that is written.
 *
 * Every answer of `/api` carries the `seq` up to which it tells everything. A page reads its answers first and then
 * opens `/api/stream?after=SEQ` with the least `seq` of them: nothing is missed in between.
 */

const time = z.iso.datetime();
const count = z.int().nonnegative();
const seq = z.int().nonnegative().describe("The journal's number: it rises with everything that is written.");
/** As served by the source. */
const asServed = z.unknown();

/** One sentence that says what was wrong. */
export const failure = z
  .object({ status: z.int(), error: z.string() })
  .meta({ id: 'Failure', description: 'What went wrong, in one sentence.' });
export type Failure = z.infer<typeof failure>;

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
    /** As served: Open, Closed, Interim, Final, Abandoned. */
    status: z.string(),
    advertised_start: time,
    /** When it was first seen Final or Abandoned. */
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

export const oddsKind = z.enum(['fixed_win', 'fixed_place', 'pool_win', 'pool_place']);
export type OddsKind = z.infer<typeof oddsKind>;

const ofRace = { seq, race_id: z.string() };
const observed = { source_time: time, observed_at: time };

export const odds = z
  .object({
    ...ofRace,
    entrant_id: z.string(),
    kind: oddsKind,
    /** Null: withdrawn. */
    odds: z.number().nullable(),
    previous_odds: z.number().nullable(),
    ...observed,
    /** `fluctuation`: a dated price of the source's own history, at its true time. */
    basis: z.enum(['poll', 'fluctuation']),
    seconds_to_start: z.number(),
  })
  .meta({ id: 'Odds' });
export type Odds = z.infer<typeof odds>;

export const money = z
  .object({
    ...ofRace,
    /** Null: what is not in the field, together. */
    entrant_id: z.string().nullable(),
    hold_percentage: z.number().nullable(),
    bet_percentage: z.number().nullable(),
    previous_hold_percentage: z.number().nullable(),
    previous_bet_percentage: z.number().nullable(),
    ...observed,
    seconds_to_start: z.number(),
  })
  .meta({ id: 'Money' });
export type Money = z.infer<typeof money>;

export const pool = z
  .object({
    ...ofRace,
    product: z.string(),
    /** Race numbers of a product over several races, as served; null for a single race. */
    legs: asServed,
    /** Dollars. */
    total: z.number().nullable(),
    previous_total: z.number().nullable(),
    status: z.string().nullable(),
    ...observed,
    seconds_to_start: z.number(),
  })
  .meta({ id: 'Pool' });
export type Pool = z.infer<typeof pool>;

export const bet = z
  .object({
    ...ofRace,
    /** `big`, `live` or `biggest`. */
    list: z.string(),
    title: z.string().nullable(),
    description: z.string().nullable(),
    /** Dollars. */
    stake: z.number().nullable(),
    odds: z.number().nullable(),
    placed_at: time.nullable(),
    legs: asServed,
    observed_at: time,
  })
  .meta({ id: 'Bet' });
export type Bet = z.infer<typeof bet>;

export const raceEvent = z
  .object({
    ...ofRace,
    entrant_id: z.string().nullable(),
    /** `status`, `start_time`, `scratched`, `reinstated`, `jockey` and the like. */
    kind: z.string(),
    value: z.string().nullable(),
    previous: z.string().nullable(),
    ...observed,
  })
  .meta({ id: 'RaceEvent' });
export type RaceEvent = z.infer<typeof raceEvent>;

export const result = z
  .object({
    ...ofRace,
    /** 1 for the first results seen, one more with each amendment. */
    revision: z.int(),
    placings: asServed,
    dividends: asServed,
    status: z.string(),
    ...observed,
  })
  .meta({ id: 'Result' });
export type Result = z.infer<typeof result>;

export const gap = z
  .object({
    ...ofRace,
    /** The same gap is told again, under a new `seq`, when it ends. */
    id: z.string(),
    /** Only for overflows of one runner's fluctuations. */
    entrant_id: z.string().nullable(),
    from_time: time,
    /** Null while it is open. */
    to_time: time.nullable(),
    reason: z.string(),
    expected_polls: z.int(),
    /** Whether dated fluctuations told every fixed-win price of that time. */
    repaired: z.boolean(),
  })
  .meta({ id: 'Gap' });
export type Gap = z.infer<typeof gap>;

export const poll = z
  .object({
    ...ofRace,
    started_at: time,
    lateness_ms: z.number().nullable(),
    duration_ms: z.number().nullable(),
    outcome: z.enum(['changed', 'unchanged', 'failed']),
    reason: z.string().nullable(),
    bytes: z.int().nullable(),
    /** Rows of history that it led to. */
    changes: z.int(),
  })
  .meta({ id: 'Poll' });
export type Poll = z.infer<typeof poll>;

/** `GET /api/races`: those that have not ended by their start, or the others, the newest first. */
export const raceList = z.object({
  seq,
  races: z.array(race),
  /** Give it as `cursor` for the next page; null when this is the last. */
  next: z.string().nullable(),
});
export type RaceList = z.infer<typeof raceList>;

/** `GET /api/races/{race_id}` */
export const raceDetail = z.object({
  seq,
  race,
  /** By their number; those that left the field and the scratched among them. */
  runners: z.array(runner),
  /** The newest row of each product. */
  pools: z.array(pool),
  /** The newest revision; null before results were seen. */
  result: result.nullable(),
});
export type RaceDetail = z.infer<typeof raceDetail>;

/** A page of a race's history. Its rows are in the order of their times. */
const page = <T extends z.ZodType>(rows: T) =>
  z.object({
    seq,
    rows: z.array(rows),
    /** Give it as `cursor` for the next page; null when this is the last. */
    next: z.string().nullable(),
  });

/** What `GET /api/races/{race_id}/{part}` answers, by part. */
export const historyPages = {
  odds: page(odds),
  money: page(money),
  pools: page(pool),
  bets: page(bet),
  events: page(raceEvent),
  results: page(result),
  gaps: page(gap),
  polls: page(poll),
} as const;
export type HistoryPart = keyof typeof historyPages;
export type HistoryPage<P extends HistoryPart> = z.infer<(typeof historyPages)[P]>;

const ofRunner = {
  race_id: z.string(),
  meeting: z.string().nullable(),
  race_number: z.int().nullable(),
  advertised_start: time,
  status: z.string(),
  entrant_id: z.string(),
  runner_number: z.int().nullable(),
  name: z.string(),
  hold_percentage: z.number().nullable(),
  bet_percentage: z.number().nullable(),
};

/** A runner whose fixed-win price moved. */
export const mover = z
  .object({
    ...ofRunner,
    /** The price when the time looked at began; the first one where it had none by then. */
    from: z.number(),
    /** The price now. */
    to: z.number(),
    /** to / from − 1: negative when it shortened. */
    change: z.number(),
  })
  .meta({ id: 'Mover' });
export type Mover = z.infer<typeof mover>;

/** A runner whose share of the money is not what its price says. */
export const heldRunner = z
  .object({
    ...ofRunner,
    fixed_win: z.number(),
    hold_percentage: z.number(),
    /** Its share of the race by fixed-win prices alone: 1/price over the sum of the field's, in percent. */
    price_percentage: z.number(),
    /** hold_percentage − price_percentage: positive when there is more money on it than the price says. */
    difference: z.number(),
  })
  .meta({ id: 'HeldRunner' });
export type HeldRunner = z.infer<typeof heldRunner>;

/** `GET /api/movers`: of races that have not ended. */
export const movers = z.object({
  seq,
  minutes: z.int(),
  /** The largest first. */
  shortening: z.array(mover),
  drifting: z.array(mover),
  /** More money on them than their price says, the largest difference first; races of the next two hours. */
  held: z.array(heldRunner),
});
export type Movers = z.infer<typeof movers>;

/** `GET /api/gaps`: of all races, the newest first. */
export const gapList = z.object({
  seq,
  gaps: z.array(
    gap.extend({
      meeting: z.string().nullable(),
      race_number: z.int().nullable(),
      name: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});
export type GapList = z.infer<typeof gapList>;

/** Why the recorder is not ready. */
export const reason = z
  .object({
    code: z.enum(['importing', 'feed_failing', 'sink_lagging', 'stopping']),
    /** One sentence. */
    detail: z.string(),
  })
  .meta({ id: 'Reason' });
export type Reason = z.infer<typeof reason>;

/** `GET /readyz`, with status 200 or 503. */
export const readiness = z.object({ ready: z.boolean(), reasons: z.array(reason) });
export type Readiness = z.infer<typeof readiness>;

/** `GET /livez` */
export const liveness = z.object({ live: z.literal(true), version: z.string() });
export type Liveness = z.infer<typeof liveness>;

/** The recorder's clock: at the moment of the answer it shows `now`, and runs `speed` times as fast as real time. */
export const clock = z.object({ now: time, speed: z.number().positive() }).meta({ id: 'Clock' });
export type Clock = z.infer<typeof clock>;

/** A minute of the recorder's clock. */
export const pollMinute = z
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

export const sinkState = z
  .object({
    sink: z.string(),
    /** Rows that it is still to deliver; of each table at most 10,000 are counted. */
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

export const importResult = z
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

/** Query of each list: what may be asked for. `limit` has its own default and maximum. */
export const queries = {
  races: z.strictObject({
    /** `next`: not ended, by their start. `ended`: the newest first. */
    view: z.enum(['next', 'ended']).default('next'),
    country: z.string().optional(),
    type: z.enum(['T', 'H', 'G']).optional(),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z.string().optional(),
  }),
  history: z.strictObject({
    limit: z.coerce.number().int().min(1).max(2000).default(1000),
    cursor: z.string().optional(),
  }),
  odds: z.strictObject({
    kind: oddsKind.optional(),
    entrant_id: z.string().optional(),
    limit: z.coerce.number().int().min(1).max(2000).default(1000),
    cursor: z.string().optional(),
  }),
  movers: z.strictObject({
    /** Minutes of the recorder's clock. */
    minutes: z.coerce.number().int().min(1).max(180).default(30),
    /** Of each list. */
    limit: z.coerce.number().int().min(1).max(100).default(20),
  }),
  gaps: z.strictObject({
    open: z.enum(['true', 'false']).default('false'),
    limit: z.coerce.number().int().min(1).max(200).default(50),
    cursor: z.string().optional(),
  }),
  stream: z.strictObject({
    after: z.coerce.number().int().nonnegative().optional(),
    race: z.string().optional(),
    events: z.string().optional(),
  }),
} as const;
