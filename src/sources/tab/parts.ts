import type { Bet, EventSnapshot, LostPart, Part, Pool } from '../../domain/snapshot.ts';
import { hasFiniteSums, sumMoney } from '../../domain/money.ts';
import { epochMillis } from '../../domain/time.ts';
import { isTooDeep } from './depth.ts';
import { Fields } from './fields.ts';
import type { Drifts } from './fields.ts';
import { limits } from './limits.ts';
import { bets, moneyTracker, totePools } from './schema.ts';
import type { ServedBet, ServedData, ServedPool } from './schema.ts';
import { ParseError, requireCount, validated } from './validated.ts';

/** What is served beside the race and its runners. */
type Parts = Pick<EventSnapshot, 'money' | 'pools' | 'bets' | 'results' | 'lost'>;

/**
 * The parts of a response that stand beside its race and runners. One that is malformed is lost and costs no prices: it
 * says nothing, as one that is absent.
 *
 * @param field ids of the runners
 */
export function partsOf(data: ServedData, field: ReadonlySet<string>, drifts: Drifts): Parts {
  const lost: LostPart[] = [];
  const take = <T>(part: Part, without: T, read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof ParseError)) throw error;
      lost.push({ part, reason: error.message });
      return without;
    }
  };
  const parts = {
    money: take('money', null, () => moneyOf(data, field)),
    pools: take('pools', [], () => poolsOf(data, drifts)),
    bets: take('bets', [], () => betsOf(data, drifts)),
    results: take('results', noResults, () => resultsOf(data)),
  };
  return lost.length === 0 ? parts : { ...parts, lost };
}

const noResults: EventSnapshot['results'] = { placings: [], dividends: [] };

function moneyOf({ money_tracker: served }: ServedData, field: ReadonlySet<string>): EventSnapshot['money'] {
  const place = 'data.money_tracker';
  requireCount(
    (served as { entrants?: unknown } | null | undefined)?.entrants,
    limits.moneyRows,
    `${place}.entrants`,
  );
  const slices = validated(moneyTracker, served, place)?.entrants ?? [];
  if (slices.length === 0) return null;
  const sums = sumMoney(slices, field);
  if (!hasFiniteSums(sums)) throw new ParseError(`${place}.entrants: a sum is too large for a number`);
  return sums;
}

function poolsOf({ tote_pools: served }: ServedData, drifts: Drifts): Pool[] {
  const place = 'data.tote_pools';
  requireCount(served, limits.pools, place);
  return (validated(totePools, served, place) ?? []).map((pool) => parsePool(pool, drifts));
}

function parsePool(served: ServedPool, drifts: Drifts): Pool {
  const legs = legsKeys.find((key) => served[key] != null);
  if (legs !== undefined && isTooDeep(served[legs])) {
    throw new ParseError(`data.tote_pools: ${legs} is nested too deep`);
  }
  return {
    product: served.product_type,
    legs: legs === undefined ? null : JSON.stringify(served[legs]),
    total: served.total ?? null,
    status: served.status ?? null,
    extra: new Fields(served, 'tote_pools', drifts).extra(new Set(['product_type', 'total', 'status', legs])),
  };
}

/** Where products over several races have their races; a pool has one of them at most. */
const legsKeys = ['quaddie', 'early_quaddie', 'tote_treble', 'tote_running_double'] as const;

function betsOf(data: ServedData, drifts: Drifts): Bet[] {
  for (const list of ['big_bets', 'live_bets']) requireCount(data[list], limits.bets, `data.${list}`);
  const { big_bets: big, live_bets: live, biggest_bet: biggest } = validated(bets, data, 'data');
  return [
    ...(big ?? []).map((served) => parseBet('big', served as ServedBet, drifts)),
    ...(live ?? []).map((served) => parseBet('live', served as ServedBet, drifts)),
    ...(biggest ? [parseBet('biggest', biggest, drifts)] : []),
  ];
}

function parseBet(list: Bet['list'], served: ServedBet, drifts: Drifts): Bet {
  const fields = new Fields(served, 'bets', drifts);
  const placedAt = epochMillis(fields.text('place_time') ?? '');
  return {
    list,
    title: fields.text('title'),
    description: descriptionOf(served, fields),
    stake: served.stake ?? null,
    odds: served.place_odds ?? null,
    placedAt: placedAt > 0 ? placedAt : null,
    legs: fields.json('legs'),
  };
}

/** A list of texts. */
function descriptionOf({ description }: ServedBet, fields: Fields): string | null {
  const isList = Array.isArray(description) && description.every((text) => typeof text === 'string');
  return isList ? description.join(', ').toWellFormed() : fields.text('description');
}

function resultsOf({ results, dividends }: ServedData): EventSnapshot['results'] {
  return { placings: listOf(results, 'data.results'), dividends: listOf(dividends, 'data.dividends') };
}

function listOf(served: unknown, place: string): readonly unknown[] {
  if (served == null) return [];
  if (!Array.isArray(served)) throw new ParseError(`${place}: Invalid list`);
  requireCount(served, limits.results, place);
  if (isTooDeep(served)) throw new ParseError(`${place} is nested too deep`);
  return served as readonly unknown[];
}
