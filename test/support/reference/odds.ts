import { fluctuationsOf } from './fluctuations.ts';
import { idOf } from './identity.ts';
import { field, type Json } from './json.ts';
import { priceOf } from './price.ts';
import type { RaceRecord } from './record.ts';
import type { Response } from './response.ts';
import { addOnce, type OddsRow } from './rows.ts';
import { secondsBetween } from './times.ts';

interface Point {
  time: string;
  price: number | null;
  recorded: boolean;
}

interface Change {
  entrantId: string;
  kind: string;
  odds: number | null;
  previous: number | null;
  time: string;
  basis: 'poll' | 'fluctuation';
}

/** Recorded rows and unrecorded entries in time; of one time, the recorded ones first, in order of writing. */
function timeLine(record: RaceRecord, entrantId: string, runner: Json | null): Point[] {
  const recorded = rowsOf(record, entrantId, 'fixed_win').map((row) => ({
    time: row.source_time,
    price: row.odds,
    recorded: true,
  }));
  const fresh = fluctuationsOf(runner)
    .filter((entry) => !recorded.some((row) => row.time === entry.time && row.price === entry.price))
    .map((entry) => ({ ...entry, recorded: false }));
  // The sort is stable, so equal times keep the order of this list.
  return [...recorded, ...fresh].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

function fixedWin(record: RaceRecord, response: Response, entrantId: string, runner: Json | null): Change[] {
  // A runner that is gone has no entries; a recorded row dated later than this response does not count yet.
  const line = timeLine(record, entrantId, runner);
  const changes: Change[] = [];
  const base = { entrantId, kind: 'fixed_win' };
  line.forEach((point, index) => {
    const previous = line[index - 1]?.price ?? null;
    if (point.recorded || point.price === previous) return;
    changes.push({ ...base, odds: point.price, previous, time: point.time, basis: 'fluctuation' });
  });
  const odds = priceOf(field(field(runner ?? null, 'odds'), 'fixed_win'));
  const latest = new Date(Date.parse(response.generatedAt) + 60_000).toISOString();
  const isNear = ({ time }: { time: string }): boolean => time <= latest;
  const previous = line.filter((point) => point.time <= response.generatedAt).at(-1)?.price ?? null;
  // One dated more than a minute after the response is none that it can mean.
  const last = runner === null ? previous : (line.filter(isNear).at(-1)?.price ?? null);
  // Against the last value, and against the one before it in time: an entry dated after the response is no change.
  if (odds !== last && odds !== previous) {
    changes.push({ ...base, odds, previous, time: response.generatedAt, basis: 'poll' });
  }
  return changes;
}

function otherKind(
  record: RaceRecord,
  response: Response,
  entrantId: string,
  runner: Json | null,
  kind: string,
): Change[] {
  const previous = rowsOf(record, entrantId, kind).at(-1)?.odds ?? null;
  const odds = priceOf(field(field(runner ?? null, 'odds'), kind));
  if (odds === previous) return [];
  return [{ entrantId, kind, odds, previous, time: response.generatedAt, basis: 'poll' }];
}

/** Odds of a response that is not older than the baseline; a runner no longer listed has no price. */
export function recordOdds(record: RaceRecord, response: Response): void {
  for (const entrantId of new Set([...record.runners.keys(), ...response.runners.keys()])) {
    const runner = response.runners.get(entrantId) ?? null;
    const changes = [
      ...fixedWin(record, response, entrantId, runner),
      ...['fixed_place', 'pool_win', 'pool_place'].flatMap((kind) =>
        otherKind(record, response, entrantId, runner, kind),
      ),
    ];
    for (const change of changes) addOnce(record.odds, rowOf(change, response, response.start));
  }
}

/** An older response adds its fluctuations and nothing else; the start is the one of the newest response. */
export function recordOlderFluctuations(record: RaceRecord, response: Response, start: string): void {
  for (const [entrantId, runner] of response.runners) {
    const changes = fixedWin(record, response, entrantId, runner).filter(
      ({ basis }) => basis === 'fluctuation',
    );
    for (const change of changes) addOnce(record.odds, rowOf(change, response, start));
  }
}

function rowsOf(record: RaceRecord, entrantId: string, kind: string): OddsRow[] {
  return record.odds.filter((row) => row.entrant_id === entrantId && row.kind === kind);
}

function rowOf(change: Change, response: Response, start: string): OddsRow {
  const { entrantId, kind, odds, previous, time, basis } = change;
  return {
    id: idOf(entrantId, kind, time, odds, basis),
    race_id: response.raceId,
    entrant_id: entrantId,
    kind,
    odds,
    previous_odds: previous,
    source_time: time,
    observed_at: response.receivedAt,
    basis,
    seconds_to_start: secondsBetween(time, start),
  };
}
