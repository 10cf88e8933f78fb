import { abandonedAfter, currentDigest, resultDigest } from './baseline.ts';
import type { Baseline, EntrantState } from './baseline.ts';
import { diffBets } from './diff-bets.ts';
import { diffMoney } from './diff-money.ts';
import { diffFluctuations } from './diff-odds.ts';
import { diffPools } from './diff-pools.ts';
import { diffRace, raceDigest, raceExtra, raceState } from './diff-race.ts';
import { diffAbsentRunner, diffRunner } from './diff-runner.ts';
import { rowId } from './ids.ts';
import { noMoney } from './money.ts';
import { observation } from './observation.ts';
import type { Observation } from './observation.ts';
import type { EventSnapshot } from './snapshot.ts';
import type { Change, GapRow, RaceResultRow } from './tables.ts';
import { epochMillis, timestamp } from './time.ts';

/** What a response changes, and the baseline once that is committed. */
export interface Difference {
  readonly changes: readonly Change[];
  readonly baseline: Baseline;
}

/**
 * Compares an event response with what is recorded of its race. Pure: the caller moves the baseline once the
 * changes are durable. A response older than the baseline changes no current row and adds only fluctuations.
 *
 * @param observedAt epoch milliseconds of our clock at which the response was received
 */
export function diffEvent(baseline: Baseline, snapshot: EventSnapshot, observedAt: number): Difference {
  if (baseline.generatedAt !== null && snapshot.generatedAt < baseline.generatedAt) {
    return diffDatedPrices(baseline, snapshot, observedAt);
  }
  const { generatedAt } = snapshot;
  const digest = raceDigest(snapshot.race, raceExtra(snapshot));
  const race = raceState(baseline, { ...snapshot.race, generatedAt, digest }, observedAt);
  const abandonedAt = abandonedAfter(baseline.abandonedAt, generatedAt);
  const seen = observation(
    baseline.raceId,
    generatedAt,
    observedAt,
    race.advertisedStart,
    abandonedAt !== null,
  );
  const money = diffMoney(seen, baseline.money, snapshot.money);
  const pools = diffPools(seen, baseline.pools, snapshot.pools);
  const bets = diffBets(seen, baseline.bets, snapshot.bets);
  const runners = diffRunners(baseline, snapshot, seen, money.money);
  const results = diffResults(baseline, snapshot, seen);
  const meeting = diffMeeting(baseline, snapshot, seen);

  return {
    changes: [
      ...meeting.changes,
      ...diffRace(baseline, snapshot, seen, race),
      ...runners.changes,
      ...money.rows.map((row): Change => ({ table: 'money_flow_history', row })),
      ...pools.rows.map((row): Change => ({ table: 'pool_history', row })),
      ...bets.rows.map((row): Change => ({ table: 'bets', row })),
      ...results.changes,
      ...lostParts(baseline, snapshot, seen),
    ],
    baseline: {
      raceId: baseline.raceId,
      generatedAt,
      abandonedAt,
      listed: baseline.listed,
      race,
      meetingListed: baseline.meetingListed,
      meetingDigest: meeting.digest,
      entrants: runners.entrants,
      money: money.money,
      pools: pools.pools,
      bets: bets.bets,
      results: results.state,
    },
  };
}

/** What a part that was lost said since the response before it is not known. */
function lostParts(
  baseline: Baseline,
  { lost = [], generatedAt }: EventSnapshot,
  seen: Observation,
): Change[] {
  const from = timestamp(baseline.generatedAt ?? generatedAt);
  return lost.map(({ part }): Change => {
    const reason = `${part}_malformed`;
    const row: GapRow = {
      id: rowId(seen.raceId, null, from, reason),
      race_id: seen.raceId,
      entrant_id: null,
      from_time: from,
      to_time: seen.sourceTime,
      reason,
      expected_polls: 0,
      repaired: false,
    };
    return { table: 'gaps', row };
  });
}

/** The dated prices of a response alone: all that one older than the baseline can add. */
export function diffDatedPrices(baseline: Baseline, snapshot: EventSnapshot, observedAt: number): Difference {
  const start = baseline.race?.advertisedStart ?? epochMillis(snapshot.race.advertised_start);
  const seen = observation(baseline.raceId, snapshot.generatedAt, observedAt, start);
  const changes: Change[] = [];
  const entrants = new Map(baseline.entrants);
  for (const runner of snapshot.runners) {
    const id = runner.columns.entrant_id;
    const known = baseline.entrants.get(id);
    if (!known) continue;
    const { rows, line } = diffFluctuations(seen, id, runner.fluctuations, known.line);
    if (rows.length === 0) continue;
    changes.push(...rows.map((row): Change => ({ table: 'odds_history', row })));
    entrants.set(id, { ...known, line });
  }
  return { changes, baseline: changes.length === 0 ? baseline : { ...baseline, entrants } };
}

function diffRunners(
  baseline: Baseline,
  snapshot: EventSnapshot,
  seen: Observation,
  money: Baseline['money'],
): { changes: Change[]; entrants: Baseline['entrants'] } {
  const changes: Change[] = [];
  const entrants = new Map<string, EntrantState>(baseline.entrants);
  const field = new Set<string>();
  for (const runner of snapshot.runners) {
    const id = runner.columns.entrant_id;
    field.add(id);
    const figures = money.get(id) ?? noMoney;
    const difference = diffRunner(
      seen,
      runner,
      figures,
      baseline.entrants.get(id),
      baseline.generatedAt === null,
    );
    changes.push(...difference.changes);
    entrants.set(id, difference.state);
  }
  for (const [id, known] of baseline.entrants) {
    if (field.has(id)) continue;
    const difference = diffAbsentRunner(seen, id, known);
    changes.push(...difference.changes);
    entrants.set(id, difference.state);
  }
  return { changes, entrants };
}

function diffResults(
  baseline: Baseline,
  snapshot: EventSnapshot,
  seen: Observation,
): { changes: Change[]; state: Baseline['results'] } {
  const { placings, dividends } = snapshot.results;
  const before = baseline.results;
  if (before === null && placings.length === 0 && dividends.length === 0) return { changes: [], state: null };
  const status = snapshot.race.status;
  const digest = resultDigest(status, placings, dividends);
  if (digest === before?.digest) return { changes: [], state: before };
  const revision = (before?.revision ?? 0) + 1;
  const row: RaceResultRow = {
    id: rowId(seen.raceId, seen.sourceTime, status, revision),
    race_id: seen.raceId,
    revision,
    placings: JSON.stringify(placings),
    dividends: JSON.stringify(dividends),
    status,
    source_time: seen.sourceTime,
    observed_at: seen.observedAt,
  };
  return { changes: [{ table: 'race_results', row }], state: { revision, digest } };
}

/** A meeting is as its listing tells it; without one, as its races' events do. */
function diffMeeting(
  baseline: Baseline,
  snapshot: EventSnapshot,
  seen: Observation,
): { changes: Change[]; digest: string | null } {
  if (baseline.meetingListed) return { changes: [], digest: null };
  const digest = currentDigest(snapshot.meeting, {});
  if (digest === baseline.meetingDigest) return { changes: [], digest };
  const row = { ...snapshot.meeting, source_time: seen.sourceTime, raw_extra: null };
  return { changes: [{ table: 'meetings', row }], digest };
}
