import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Exchange } from '../src/domain/exchange.ts';
import { Recordings } from '../src/sinks/recordings/recordings.ts';
import { createFeed } from '../src/sources/simulator/feed.ts';
import { createWorld } from '../src/sources/simulator/world.ts';
import { eventPath, eventQuery } from '../src/sources/tab/paths.ts';
import type { Bench, Line } from './line.ts';
import { figure, pairs } from './pairs.ts';

const polls = 7;
const everyMs = 10_000;
/** So long before its jump the first of them is. */
const aheadMs = 240_000;

/** What `run --record` keeps of races that are polled in turn: bytes and processor time of each further poll. */
export const recordings: Bench = {
  name: 'recordings',
  async run() {
    const directory = mkdtempSync(join(tmpdir(), 'oddstream-bench-'));
    try {
      const made = polledRaces(200);
      const sizes: Line[] = [];
      for (const races of [24, 60, 200]) sizes.push(await sizeLine(directory, made.slice(0, races)));
      return [...sizes, await costLine(directory, made.slice(0, 60))];
    } finally {
      rmSync(directory, { recursive: true });
    }
  },
};

/** Of each race its polls near the jump: bodies with the orders that the source serves, and some changes. */
function polledRaces(races: number): Exchange[][] {
  const day = Math.floor(Date.parse('2026-02-28T00:00:00Z') / 86_400_000);
  const world = createWorld(1, races);
  const cards = world.programme(day).flatMap((meeting) => meeting.races);
  return cards.map(({ id, timetable }) => {
    const from = timetable.scheduled - aheadMs;
    let now = from;
    const origin = { real: from, simulated: from };
    const feed = createFeed({ seed: 1, racesPerDay: races, speed: 1, port: 0, origin }, () => now, world);
    const url = `${eventPath(id)}?${eventQuery}`;
    return Array.from({ length: polls }, (_, poll) => {
      now = from + poll * everyMs;
      const answer = feed.answer(new URL(url, 'http://feed'));
      if (answer?.status !== 200) throw new Error(`The simulator has no ${url}.`);
      return { url, status: 200, startedAt: now, receivedAt: now, json: answer.body };
    });
  });
}

/** What a further poll of each race adds to its files, as a share of the response. */
async function sizeLine(directory: string, races: readonly Exchange[][]): Promise<Line> {
  const first = await recorded(directory, races, 1);
  const all = await recorded(directory, races, polls);
  const shares = races.map(([begin, ...further]) => {
    const bytes = further.reduce((sum, { json }) => sum + Buffer.byteLength(json ?? ''), 0);
    const id = raceOf(begin);
    return ((all.get(id) ?? NaN) - (first.get(id) ?? NaN)) / bytes;
  });
  const what = `recordings: bytes of a further poll, ${races.length} races in turn`;
  return figure({ what, against: 'response, decompressed', unit: '×', goal: { atMost: 0.03 } }, shares);
}

/** Processor time of a poll on all threads. */
function costLine(directory: string, races: readonly Exchange[][]): Promise<Line> {
  const bodies = races.flat().map(({ json }) => json ?? '');
  return pairs({
    what: 'recordings: processor time of a poll, 60 races in turn',
    against: 'JSON.parse',
    unit: 'ms',
    goal: null,
    n: 5,
    ours: () => cpuMs(bodies.length, () => recorded(directory, races, polls)),
    yardstick: () =>
      cpuMs(bodies.length, () => {
        for (const body of bodies) JSON.parse(body);
      }),
  });
}

async function cpuMs(times: number, work: () => unknown): Promise<number> {
  const from = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000 / times;
}

/** Bytes on disk by race after so many polls of each. */
async function recorded(
  directory: string,
  races: readonly Exchange[][],
  count: number,
): Promise<Map<string, number>> {
  const path = mkdtempSync(join(directory, 'kept-'));
  const kept = new Recordings(path, (reason) => {
    throw new Error(reason);
  });
  for (let poll = 0; poll < count; poll++) {
    for (const exchanges of races) {
      const exchange = exchanges[poll];
      if (exchange !== undefined) kept.keep(exchange);
    }
    await kept.flushed();
  }
  await kept.close();
  const sizes = new Map<string, number>();
  for (const file of readdirSync(path)) {
    const [id = ''] = file.split('.');
    sizes.set(id, (sizes.get(id) ?? 0) + statSync(join(path, file)).size);
  }
  return sizes;
}

function raceOf(exchange: Exchange | undefined): string {
  return /\/events\/([\w-]+)/.exec(exchange?.url ?? '')?.[1] ?? '';
}
