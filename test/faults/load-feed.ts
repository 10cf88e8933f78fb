import { simulatedClock } from '../../src/sources/simulator/clock.ts';
import { createFeed } from '../../src/sources/simulator/feed.ts';
import { dayAt } from '../../src/sources/simulator/nz-time.ts';
import { startSimulatorServer } from '../../src/sources/simulator/server.ts';
import type { SimulatorOptions } from '../../src/sources/simulator/server.ts';
import { createWorld } from '../../src/sources/simulator/world.ts';
import type { World } from '../../src/sources/simulator/world.ts';

/**
 * A feed of so many live races whose starts are spread over so many hours from the clock's origin: those of
 * some simulated markets (two when it is not said) with very many races that start then. `node load-feed.ts
 * '{"seed":1,…}' RACES HOURS MARKETS` prints one line of JSON when it listens, and ends with its standard input.
 */
const options = JSON.parse(process.argv[2] ?? '') as SimulatorOptions;
const [races, hours, markets = 2] = process.argv.slice(3).map(Number);
const world = crowded(options, races ?? 0, hours ?? 0, markets);
const feed = createFeed(options, simulatedClock(options.origin, options.speed), world);
const { url } = await startSimulatorServer(options, feed);
console.log(JSON.stringify({ url }));
process.stdin.resume().once('end', () => process.exit());

function crowded(
  { seed, racesPerDay, origin }: SimulatorOptions,
  wanted: number,
  spread: number,
  markets: number,
): World {
  const worlds = Array.from({ length: markets }, (_, index) => createWorld(seed + index, racesPerDay));
  const [first] = worlds;
  if (first === undefined) throw new Error('There is no world.');
  const [from, to] = [origin.simulated, origin.simulated + spread * 3_600_000];
  const days = [...new Set([dayAt(from), dayAt(to)])];
  const within = worlds
    .flatMap((one) => days.flatMap((day) => one.programme(day)))
    .filter(({ country }) => country !== 'HK')
    .flatMap((meeting) => meeting.races)
    .filter(({ start }) => start > from && start <= to)
    .map(({ id }) => id);
  if (within.length < wanted) throw new Error(`Only ${within.length} races start in that time.`);
  // Ids are as good as random: those that are left out are spread over the time.
  const chosen = new Set(within.toSorted().slice(0, wanted));
  return {
    ...first,
    programme: (day) =>
      worlds
        .flatMap((one) => one.programme(day))
        .map((meeting) => ({ ...meeting, races: meeting.races.filter(({ id }) => chosen.has(id)) }))
        .filter((meeting) => meeting.races.length > 0),
    race: (id) =>
      chosen.has(id) ? (worlds.map((one) => one.race(id)).find((story) => story !== null) ?? null) : null,
  };
}
