import type { Json } from './json.ts';
import type { Response } from './response.ts';
import type { MoneyRow, OddsRow, PoolRow, Row } from './rows.ts';

/** All that is known of one race: its rows in order of writing, and what was served last. */
export interface RaceRecord {
  /** Times of receipt already taken. */
  taken: Set<string>;
  /** The newest response taken, the baseline. */
  newest: Response | null;
  /** Every runner ever listed, as served last. */
  runners: Map<string, Json>;
  /** The newest dated fluctuation seen, by entrant. */
  lastFluctuation: Map<string, string>;
  form: Map<string, Json>;
  /** The current rows, by entrant. */
  entrants: Map<string, Row>;
  odds: OddsRow[];
  money: MoneyRow[];
  pools: PoolRow[];
  events: Row[];
  results: Row[];
  gaps: Row[];
  bets: Row[];
}

export function newRecord(): RaceRecord {
  return {
    taken: new Set(),
    newest: null,
    runners: new Map(),
    lastFluctuation: new Map(),
    form: new Map(),
    entrants: new Map(),
    odds: [],
    money: [],
    pools: [],
    events: [],
    results: [],
    gaps: [],
    bets: [],
  };
}
