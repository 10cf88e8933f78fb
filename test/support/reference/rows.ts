import type { Json } from './json.ts';

export type Value = string | number | null;
export type Row = Record<string, Value>;

export interface OddsRow extends Row {
  id: string;
  race_id: string;
  entrant_id: string;
  kind: string;
  odds: number | null;
  previous_odds: number | null;
  source_time: string;
  observed_at: string;
  basis: string;
  seconds_to_start: number;
}

export interface MoneyRow extends Row {
  id: string;
  race_id: string;
  entrant_id: string | null;
  hold_percentage: number | null;
  bet_percentage: number | null;
}

export interface PoolRow extends Row {
  id: string;
  product: string | null;
  legs: string | null;
  total: number | null;
  status: string | null;
}

/** What a journal must hold after a replay. `form` is the newest served summaries of each entrant. */
export interface Expected {
  meetings: Row[];
  races: Row[];
  entrants: Row[];
  odds_history: OddsRow[];
  money_flow_history: MoneyRow[];
  pool_history: PoolRow[];
  race_events: Row[];
  race_results: Row[];
  gaps: Row[];
  bets: Row[];
  form: Map<string, Json>;
}

/** The same observation has the same id and is recorded once. */
export function addOnce<R extends Row>(rows: R[], row: R): void {
  if (!rows.some((known) => known.id === row.id)) rows.push(row);
}
