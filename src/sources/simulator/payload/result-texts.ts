import { dividendsOf, type Dividend, type PayingPool } from '../dividends.ts';
import type { Identifiers } from '../identifiers.ts';
import type { RaceState } from '../market.ts';
import type { Placing } from '../results.ts';
import { sharesAt } from '../shares.ts';
import { isPaid } from '../tote.ts';
import type { RaceStory } from '../world.ts';

/** Results as JSON, null while there are none. */
export interface ResultTexts {
  readonly results: string;
  /** Each as JSON; they come in another order with each response. */
  readonly dividends: readonly string[];
  readonly substitutions: string;
}

function placingText({ entrant, position, margin }: Placing, winningTime: number): object {
  return {
    position,
    name: entrant.name,
    barrier: entrant.barrier,
    runner_number: entrant.number,
    margin_length: margin,
    entrant_id: entrant.id,
    ...(position === 1 ? { winning_time: winningTime, time_ran: winningTime } : {}),
  };
}

function paying(state: RaceState): PayingPool[] {
  return state.pools.flatMap(({ plan: { product }, total }) =>
    product === 'Win' ||
    product === 'Place' ||
    product === 'Quinella' ||
    product === 'Trifecta' ||
    product === 'FirstFour'
      ? [{ product, total }]
      : [],
  );
}

function dividends(story: RaceStory, state: RaceState, placings: readonly Placing[]): Dividend[] {
  const { field } = story;
  const win = sharesAt(story.winShares, field, 1, state.at);
  const place = sharesAt(story.placeShares, field, 1, state.at);
  return dividendsOf(
    placings,
    paying(state),
    (number) => win[number - 1] ?? 0,
    (number) => place[number - 1] ?? 0,
    story.placesPaid,
  );
}

function dividendText(
  ids: Identifiers,
  story: RaceStory,
  status: string,
  part: number,
  paid: Dividend,
): string {
  const { meeting, card } = story;
  return JSON.stringify({
    id: ids.encode('dividend', meeting.day, meeting.index, card.number, part),
    tote: 'NZ',
    product_name: paid.product,
    status,
    dividend: paid.dividend,
    pool_size: paid.pool,
    jackpot_size: 0,
    positions: paid.runners.map((number, index) => ({ runner_number: number, position: index + 1 })),
    description: paid.runners.join(':'),
  });
}

/**
 * Results, and dividends once they are declared: Interim ones alone while the race is Interim, then with a
 * Final copy beside each. An amended result changes the Final copies only.
 */
export function resultTexts(ids: Identifiers, story: RaceStory, state: RaceState): ResultTexts | null {
  if (!isPaid(state.status)) return null;
  const { finish, card } = story;
  const { timetable } = card;
  const amended = timetable.amended !== null && state.at >= timetable.amended;
  const placings = amended ? finish.amended : finish.declared;
  const texts = (status: string, from: readonly Placing[], first: number) =>
    dividends(story, state, from).map((paid, index) => dividendText(ids, story, status, first + index, paid));
  const interim = state.at >= timetable.dividends ? texts('Interim', finish.declared, 0) : [];
  const final = state.status === 'Final' ? texts('Final', placings, amended ? 60 : 30) : [];
  const favourite = story.field[state.favourite];
  return {
    results: JSON.stringify(placings.map((placing) => placingText(placing, finish.winningTime))),
    dividends: [...interim, ...final],
    substitutions: JSON.stringify(
      favourite ? [{ entrant_id: favourite.id, tote: 'NZ', product_name: 'Pool Win' }] : [],
    ),
  };
}
