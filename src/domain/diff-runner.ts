import { currentDigest } from './baseline.ts';
import type { EntrantState } from './baseline.ts';
import { diffOdds, withdrawOdds } from './diff-odds.ts';
import { digest, rowId } from './ids.ts';
import type { Observation } from './observation.ts';
import { raceEvent } from './race-event.ts';
import type { RaceEventKind } from './race-event.ts';
import type { MoneyFigures, Runner } from './snapshot.ts';
import type { Change, EntrantRow, GapRow } from './tables.ts';
import { timestamp } from './time.ts';

export interface RunnerDifference {
  readonly changes: readonly Change[];
  readonly state: EntrantState;
}

/**
 * A runner of the response against what is recorded of it.
 *
 * @param known undefined when the entrant was never seen
 * @param firstResponse true for the first response of a race, in which a runner is no addition
 */
export function diffRunner(
  observation: Observation,
  runner: Runner,
  money: MoneyFigures,
  known: EntrantState | undefined,
  firstResponse: boolean,
): RunnerDifference {
  const entrantId = runner.columns.entrant_id;
  const odds = diffOdds(observation, entrantId, runner, known);
  const newest = newestFluctuation(observation, runner, known);
  const columns = currentColumns(runner, money, newest);
  const rowDigest = currentDigest(columns, runner.extra);
  const formDigest = digestOfForm(runner) ?? known?.formDigest ?? null;
  const changes: Change[] = odds.rows.map((row) => ({ table: 'odds_history', row }));

  const overflow = overflowGap(observation, runner, known);
  if (overflow) changes.push({ table: 'gaps', row: overflow });
  if (!firstResponse) changes.push(...runnerEvents(observation, runner, known));
  if (rowDigest !== known?.digest) {
    changes.push({ table: 'entrants', row: entrantRow(observation, columns, runner) });
  }
  if (formDigest !== (known?.formDigest ?? null) && runner.form !== null) {
    const { raceId: race_id, sourceTime: source_time } = observation;
    changes.push({ table: 'form', row: { entrant_id: entrantId, race_id, form: runner.form, source_time } });
  }
  const { name, runner_number, horse_id, is_scratched, jockey, barrier, weight_total } = runner.columns;
  return {
    changes,
    state: {
      name,
      runnerNumber: runner_number,
      horseId: horse_id,
      inField: true,
      isScratched: is_scratched,
      jockey,
      barrier,
      weight: weight_total,
      prices: odds.prices,
      line: odds.line,
      lastFluctuationAt: newest,
      digest: rowDigest,
      formDigest,
    },
  };
}

/** Null when no form is served. */
function digestOfForm(runner: Runner): string | null {
  if (runner.formDigest !== undefined) return runner.formDigest;
  return runner.form === null ? null : digest(runner.form);
}

/**
 * A recorded runner that the response does not list. One that was gone before can still have a price to withdraw:
 * an older response may have told it since.
 */
export function diffAbsentRunner(
  observation: Observation,
  entrantId: string,
  known: EntrantState,
): RunnerDifference {
  const odds = withdrawOdds(observation, entrantId, known);
  const changes: Change[] = odds.rows.map((row) => ({ table: 'odds_history', row }));
  if (known.inField) {
    const change = { value: null, previous: known.name };
    changes.push(
      {
        table: 'race_events',
        row: raceEvent(observation.raceId, entrantId, 'runner_removed', change, observation),
      },
      { table: 'entrants', key: entrantId, patch: { in_field: false } },
    );
  }
  return {
    changes,
    // No digest equals this one: a runner that comes back has its row written again.
    state: { ...known, inField: false, prices: odds.prices, line: odds.line, digest: '' },
  };
}

type CurrentColumns = Omit<EntrantRow, 'race_id' | 'source_time' | 'raw_extra'>;

function currentColumns(runner: Runner, money: MoneyFigures, newest: number | null): CurrentColumns {
  return {
    ...runner.columns,
    in_field: true,
    hold_percentage: money.hold,
    bet_percentage: money.bet,
    last_fluctuation_at: newest === null ? null : timestamp(newest),
  };
}

function entrantRow(observation: Observation, columns: CurrentColumns, runner: Runner): EntrantRow {
  return {
    ...columns,
    race_id: observation.raceId,
    source_time: observation.sourceTime,
    raw_extra: JSON.stringify(runner.extra),
  };
}

/** After the feed's clock went back, prices dated ahead are of the clock before: new ones would look older than they. */
function newestFluctuation(
  { generatedAt, isRewound }: Observation,
  runner: Runner,
  known: EntrantState | undefined,
): number | null {
  const newest = runner.fluctuations.reduce(
    (time, { at }) => (isRewound && at > generatedAt ? time : Math.max(time, at)),
    known?.lastFluctuationAt ?? -Infinity,
  );
  return newest === -Infinity ? null : newest;
}

/** At most six fluctuations are served: when all six are new, what lay before the oldest of them is not known. */
function overflowGap(
  observation: Observation,
  runner: Runner,
  known: EntrantState | undefined,
): GapRow | undefined {
  const from = known?.lastFluctuationAt ?? null;
  if (from === null || runner.oldestOfSix === null || runner.oldestOfSix <= from) return undefined;
  const entrantId = runner.columns.entrant_id;
  const fromTime = timestamp(from);
  const reason = 'fluctuations_overflowed';
  return {
    id: rowId(observation.raceId, entrantId, fromTime, reason),
    race_id: observation.raceId,
    entrant_id: entrantId,
    from_time: fromTime,
    to_time: timestamp(runner.oldestOfSix),
    reason,
    expected_polls: 0,
    repaired: false,
  };
}

function runnerEvents(observation: Observation, runner: Runner, known: EntrantState | undefined): Change[] {
  const { entrant_id, name, is_scratched, scratched_at, jockey, barrier, weight_total } = runner.columns;
  const { runner_number, horse_id } = runner.columns;
  const changes: Change[] = [];
  const tell = (
    kind: RaceEventKind,
    previous: string | number | null,
    value: string | number | null,
    sourceTime = observation.sourceTime,
  ): void => {
    const change = { value: asText(value), previous: asText(previous) };
    const times = { sourceTime, observedAt: observation.observedAt };
    changes.push({
      table: 'race_events',
      row: raceEvent(observation.raceId, entrant_id, kind, change, times),
    });
  };

  if (!known?.inField) tell('runner_added', null, name);
  if (!known) return changes;
  if (is_scratched && !known.isScratched) {
    tell('scratched', 'false', 'true', scratched_at ?? observation.sourceTime);
  }
  if (!is_scratched && known.isScratched) tell('reinstated', 'true', 'false');
  if (runner_number !== known.runnerNumber) tell('runner_number', known.runnerNumber, runner_number);
  if (name !== known.name) tell('name', known.name, name);
  if (horse_id !== known.horseId) tell('horse_id', known.horseId, horse_id);
  if (jockey !== known.jockey) tell('jockey', known.jockey, jockey);
  if (barrier !== known.barrier) tell('barrier', known.barrier, barrier);
  if (weight_total !== known.weight) tell('weight', known.weight, weight_total);
  return changes;
}

function asText(value: string | number | null): string | null {
  return value === null ? null : String(value);
}
