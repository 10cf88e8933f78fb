import type { TableName } from '../../domain/tables.ts';
import type { Volume } from '../../journal/volume.ts';
import type { SelectedTable } from './selection.ts';

/** Rows that Appwrite would be sent in a month, by table. */
export interface Estimate {
  readonly rows: readonly { readonly table: TableName; readonly rows: number }[];
  readonly total: number;
  /** What it rests on, in sentences. */
  readonly basis: string;
}

const daysAMonth = 30.4;

/** Rows that a day brings, whatever its races. */
const rowsADay: Partial<Record<TableName, number>> = { meetings: 60, imports: 2 };

/** The share of `odds_history` that each kind had in a simulated day. */
const kindShares: Readonly<Record<string, number>> = {
  fixed_win: 0.18,
  fixed_place: 0.09,
  pool_win: 0.42,
  pool_place: 0.31,
};

/** @param measured of a journal; null: the rows of a simulated day are taken */
export function estimate(selection: readonly SelectedTable[], measured: Volume | null): Estimate {
  const volume = measured ?? assumed;
  const rows = selection.map(({ table, kinds }) => {
    const share = kinds?.reduce((sum, kind) => sum + (kindShares[kind] ?? 0), 0) ?? 1;
    const aDay = (volume.rowsARace[table.id] ?? 0) * volume.racesADay * share + (rowsADay[table.id] ?? 0);
    return { table: table.id, rows: Math.round(aDay * daysAMonth) };
  });
  return {
    rows,
    total: rows.reduce((sum, table) => sum + table.rows, 0),
    basis: measured === null ? assumption : basisOf(measured),
  };
}

function basisOf({ races, racesADay, days, watchedHours }: Volume): string {
  return (
    `Measured in the journal: ${races} races that have ended, half of them polled from more than ` +
    `${watchedHours.toFixed(1)} h before their start (a race can be polled from 24 h before it), and ` +
    `${racesADay.toFixed(0)} races a day over ${days} listed days. An entrant counts once for each poll that ` +
    'changed one of its prices or figures; what else changes is not counted, and gathering rows before they are sent saves some.'
  );
}

/** What a race led to in a simulated day, half of them polled from 13 h before their start. */
const assumed: Volume = {
  races: 52,
  watchedHours: 13,
  racesADay: 240,
  days: 1,
  rowsARace: {
    races: 4,
    entrants: 625,
    form: 9.5,
    odds_history: 1000,
    money_flow_history: 450,
    pool_history: 510,
    bets: 14,
    race_events: 3.5,
    race_results: 2.4,
    gaps: 2,
    polls: 147,
  },
};

const assumption =
  'Not measured: there is no journal (--db), or fewer than ten races in it have ended. This takes 240 races a day, ' +
  'and for each the rows that a race led to in a simulated day. Record a day and ask again.';
