import { dayAt, dayOfDate } from './nz-time.ts';
import type { EventRequest } from './payload/event.ts';
import type { ListingRequest } from './payload/listing.ts';

/** A request that the feed answers with 400. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

const mostDays = 31;

function dayOf(url: URL, name: string, today: number): number {
  const text = url.searchParams.get(name) ?? 'today';
  const day = text === 'today' ? today : dayOfDate(text);
  if (day === null) throw new BadRequest(`${name}: not a date of the form YYYY-MM-DD`);
  return day;
}

function wholeNumber(url: URL, name: string, otherwise: number): number {
  const text = url.searchParams.get(name);
  if (text === null) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw new BadRequest(`${name}: not a whole number`);
  return Number(text);
}

/** What a listing request asks for. `date` is ignored, as the feed does. */
export function listingRequest(url: URL, now: number): ListingRequest {
  const today = dayAt(now);
  const from = dayOf(url, 'date_from', today);
  const to = dayOf(url, 'date_to', url.searchParams.has('date_from') ? from : today);
  if (to < from) throw new BadRequest('date_to: before date_from');
  if (to - from >= mostDays) throw new BadRequest(`date_to: more than ${mostDays} days from date_from`);
  return {
    from,
    to,
    category: url.searchParams.get('category'),
    country: url.searchParams.get('country'),
    limit: Math.min(200, wholeNumber(url, 'limit', 100)),
    offset: wholeNumber(url, 'offset', 0),
    url: url.pathname + url.search,
  };
}

/** What an event request asks for. */
export function eventRequest(url: URL): EventRequest {
  const asked = (name: string) => url.searchParams.get(name) === 'true';
  return {
    moneyTracker: asked('with_money_tracker'),
    trends: asked('with_tote_trends_data'),
    willPays: asked('with_will_pays'),
    bigBets: asked('with_big_bets'),
    biggestBet: asked('with_biggest_bet'),
    liveBets: asked('with_live_bets'),
    presentOverlay: asked('present_overlay'),
    betTypeFilter: url.searchParams.get('bet_type_filter') ?? '',
    url: url.pathname + url.search,
  };
}
