import type { EventSnapshot } from '../src/domain/snapshot.ts';
import { createFeed } from '../src/sources/simulator/feed.ts';
import { dayAt } from '../src/sources/simulator/nz-time.ts';
import { createWorld } from '../src/sources/simulator/world.ts';
import { parseEvent } from '../src/sources/tab/parse.ts';
import { eventPath, eventQuery } from '../src/sources/tab/paths.ts';

const began = Date.parse('2026-03-10T00:00:00Z');
const options = { seed: 9, racesPerDay: 240, speed: 1, port: 0, origin: { real: 0, simulated: began } };

/** What a simulated market told of so many races, once for each time from its beginning in milliseconds. */
export function simulatedSnapshots(races: number, times: readonly number[]): EventSnapshot[][] {
  const world = createWorld(options.seed, options.racesPerDay);
  let now = began;
  const feed = createFeed(options, () => now, world);
  const ids = world
    .programme(dayAt(began))
    .flatMap((meeting) => meeting.races)
    .filter(({ start }) => start > began)
    .toSorted((a, b) => a.start - b.start)
    .slice(0, races)
    .map(({ id }) => id);
  const snapshots = ids.map((): EventSnapshot[] => []);
  for (const time of times) {
    now = began + time;
    ids.forEach((id, index) => {
      const answer = feed.answer(new URL(`http://simulator${eventPath(id)}?${eventQuery}`));
      if (answer?.status !== 200) throw new Error(`The simulator does not know its race ${id}.`);
      snapshots[index]?.push(parseEvent(JSON.parse(answer.body)));
    });
  }
  return snapshots;
}
