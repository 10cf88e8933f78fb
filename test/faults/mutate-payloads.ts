import { createFeed } from '../../src/sources/simulator/feed.ts';
import { dayOfDate } from '../../src/sources/simulator/nz-time.ts';
import { createWorld } from '../../src/sources/simulator/world.ts';
import type { World } from '../../src/sources/simulator/world.ts';
import { eventPath, eventQuery } from '../../src/sources/tab/paths.ts';
import type { Json, ServedEvent } from '../support/snapshots.ts';
import { recordedEvents } from '../support/snapshots-recorded.ts';

/** What a feed served of one race, oldest first: a few responses in a row. */
export type Served = readonly ServedEvent[];

const seed = 5;
const racesPerDay = 60;
/** Seconds from the advertised start, from two hours before until after the results. */
const looks = [-7_200, -1_800, -240, -60, -30, 30, 240, 900, 2_400];

/** Races of a simulated day, greyhounds first: their payloads are the smallest. */
export function simulatedRaces(count: number): Served[] {
  const world = createWorld(seed, racesPerDay);
  const races = world
    .programme(dayOfDate('2026-03-10') ?? 0)
    .flatMap(({ code, races: list }) => list.map(({ id }) => ({ code, id })));
  return races
    .toSorted((a, b) => (a.code < b.code ? -1 : 1))
    .slice(0, count)
    .map(({ id }) => servedOf(id, world));
}

function servedOf(raceId: string, world: World): Served {
  const start = world.race(raceId)?.card.timetable.scheduled ?? 0;
  const options = { seed, racesPerDay, speed: 1, port: 0, origin: { real: 0, simulated: start } };
  let now = start;
  const feed = createFeed(options, () => now, world);
  const url = new URL(`http://simulator${eventPath(raceId)}?${eventQuery}`);
  return looks.flatMap((seconds) => {
    now = start + seconds * 1000;
    const answer = feed.answer(url);
    return answer?.status === 200 ? [JSON.parse(answer.body) as ServedEvent] : [];
  });
}

/**
 * Races of the recordings that were asked for more than twice, where these are present.
 * @param count how many at the most, the smallest payloads first
 */
export function recordedRaces(count = Infinity): Served[] {
  const responses = recordedEvents().flatMap(({ responses: list }) => list.slice(0, 200));
  const races = [...Map.groupBy(responses, raceIdOf).values()].filter((list) => list.length > 2);
  const sized = races.map((list) => ({ list, size: JSON.stringify(list[0]).length }));
  return sized
    .toSorted((one, other) => one.size - other.size)
    .slice(0, count)
    .map(({ list }) => list.slice(0, looks.length));
}

/** The race that a response is of. */
export function raceIdOf({ data }: ServedEvent): string {
  return data.race.event_id as string;
}

/** A response as JSON that may be changed. */
export function payloadOf(response: ServedEvent): Json {
  return response as unknown as Json;
}
