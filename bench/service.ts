import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import type { Bench, Goal, Line } from './line.ts';
import { ofPairs } from './pairs.ts';
import type { PreparedOptions } from './prepared-bodies.ts';
import { serveFeed, startLoop, startRecorder } from './service-processes.ts';
import type { Client, Load } from './service-processes.ts';

const feedOptions: PreparedOptions = { races: 24, seed: 1, contents: 24, orders: 3, responses: 6 };

/** More than a recorder can: as many polls are due as it can make, and those that are late leave a gap. */
const everySeconds = 0.015;
const warmUpPolls = 5_000;
const windowMs = 1_200;
const rounds = 4;

/** Linux keeps files here in memory. */
const memory = '/dev/shm';

/** The whole service under full load, against a loop that only asks, gunzips and parses. */
export const service: Bench = {
  name: 'service',
  run: () => underLoad('nine of ten polls without a change', feedOptions, { atLeast: 0.8 }),
};

/** The same where each poll is given another content: not every one has another market. */
export const serviceChanging: Bench = {
  name: 'service-changing',
  run: () =>
    underLoad('six of ten polls changed', { ...feedOptions, contents: 48, orders: 1, responses: 1 }, null),
};

async function underLoad(mix: string, options: PreparedOptions, goal: Goal | null): Promise<Line[]> {
  if (process.platform !== 'linux') {
    console.error('service: a process of another kind tells its CPU time on Linux only; no lines here.');
    return [];
  }
  const feed = await serveFeed(options);
  const clients: Client[] = [];
  try {
    const places = journalPlaces();
    for (const { directory } of places) clients.push(await startRecorder(feed, everySeconds, directory));
    clients.push(await startLoop(feed));
    const loads = await inTurn(clients);
    const yardsticks = loads.at(-1) ?? [];
    return places.flatMap(({ name }, place) => {
      const line = (unit: string, of: keyof Load): Line =>
        ofPairs(
          {
            what: `whole service, ${mix}, journal ${name}`,
            against: 'undici, gunzip, JSON.parse',
            unit,
            goal,
          },
          yardsticks.map((yardstick, round) => ({
            ours: loads[place]?.[round]?.[of] ?? NaN,
            yardstick: yardstick[of],
          })),
        );
      return [line('polls/CPU s', 'pollsPerCpuSecond'), line('polls/s', 'pollsPerSecond')];
    });
  } finally {
    for (const client of clients) await client.stop();
    await feed.stop();
  }
}

/** Every commit waits for the disk, for which the loop has no use: the same without a disk tells what that costs. */
function journalPlaces(): { readonly name: string; readonly directory: string }[] {
  const onDisk = { name: 'on disk', directory: tmpdir() };
  return existsSync(memory) ? [onDisk, { name: 'in memory', directory: memory }] : [onDisk];
}

/** What each client made of each round; each round begins with another one. */
async function inTurn(clients: readonly Client[]): Promise<Load[][]> {
  for (const client of clients) await client.warmUp(warmUpPolls);
  const loads: Load[][] = clients.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < clients.length; turn++) {
      const index = (round + turn) % clients.length;
      const load = await clients[index]?.measure(windowMs);
      if (load !== undefined) loads[index]?.push(load);
    }
  }
  return loads;
}
