import type { Json, JsonObject } from './json.ts';
import type { RecordedLine } from './recording.ts';

const DAY = '2026-03-01T';
export const NEVER = { timestamp: '0001-01-01T00:00:00Z', fluc: 0 };

/** A hand-made line: the answer for race R, due at 12:00:00Z, as generated at a time of that day. */
export function madeLine(time: string, data: JsonObject, receivedAt = time): RecordedLine {
  const race: JsonObject = {
    event_id: 'R',
    status: 'Open',
    advertised_start: Date.parse(`${DAY}12:00:00Z`) / 1000,
    ...(data.race as JsonObject | undefined),
  };
  return {
    receivedAt: `${DAY}${receivedAt}Z`,
    url: '/affiliates/v1/racing/events/R?enc=json',
    status: 200,
    body: { header: { generated_time: `${DAY}${time}Z` }, data: { ...data, race } },
  };
}

/** A runner with a fixed-win price and `last_six` of `[time of day, price]`; `flucs` are their prices. */
export function madeRunner(
  id: string,
  price: number,
  lastSix: [string, number][],
  more: JsonObject = {},
): JsonObject {
  const entries = lastSix.map(([time, fluc]): Json => ({ timestamp: `${DAY}${time}Z`, fluc }));
  return {
    entrant_id: id,
    name: `Runner ${id}`,
    is_scratched: false,
    odds: { fixed_win: price },
    flucs: lastSix.map(([, fluc]) => fluc),
    flucs_with_timestamp: { open: NEVER, nine_am: NEVER, high: NEVER, low: NEVER, last_six: entries },
    ...more,
  };
}
