import type { RaceState } from '../market.ts';
import { toteClock, dateOfDay } from '../nz-time.ts';
import { sharesAt, toteOdds } from '../shares.ts';
import { isPaid, type PoolState } from '../tote.ts';
import { hashWords } from '../random.ts';
import type { RaceStory } from '../world.ts';
import { trendsXml } from './trends.ts';

/** Parts of pools that are only served when asked for. */
export interface PoolParts {
  readonly willPays: boolean;
  readonly trends: boolean;
}

const round = (value: number) => Math.round(value * 100) / 100;
const exotics: ReadonlySet<string> = new Set(['Trifecta', 'FirstFour']);

/** Legs go by another name in each product. */
function legsOf(pool: PoolState): object {
  const { product, legs } = pool.plan;
  if (product === 'Quadrella') return { quaddie: legs };
  if (product === 'EarlyQuadrella') return { early_quaddie: legs };
  if (product === 'Treble') return { tote_treble: [legs] };
  return product === 'RunningDouble' ? { tote_running_double: [legs] } : {};
}

/** Odds of every pair: favouritism by win share, and a row of odds for each runner. */
function quinellaOdds(story: RaceStory, state: RaceState): object[] {
  const shares = sharesAt(story.winShares, story.field, 1, state.at);
  const ranks = shares.map((share) => 1 + shares.filter((other) => other > share).length);
  const pair = (a: number, b: number) => (a * b) / (1 - a) + (a * b) / (1 - b);
  return story.field.map((entrant, row) => ({
    favouritism: ranks[row] ?? 0,
    sel: entrant.number,
    oddsString: shares
      .map((share, column) => {
        const odds = column === row ? null : toteOdds(pair(share, shares[row] ?? 0), 1, 0.2);
        return odds === null ? '-' : odds.toFixed(2);
      })
      .join('|'),
  }));
}

/** What a product over several races pays with each runner of this race, its last leg. */
function willPays(story: RaceStory, state: RaceState, pool: PoolState): object {
  const { legs } = pool.plan;
  if (legs?.at(-1) !== story.card.number || pool.status !== 'CLOSED') return {};
  const shares = sharesAt(story.winShares, story.field, 1, state.at);
  return {
    will_pays: story.field.flatMap(({ number }, index) => {
      const share = shares[index] ?? 0;
      return share > 0 ? [{ sel: number, odds: round(Math.min(pool.total, 24 / share)), change: '-' }] : [];
    }),
  };
}

function trends(story: RaceStory, state: RaceState, pool: PoolState, asked: boolean): object {
  const { product, legs } = pool.plan;
  const total = round(pool.total * 0.9);
  if (legs !== null) {
    const last = story.meeting.races[(legs.at(-1) ?? 1) - 1] ?? story.card;
    const { day } = story.meeting;
    return {
      tote_trends: {
        pool_total: round(pool.total * 0.01),
        final_leg_start_time: `${dateOfDay(day)} ${toteClock(day, last.start).slice(0, 5)}`,
      },
    };
  }
  if (!exotics.has(product)) return {};
  const text =
    asked && state.status === 'Final' ? { tote_trends_data: trendsXml(story, state, product, total) } : {};
  return { tote_trends: { pool_total: total, ...text } };
}

function poolText(story: RaceStory, state: RaceState, pool: PoolState, parts: PoolParts): string {
  const { plan, total, status } = pool;
  const single = plan.legs === null;
  const commingled =
    plan.product !== 'Trifecta' && plan.product !== 'Treble' && plan.product !== 'RunningDouble';
  return JSON.stringify({
    product_type: plan.product,
    total,
    status,
    guarantee: 0,
    brought_forward: 0,
    terminating: plan.product === 'Trifecta',
    jackpot: plan.jackpot,
    leg: 0,
    is_commingled: commingled,
    commingled_info: commingled,
    is_concession: plan.product === 'RunningDouble',
    ...(single ? { is_final: isPaid(state.status) } : {}),
    win_investment: isPaid(state.status)
      ? String((hashWords(story.card.id + plan.product)[0] % 800) * 100)
      : '',
    will_pay_live_units: single ? 0 : round(total / 400),
    will_pay_current_leg: Math.min(plan.legs === null ? 0 : plan.legs.length, 3),
    ...legsOf(pool),
    ...(parts.willPays && plan.product === 'Quinella' ? { qla_odds: quinellaOdds(story, state) } : {}),
    ...(parts.willPays ? willPays(story, state, pool) : {}),
    ...trends(story, state, pool, parts.trends),
  });
}

/** The pools of a race, each as JSON. */
export function poolTexts(story: RaceStory, state: RaceState, parts: PoolParts): string[] {
  return state.pools.map((pool) => poolText(story, state, pool, parts));
}
