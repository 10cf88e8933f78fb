import type { Stamp } from '../clock.ts';
import { lru } from '../lru.ts';
import { stateAt, type RaceState } from '../market.ts';
import type { Random } from '../random.ts';
import type { RaceStory, World } from '../world.ts';
import { betTexts, type BetParts } from './bet-texts.ts';
import { derivativesText } from './derivatives.ts';
import { headerText } from './header.ts';
import { list } from './json.ts';
import { poolTexts, type PoolParts } from './pool-texts.ts';
import { changingRaceText, raceTexts } from './race-texts.ts';
import { resultTexts, type ResultTexts } from './result-texts.ts';
import { runnerCopy, runnerPages, runnerText, type RunnerPage } from './runner-pages.ts';
import { allRunnerTexts, type RunnerTexts } from './runner-texts.ts';

/** What a request asked for; what it did not is served as null. */
export interface EventRequest extends BetParts, PoolParts {
  readonly moneyTracker: boolean;
  readonly betTypeFilter: string;
  readonly presentOverlay: boolean;
  /** Path and query, as echoed. */
  readonly url: string;
}

/** What never changes of a race: the bulk of its payload. */
interface RaceTexts {
  readonly fixed: string;
  readonly tips: readonly string[];
  readonly runners: readonly RunnerTexts[];
  readonly derivatives: string;
}

/** What all responses within one refresh share. */
interface Page {
  readonly state: RaceState;
  readonly race: string;
  readonly texts: RaceTexts;
  readonly runners: readonly RunnerPage[];
  readonly favourite: string;
  readonly mover: string;
  readonly result: ResultTexts | null;
  readonly money: readonly string[];
}

/** Makes event responses of a world. */
export interface EventPages {
  /** The body at one refresh, with lists in an order that `orders` draws. */
  body(story: RaceStory, slot: number, request: EventRequest, stamp: Stamp, orders: Random): string;
}

function paramsText(id: string, request: EventRequest): string {
  return `"params":${JSON.stringify({
    enc: 'json',
    id,
    present_overlay: request.presentOverlay,
    with_big_bets: request.bigBets,
    with_live_bets: request.liveBets,
    with_money_tracker: request.moneyTracker,
    with_biggest_bet: request.biggestBet,
    will_pays: request.willPays,
    with_tote_trends_data: request.trends,
    bet_type_filter: request.betTypeFilter,
    bets_limit: 10,
  })}`;
}

function resultsText(result: ResultTexts, orders: Random): string {
  const dividends =
    result.dividends.length > 0 ? `"dividends":${list(orders.shuffle(result.dividends))},` : '';
  return `"results":${result.results},${dividends}"substitutions":${result.substitutions}`;
}

function dataText(story: RaceStory, page: Page, request: EventRequest, orders: Random): string {
  const { state, result, texts } = page;
  const tips = orders.chance(0.3) ? orders.shuffle(texts.tips) : texts.tips;
  const pickOrders = orders.chance(0.05) ? orders : null;
  const runners = page.runners.map((runner) => runnerText(runner, pickOrders));
  return [
    `"race":{${page.race},"tips":${list(tips)}}`,
    ...(result ? [resultsText(result, orders)] : []),
    `"favourite":${page.favourite}`,
    `"runners":${list(orders.chance(0.05) ? orders.shuffle(runners) : runners)}`,
    `"derivatives":${texts.derivatives}`,
    `"mover":${page.mover}`,
    betTexts(story, state.at, request),
    `"money_tracker":${request.moneyTracker ? `{"entrants":${list(orders.shuffle(page.money))}}` : 'null'}`,
    `"tote_pools":${list(poolTexts(story, state, request))}`,
    '"error":""',
  ].join(',');
}

function raceTextsOf(world: World, story: RaceStory): RaceTexts {
  const { meeting, card } = story;
  return {
    ...raceTexts(world.key, story),
    runners: allRunnerTexts(world.key, story),
    derivatives: derivativesText(
      world.key,
      story,
      world.ids.encode('stranger', meeting.day, meeting.index, card.number, 200),
    ),
  };
}

function pageAt(world: World, story: RaceStory, slot: number, texts: RaceTexts): Page {
  const state = stateAt(story, slot);
  return {
    state,
    texts,
    race: `${texts.fixed},${changingRaceText(story, state)}`,
    runners: runnerPages(story, state, texts.runners),
    favourite: runnerCopy(story, state, texts.runners, state.favourite),
    mover: runnerCopy(story, state, texts.runners, state.mover),
    result: resultTexts(world.ids, story, state),
    money: state.money.map((row) =>
      JSON.stringify({ entrant_id: row.id, hold_percentage: row.hold, bet_percentage: row.bet }),
    ),
  };
}

/** Keeps the texts of the races and refreshes that were asked for last. */
export function eventPages(world: World): EventPages {
  const texts = lru<RaceTexts>(400);
  const pages = lru<Page>(64);
  return {
    body(story, slot, request, stamp, orders) {
      const { id } = story.card;
      const fixed = texts.get(id, () => raceTextsOf(world, story));
      const page = pages.get(`${id}@${slot}`, () => pageAt(world, story, slot, fixed));
      const header = headerText(`Event Details: ${id}`, request.url, stamp);
      return `{${header},${paramsText(id, request)},"data":{${dataText(story, page, request, orders)}}}`;
    },
  };
}
