/** Where the affiliates API lives below its host. */
export const racingPath = '/affiliates/v1/racing';

export const meetingsPath = `${racingPath}/meetings`;

/** Path of one race's EventRaceDetails. */
export function eventPath(raceId: string): string {
  return `${racingPath}/events/${encodeURIComponent(raceId.toWellFormed())}`;
}

/** The most meetings that the feed puts on a page; its default is 100. */
export const pageSize = 200;

/** Query for one page of the meetings of an NZ date (`YYYY-MM-DD`): with `date=` the feed answers the wrong day. */
export function meetingsQuery(date: string, offset: number): string {
  return new URLSearchParams({
    date_from: date,
    date_to: date,
    limit: String(pageSize),
    offset: String(offset),
  }).toString();
}

/** Parameters of an event without which parts of it come back null, and the names under which they are echoed. */
export const eventParts: ReadonlyMap<string, string> = new Map([
  ['with_money_tracker', 'with_money_tracker'],
  ['with_tote_trends_data', 'with_tote_trends_data'],
  ['with_will_pays', 'will_pays'],
  ['with_big_bets', 'with_big_bets'],
  ['with_biggest_bet', 'with_biggest_bet'],
  ['with_live_bets', 'with_live_bets'],
]);

/** Query that asks for every part of an event. */
export const eventQuery = [...eventParts.keys()].map((name) => `${name}=true`).join('&');
