import { poolKey } from '../../domain/baseline.ts';
import type { Baseline } from '../../domain/baseline.ts';
import { diffEvent } from '../../domain/diff.ts';
import type { EventSnapshot, ListedRace } from '../../domain/snapshot.ts';
import { plainStatus } from '../../domain/status.ts';
import type {
  Change,
  EntrantRow,
  MeetingRow,
  MoneyRow,
  OddsRow,
  PoolRow,
  RaceResultRow,
  RaceRow,
} from '../../domain/tables.ts';
import { timestamp } from '../../domain/time.ts';
import { extraDifferences, rowDifferences, without } from '../../domain/verify.ts';
import type { FieldDifference } from '../../domain/verify.ts';

/** What is stored of a race. */
export interface StoredRace {
  /** With each entrant's `prices` as its history tells them last. */
  readonly baseline: Baseline;
  readonly race: RaceRow | null;
  /** The time of the newest response that was taken, epoch milliseconds; null when none was. */
  readonly newestResponse: number | null;
  readonly meeting: MeetingRow | null;
  readonly entrants: ReadonlyMap<string, EntrantRow>;
  /** The latest revision. */
  readonly results: RaceResultRow | null;
  /** Form as JSON, by entrant. */
  readonly forms: ReadonlyMap<string, string>;
}

/**
 * Compares what is stored of a race with what is served now, by the rules of the record: what the recorder would
 * write is a difference. When something newer is stored, only dated prices can be compared.
 *
 * @param listed what the present listing says of the race; null when it is not in it
 */
export function verifyRace(
  stored: StoredRace,
  snapshot: EventSnapshot,
  listed: ListedRace | null,
): FieldDifference[] {
  const { generatedAt } = snapshot;
  if (stored.newestResponse === null) {
    return [{ entrantId: null, field: 'event', stored: null, served: timestamp(generatedAt) }];
  }
  // As of the response's own time: it counts, but for the listing's Abandoned.
  const report = listed === null ? null : { ...listed, generatedAt, isAgreed: true };
  const { changes } = diffEvent({ ...stored.baseline, listed: report }, snapshot, generatedAt);
  const differences = changes.flatMap((change) => told(change, stored));
  if (stored.newestResponse > generatedAt) return differences;
  return [...differences, ...listedDifferences(stored, listed), ...absentPools(stored, snapshot)];
}

function told(change: Change, stored: StoredRace): FieldDifference[] {
  if (!('row' in change)) return patchDifferences(change);
  switch (change.table) {
    case 'meetings':
      return rowDifferences('meetings', null, stored.meeting, change.row);
    case 'races':
      return rowDifferences('races', null, stored.race, change.row).filter(isNoOldRow);
    case 'entrants': {
      const { entrant_id: id, name } = change.row;
      const row = stored.entrants.get(id) ?? null;
      if (row === null) return [{ entrantId: id, field: 'entrants', stored: null, served: name }];
      return rowDifferences('entrants', id, row, change.row);
    }
    case 'odds_history':
      return [oddsDifference(change.row, stored)];
    case 'money_flow_history':
      return moneyDifferences(change.row);
    case 'pool_history':
      return poolDifferences(change.row, stored);
    case 'bets': {
      const { list, description, title } = change.row;
      return [{ entrantId: null, field: `bets.${list}`, stored: null, served: description ?? title }];
    }
    case 'race_results':
      return resultDifferences(change.row, stored.results);
    case 'form': {
      const { entrant_id: id, form } = change.row;
      return extraDifferences('form', id, stored.forms.get(id) ?? null, form);
    }
    case 'gaps': {
      const { entrant_id: entrantId, reason, from_time, to_time } = change.row;
      return [{ entrantId, field: `gaps.${reason}`, stored: from_time, served: to_time }];
    }
    default:
      // Each of the race's events goes with a difference of a row above.
      return [];
  }
}

/** A row of an older journal has what its event said of status and start in its columns alone. */
function isNoOldRow({ field, stored }: FieldDifference): boolean {
  return (
    stored !== null || !['status', 'advertised_start'].some((name) => field === `races.raw_extra.${name}`)
  );
}

/** A runner that is not served any more. */
function patchDifferences(change: Extract<Change, { patch: object }>): FieldDifference[] {
  if (change.table !== 'entrants') return [];
  return [{ entrantId: change.key, field: 'entrants.in_field', stored: true, served: false }];
}

function oddsDifference(
  { entrant_id, kind, odds, basis, source_time }: OddsRow,
  stored: StoredRace,
): FieldDifference {
  const field = `odds_history.${kind}`;
  if (basis === 'fluctuation') {
    return { entrantId: entrant_id, field: `${field}@${source_time}`, stored: null, served: odds };
  }
  const prices: Readonly<Record<string, number | null>> | undefined =
    stored.baseline.entrants.get(entrant_id)?.prices;
  return { entrantId: entrant_id, field, stored: prices?.[kind] ?? null, served: odds };
}

function moneyDifferences(row: MoneyRow): FieldDifference[] {
  return (['hold_percentage', 'bet_percentage'] as const)
    .map((name) => ({
      entrantId: row.entrant_id,
      field: `money_flow_history.${name}`,
      stored: row[`previous_${name}`],
      served: row[name],
    }))
    .filter(({ stored, served }) => stored !== served);
}

function poolDifferences(row: PoolRow, { baseline }: StoredRace): FieldDifference[] {
  const key = poolKey(row.product, row.legs);
  const before = baseline.pools.get(key);
  const field = poolField(key);
  if (before === undefined) return [{ entrantId: null, field, stored: null, served: row.total }];
  return (['total', 'status'] as const)
    .map((name) => ({ entrantId: null, field: `${field}.${name}`, stored: before[name], served: row[name] }))
    .filter(({ stored, served }) => stored !== served);
}

/** Pools that are stored and not served any more; a response without any says nothing of them. */
function absentPools({ baseline }: StoredRace, { pools }: EventSnapshot): FieldDifference[] {
  const served = new Set(pools.map(({ product, legs }) => poolKey(product, legs)));
  if (served.size === 0) return [];
  return [...baseline.pools]
    .filter(([key]) => !served.has(key))
    .map(([key, { total }]) => ({ entrantId: null, field: poolField(key), stored: total, served: null }));
}

function poolField(key: string): string {
  return `pool_history.${key.replace('|', '')}`;
}

function resultDifferences(row: RaceResultRow, stored: RaceResultRow | null): FieldDifference[] {
  const differences = (['placings', 'dividends'] as const).map((name) => {
    const [before, now] = [stored?.[name] ?? '[]', row[name] ?? '[]'].map(
      (json) => JSON.parse(json) as unknown[],
    );
    const [gone, come] = [without(before ?? [], now ?? []), without(now ?? [], before ?? [])];
    return { entrantId: null, field: `race_results.${name}`, stored: list(gone), served: list(come) };
  });
  const status = {
    entrantId: null,
    field: 'race_results.status',
    stored: stored?.status ?? null,
    served: row.status,
  };
  const isSame = plainStatus(stored?.status ?? '') === plainStatus(row.status);
  return [...(isSame ? [] : [status]), ...differences.filter((one) => one.stored !== one.served)];
}

function list(members: readonly unknown[]): string | null {
  return members.length === 0 ? null : JSON.stringify(members);
}

/** What only a listing tells of a race. */
function listedDifferences({ race }: StoredRace, listed: ListedRace | null): FieldDifference[] {
  const stored = race?.tote_start_time ?? null;
  if (listed === null || listed.toteStartTime === stored) return [];
  return [{ entrantId: null, field: 'races.tote_start_time', stored, served: listed.toteStartTime }];
}
