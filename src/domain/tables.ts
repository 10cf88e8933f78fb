/**
 * The tables, described once: SQLite's DDL, the row types and (later) other stores are derived from here.
 * Times are RFC 3339 UTC text cut to milliseconds. `source_time` is the source's own clock, `observed_at` ours.
 */

/** What a column holds. `json` is text that parses as JSON; `time` as in {@link timestamp}. */
export type ColumnType = 'text' | 'integer' | 'real' | 'boolean' | 'json' | 'time';

export interface Column<T extends ColumnType = ColumnType, N extends boolean = boolean> {
  readonly type: T;
  readonly nullable: N;
}

/**
 * How rows of a table live: `history` rows are written once and never change, `current` rows hold the newest
 * state of their key, `log` rows tell of the recorder itself and are updated while what they tell goes on.
 */
type TableKind = 'history' | 'current' | 'log';

export interface Table<C extends Record<string, Column> = Record<string, Column>> {
  readonly name: string;
  readonly kind: TableKind;
  /** The column that identifies a row. */
  readonly key: string;
  readonly columns: C;
  /** Columns of each secondary index, for the queries that front ends and the recorder itself make. */
  readonly indexes: readonly (readonly string[])[];
}

interface ColumnValue {
  text: string;
  integer: number;
  real: number;
  boolean: boolean;
  json: string;
  time: string;
}

/** The row type of a table: every column, null where it may be. */
export type RowOf<T> =
  T extends Table<infer C>
    ? {
        [K in keyof C]: C[K]['nullable'] extends true
          ? ColumnValue[C[K]['type']] | null
          : ColumnValue[C[K]['type']];
      }
    : never;

const must = <T extends ColumnType>(type: T): Column<T, false> => ({ type, nullable: false });
const may = <T extends ColumnType>(type: T): Column<T, true> => ({ type, nullable: true });

function table<const C extends Record<string, Column>>(
  name: string,
  kind: TableKind,
  key: keyof C & string,
  columns: C,
  indexes: readonly (readonly (keyof C & string)[])[] = [],
): Table<C> {
  return { name, kind, key, columns, indexes };
}

export const meetings = table(
  'meetings',
  'current',
  'meeting_id',
  {
    meeting_id: must('text'),
    name: must('text'),
    /** NZ date of the meeting, `YYYY-MM-DD`; null until a listing named it. */
    date: may('text'),
    country: may('text'),
    state: may('text'),
    category: may('text'),
    track_condition: may('text'),
    weather: may('text'),
    /** The tote's own status of the meeting. */
    status: may('text'),
    tote_meeting_number: may('integer'),
    source_time: must('time'),
    raw_extra: may('json'),
  },
  [['date']],
);

export const races = table(
  'races',
  'current',
  'race_id',
  {
    race_id: must('text'),
    meeting_id: must('text'),
    race_number: may('integer'),
    name: may('text'),
    status: must('text'),
    advertised_start: must('time'),
    /** The listing's wall-clock text; may pass 24:00. */
    tote_start_time: may('text'),
    /** As served: equals the advertised start until the race is run, and is nonsense now and then. */
    actual_start: may('time'),
    /** Metres. */
    distance: may('integer'),
    country: may('text'),
    state: may('text'),
    /** Racing code: T thoroughbred, H harness, G greyhound. */
    type: may('text'),
    track_condition: may('text'),
    track_direction: may('text'),
    track_surface: may('text'),
    weather: may('text'),
    rail_position: may('text'),
    field_size: may('integer'),
    entrant_count: may('integer'),
    positions_paid: may('integer'),
    group: may('text'),
    class: may('text'),
    start_type: may('text'),
    comment: may('text'),
    silk_url: may('text'),
    /** Prize money by place, as served. */
    prize_monies: may('json'),
    protest: may('boolean'),
    protest_reason: may('text'),
    /** When the race was first seen Final or Abandoned, or was given up, on our clock; null before. */
    ended_at: may('time'),
    /** When its last read was made and polling ended, on our clock. */
    settled_at: may('time'),
    source_time: must('time'),
    raw_extra: may('json'),
  },
  [['advertised_start'], ['meeting_id', 'race_number'], ['settled_at']],
);

export const entrants = table(
  'entrants',
  'current',
  'entrant_id',
  {
    entrant_id: must('text'),
    race_id: must('text'),
    runner_number: may('integer'),
    name: must('text'),
    /** False once the source no longer lists it among the race's runners. */
    in_field: must('boolean'),
    barrier: may('integer'),
    barrier_position: may('text'),
    jockey: may('text'),
    apprentice_indicator: may('text'),
    trainer: may('text'),
    trainer_location: may('text'),
    weight_allocated: may('text'),
    weight_total: may('text'),
    is_scratched: must('boolean'),
    scratched_at: may('time'),
    is_emergency: may('boolean'),
    emergency_position: may('text'),
    primary_market: may('boolean'),
    market_name: may('text'),
    /** Prices as served, 0 included; null when not served. */
    fixed_win: may('real'),
    fixed_place: may('real'),
    pool_win: may('real'),
    pool_place: may('real'),
    /** Whole percent of the race's hold, summed over the money tracker's slices; the last one told. */
    hold_percentage: may('real'),
    bet_percentage: may('real'),
    favourite: may('boolean'),
    mover: may('boolean'),
    /** The source's own time of the newest fixed-win fluctuation served so far. */
    last_fluctuation_at: may('time'),
    /** Stable across starts, where `entrant_id` is new for each. */
    horse_id: may('integer'),
    age: may('integer'),
    sex: may('text'),
    colour: may('text'),
    country: may('text'),
    sire: may('text'),
    dam: may('text'),
    owners: may('text'),
    gear: may('text'),
    last_twenty_starts: may('text'),
    silk_colours: may('text'),
    silk_url_64x64: may('text'),
    silk_url_128x128: may('text'),
    source_time: must('time'),
    raw_extra: may('json'),
  },
  [['race_id', 'runner_number']],
);

export const oddsHistory = table(
  'odds_history',
  'history',
  'id',
  {
    id: must('text'),
    race_id: must('text'),
    entrant_id: must('text'),
    /** `fixed_win`, `fixed_place`, `pool_win` or `pool_place`. */
    kind: must('text'),
    /** Decimal odds as served; null: withdrawn. */
    odds: may('real'),
    /** The value before it in time as known at writing; null: none. */
    previous_odds: may('real'),
    source_time: must('time'),
    observed_at: must('time'),
    /** `poll`: the price in a response; `fluctuation`: a dated price of the source's own history. */
    basis: must('text'),
    /** Advertised start known at writing minus source_time, in seconds; negative after the start. */
    seconds_to_start: must('real'),
  },
  [
    ['race_id', 'source_time'],
    ['entrant_id', 'kind', 'source_time'],
  ],
);

export const moneyFlowHistory = table(
  'money_flow_history',
  'history',
  'id',
  {
    id: must('text'),
    race_id: must('text'),
    /** Null: the ids of the money tracker that are not in the field, together. */
    entrant_id: may('text'),
    hold_percentage: may('real'),
    bet_percentage: may('real'),
    previous_hold_percentage: may('real'),
    previous_bet_percentage: may('real'),
    source_time: must('time'),
    observed_at: must('time'),
    seconds_to_start: must('real'),
  },
  [
    ['race_id', 'source_time'],
    ['entrant_id', 'source_time'],
  ],
);

export const poolHistory = table(
  'pool_history',
  'history',
  'id',
  {
    id: must('text'),
    race_id: must('text'),
    product: must('text'),
    /** Race numbers of a product over several races, as served; null for a single race. */
    legs: may('json'),
    /** Dollars. */
    total: may('real'),
    previous_total: may('real'),
    status: may('text'),
    source_time: must('time'),
    observed_at: must('time'),
    seconds_to_start: must('real'),
    raw_extra: may('json'),
  },
  [
    ['race_id', 'source_time'],
    ['race_id', 'product', 'source_time'],
  ],
);

export const bets = table(
  'bets',
  'history',
  'id',
  {
    id: must('text'),
    race_id: must('text'),
    /** `big`, `live` or `biggest`. */
    list: must('text'),
    /** The product that the bet was placed on. */
    title: may('text'),
    description: may('text'),
    /** Dollars. */
    stake: may('real'),
    odds: may('real'),
    placed_at: may('time'),
    legs: may('json'),
    observed_at: must('time'),
  },
  [['race_id', 'placed_at']],
);

export const raceEvents = table(
  'race_events',
  'history',
  'id',
  {
    id: must('text'),
    race_id: must('text'),
    entrant_id: may('text'),
    /** See {@link RaceEventKind}. */
    kind: must('text'),
    value: may('text'),
    previous: may('text'),
    source_time: must('time'),
    observed_at: must('time'),
  },
  [['race_id', 'source_time']],
);

export const raceResults = table(
  'race_results',
  'history',
  'id',
  {
    id: must('text'),
    race_id: must('text'),
    /** 1 for the first results seen, one more with each amendment. */
    revision: must('integer'),
    placings: may('json'),
    /** As served: Interim and Final copies stand side by side, each with its own status. */
    dividends: may('json'),
    /** The race's status when these were served. */
    status: must('text'),
    source_time: must('time'),
    observed_at: must('time'),
  },
  [['race_id', 'revision']],
);

export const polls = table(
  'polls',
  'history',
  'id',
  {
    id: must('text'),
    race_id: must('text'),
    started_at: must('time'),
    /** Milliseconds between the time it was due and the time it started. */
    lateness_ms: may('real'),
    duration_ms: may('real'),
    /** `changed`, `unchanged` or `failed`. */
    outcome: must('text'),
    reason: may('text'),
    /** Size of the decompressed body. */
    bytes: may('integer'),
    /** Rows written to the history tables. */
    changes: must('integer'),
    /** `generated_time` of the response; null when it failed. */
    source_time: may('time'),
  },
  [['race_id', 'started_at'], ['started_at']],
);

export const gaps = table(
  'gaps',
  'log',
  'id',
  {
    id: must('text'),
    race_id: must('text'),
    /** Only for overflows of one entrant's fluctuations. */
    entrant_id: may('text'),
    from_time: must('time'),
    /** Null while the gap is open. */
    to_time: may('time'),
    reason: must('text'),
    /** Polls that should have been made in that time. */
    expected_polls: must('integer'),
    /** True when dated fluctuations told every fixed-win price of that time. */
    repaired: must('boolean'),
  },
  [['race_id', 'from_time']],
);

export const imports = table('imports', 'log', 'id', {
  id: must('text'),
  started_at: must('time'),
  finished_at: may('time'),
  /** NZ dates that were listed. */
  dates: must('json'),
  meetings: must('integer'),
  races: must('integer'),
  /** What could not be imported: `[{ "meeting_id"?, "race_id"?, "date"?, "reason" }]`. */
  failed: must('json'),
});

export const form = table(
  'form',
  'current',
  'entrant_id',
  {
    entrant_id: must('text'),
    race_id: must('text'),
    /** Past performances as served. */
    form: must('json'),
    source_time: must('time'),
  },
  [['race_id']],
);

/** Every table that holds what was recorded, in the order in which parents come before children. */
export const tables = {
  meetings,
  races,
  entrants,
  odds_history: oddsHistory,
  money_flow_history: moneyFlowHistory,
  pool_history: poolHistory,
  bets,
  race_events: raceEvents,
  race_results: raceResults,
  polls,
  gaps,
  imports,
  form,
} as const;

export type TableName = keyof typeof tables;

export type MeetingRow = RowOf<typeof meetings>;
export type RaceRow = RowOf<typeof races>;
export type EntrantRow = RowOf<typeof entrants>;
export type OddsRow = RowOf<typeof oddsHistory>;
export type MoneyRow = RowOf<typeof moneyFlowHistory>;
export type PoolRow = RowOf<typeof poolHistory>;
export type BetRow = RowOf<typeof bets>;
export type RaceEventRow = RowOf<typeof raceEvents>;
export type RaceResultRow = RowOf<typeof raceResults>;
export type PollRow = RowOf<typeof polls>;
export type GapRow = RowOf<typeof gaps>;
export type ImportRow = RowOf<typeof imports>;
export type FormRow = RowOf<typeof form>;

/** A whole row: new in a history table, new or in place of the one with its key elsewhere. */
export type Insert = {
  [T in TableName]: { readonly table: T; readonly row: RowOf<(typeof tables)[T]> };
}[TableName];

/** Some columns of a row that exists; without the row it does nothing. */
type Patch = {
  [T in TableName]: {
    readonly table: T;
    readonly key: string;
    readonly patch: Partial<RowOf<(typeof tables)[T]>>;
  };
}[TableName];

export type Change = Insert | Patch;
