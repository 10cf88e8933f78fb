import type { EntrantState } from './baseline.ts';
import { rowId } from './ids.ts';
import { secondsToStart } from './observation.ts';
import type { Observation } from './observation.ts';
import { layFluctuations, price, valueAt, withPoint } from './odds.ts';
import type { PriceLine } from './odds.ts';
import { oddsKinds } from './snapshot.ts';
import type { Fluctuation, OddsKind, Runner } from './snapshot.ts';
import type { OddsRow } from './tables.ts';
import { timestamp } from './time.ts';

type Prices = EntrantState['prices'];

export const noPrices: Prices = { fixed_win: null, fixed_place: null, pool_win: null, pool_place: null };

/** Rows for the prices that changed, and what is recorded once they are written. */
export interface OddsDifference {
  readonly rows: readonly OddsRow[];
  readonly prices: Prices;
  readonly line: PriceLine;
}

/** A runner's prices against what is recorded of it: every dated price, then the prices of the response itself. */
export function diffOdds(
  observation: Observation,
  entrantId: string,
  runner: Pick<Runner, 'columns' | 'fluctuations'>,
  state: Pick<EntrantState, 'prices' | 'line'> | undefined,
): OddsDifference {
  const served: Prices = {
    fixed_win: price(runner.columns.fixed_win),
    fixed_place: price(runner.columns.fixed_place),
    pool_win: price(runner.columns.pool_win),
    pool_place: price(runner.columns.pool_place),
  };
  return diffPrices(observation, entrantId, runner.fluctuations, served, state);
}

/** A runner that left the field: its prices are withdrawn. */
export function withdrawOdds(
  observation: Observation,
  entrantId: string,
  state: Pick<EntrantState, 'prices' | 'line'>,
): OddsDifference {
  return diffPrices(observation, entrantId, [], noPrices, state);
}

/** The dated prices alone: all that a response older than the baseline can add. */
export function diffFluctuations(
  observation: Observation,
  entrantId: string,
  fluctuations: readonly Fluctuation[],
  line: PriceLine,
): { readonly rows: readonly OddsRow[]; readonly line: PriceLine; readonly last: number | null } {
  const laid = layFluctuations(line, fluctuations);
  const rows = laid.added.map((step) =>
    oddsRow(observation, entrantId, 'fixed_win', 'fluctuation', step.at, step.odds, step.previous),
  );
  return { rows, line: laid.line, last: laid.last };
}

function diffPrices(
  observation: Observation,
  entrantId: string,
  fluctuations: readonly Fluctuation[],
  served: Prices,
  state: Pick<EntrantState, 'prices' | 'line'> | undefined,
): OddsDifference {
  const { generatedAt } = observation;
  const recorded = state?.prices ?? noPrices;
  const laid = diffFluctuations(observation, entrantId, fluctuations, state?.line ?? []);
  const rows = [...laid.rows];
  let line = laid.line;
  for (const kind of oddsKinds) {
    const before = kind === 'fixed_win' ? lastOf(observation, laid.line) : recorded[kind];
    if (served[kind] === before) continue;
    const previous = kind === 'fixed_win' ? valueAt(line, generatedAt) : before;
    // A dated price is ahead of this response: what it serves is recorded as what holds until then.
    if (served[kind] === previous) continue;
    rows.push(oddsRow(observation, entrantId, kind, 'poll', generatedAt, served[kind], previous));
    if (kind === 'fixed_win') line = withPoint(line, { at: generatedAt, odds: served[kind] });
  }
  return { rows, prices: served, line };
}

/** Prices may be dated a little ahead of the response that serves them: by other clocks of the feed. */
const maxAheadMs = 60_000;

/**
 * The last price on a line that a response can mean by its own. One dated further ahead is none: it would stand for what
 * is served until then. After the feed's clock went back, those ahead are of the clock before.
 */
function lastOf({ generatedAt, isRewound }: Observation, line: PriceLine): number | null {
  return valueAt(line, isRewound ? generatedAt : generatedAt + maxAheadMs);
}

function oddsRow(
  observation: Observation,
  entrantId: string,
  kind: OddsKind,
  basis: 'poll' | 'fluctuation',
  at: number,
  odds: number | null,
  previous: number | null,
): OddsRow {
  const sourceTime = timestamp(at);
  return {
    id: rowId(entrantId, kind, sourceTime, odds, basis),
    race_id: observation.raceId,
    entrant_id: entrantId,
    kind,
    odds,
    previous_odds: previous,
    source_time: sourceTime,
    observed_at: observation.observedAt,
    basis,
    seconds_to_start: secondsToStart(observation, at),
  };
}
