import { Query } from 'node-appwrite';
import { price } from '../../domain/odds.ts';
import { oddsKinds } from '../../domain/snapshot.ts';
import type { TableName } from '../../domain/tables.ts';
import type { RestoredRows } from '../../journal/restore.ts';
import type { StoredRow } from '../../journal/rows.ts';
import { allOf, newestOf } from './pages.ts';
import type { PageSource } from './pages.ts';
import type { Tables } from './selection.ts';
import { standInPolls } from './stand-in-polls.ts';

/**
 * The rows that the baselines of some races are made of: the races and their entrants as they stand, every
 * fixed-win price, the newest row of each other price, of each entrant's money and of each pool, all bets and
 * results, and gaps that are open.
 */
export async function liveRows(
  source: PageSource,
  tables: Tables,
  races: readonly StoredRow[],
): Promise<RestoredRows[]> {
  const ofRaces = Query.equal(
    'raceId',
    races.map(({ race_id }) => String(race_id)),
  );
  const all = async (id: TableName, ...queries: string[]): Promise<StoredRow[]> => {
    const selected = tables.get(id);
    return selected === undefined ? [] : allOf(source, selected.table, [ofRaces, ...queries]);
  };
  const newest = async (
    id: TableName,
    queries: readonly string[],
    key: (row: StoredRow) => string,
    wanted: ReadonlySet<string> | null = null,
  ): Promise<Map<string, StoredRow>> => {
    const selected = tables.get(id);
    return selected === undefined
      ? new Map()
      : newestOf(source, selected.table, [ofRaces, ...queries], key, wanted);
  };

  const entrants = await all('entrants');
  const line = await all('odds_history', Query.equal('kind', 'fixed_win'));
  const prices = await newest(
    'odds_history',
    [Query.notEqual('kind', 'fixed_win')],
    kindOf,
    priced(entrants),
  );
  const money = await newest(
    'money_flow_history',
    [Query.isNotNull('entrantId')],
    entrantOf,
    staked(entrants),
  );
  const outside = await newest('money_flow_history', [Query.isNull('entrantId')], raceOf);
  const pools = await newest('pool_history', [], poolOf);
  const history: RestoredRows[] = [
    { table: 'odds_history', rows: [...line, ...prices.values()] },
    { table: 'money_flow_history', rows: [...money.values(), ...outside.values()] },
    { table: 'pool_history', rows: [...pools.values()] },
    { table: 'bets', rows: await all('bets') },
    { table: 'race_results', rows: await all('race_results') },
  ];
  const polls = await newest('polls', [], raceOf, new Set(races.map(raceOf)));
  return [
    { table: 'races', rows: races },
    { table: 'entrants', rows: asRecorded(entrants, prices, tables) },
    { table: 'form', rows: await all('form') },
    ...history,
    { table: 'gaps', rows: await all('gaps', Query.isNull('toTime')) },
    { table: 'polls', rows: standInPolls(races, entrants, history, polls) },
  ];
}

const keyOf =
  (...names: readonly string[]) =>
  (row: StoredRow): string =>
    names.map((name) => String(row[name] ?? '')).join('|');
const raceOf = keyOf('race_id');
const entrantOf = keyOf('entrant_id');
const kindOf = keyOf('entrant_id', 'kind');
const poolOf = keyOf('race_id', 'product', 'legs');

const otherKinds = oddsKinds.filter((kind) => kind !== 'fixed_win');

/** The prices of which there is a row, as far as the entrants tell. */
function priced(entrants: readonly StoredRow[]): Set<string> {
  const kinds = entrants.flatMap((row) =>
    otherKinds.filter((kind) => servedPrice(row[kind]) !== null).map((kind) => kindOf({ ...row, kind })),
  );
  return new Set(kinds);
}

/** The entrants of whose money there is a row. */
function staked(entrants: readonly StoredRow[]): Set<string> {
  const known = entrants.filter((row) => row.hold_percentage !== null || row.bet_percentage !== null);
  return new Set(known.map(entrantOf));
}

/**
 * Entrants with the prices of the history. They are delivered before it: where the recorder was stopped in
 * between, a price that only the entrant tells is not recorded, and the next poll has to find that.
 */
function asRecorded(
  entrants: readonly StoredRow[],
  prices: ReadonlyMap<string, StoredRow>,
  tables: Tables,
): StoredRow[] {
  const odds = tables.get('odds_history');
  const kinds = odds === undefined ? [] : otherKinds.filter((kind) => odds.kinds?.includes(kind) ?? true);
  return entrants.map((row) => {
    const own = { ...row };
    // The prices of one that left the field were withdrawn with it, and its row still tells the last ones.
    for (const kind of row.in_field === 1 ? kinds : []) {
      const recorded = prices.get(kindOf({ ...row, kind }))?.odds ?? null;
      if (recorded !== servedPrice(row[kind])) own[kind] = recorded;
    }
    return own;
  });
}

function servedPrice(value: unknown): number | null {
  return price(typeof value === 'number' ? value : null);
}
