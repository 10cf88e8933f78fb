import { setTimeout as wait } from 'node:timers/promises';
import { crowd } from './growth-recorder.ts';
import type { Crowd } from './growth-recorder.ts';
import type { Bench, Line } from './line.ts';
import { figure, median, quantile } from './pairs.ts';

/*
 * What a race costs when there are very many. What is measured is the real recorder, in a process for each number of
 * races, with a simulated feed in another process for each: the clocks run so fast or so slow that each makes as many
 * polls in a second, and all run at the same time, so that what the machine does meanwhile meets each.
 */

/** Polls in a real second of each recorder. */
const pollsPerSecond = 40;
/**
 * Each race is polled once in so many simulated seconds. The clock of few races runs the faster, and with it a poll's
 * deadline: at twice this it would be half a second, which a feed that has much to do misses.
 */
const everyS = 30;
const cadence = { bands: [{ every_s: everyS }] };
const warmUpMs = 4_000;

const base = 100;

interface Sizes {
  readonly more: readonly number[];
  /** The starts of the races are spread over so many; the feed has 4,700 races in six. */
  readonly hours: number;
  readonly windows: number;
  readonly windowMs: number;
}

/** CPU of a poll and memory of a race with more races, against {@link base}. */
async function sizes({ more, hours, windows, windowMs }: Sizes): Promise<Line[]> {
  const counts = [base, ...more];
  const crowds = await Promise.all(
    counts.map((races) => crowd({ races, speed: (pollsPerSecond * everyS) / races, hours, cadence })),
  );
  try {
    await wait(warmUpMs);
    const costs = crowds.map((): number[] => []);
    for (let window = 0; window < windows; window++) {
      const before = await Promise.all(crowds.map(usedBy));
      await wait(windowMs);
      const after = await Promise.all(crowds.map(usedBy));
      after.forEach(({ cpuMs, polls }, index) => {
        costs[index]?.push((cpuMs - (before[index]?.cpuMs ?? 0)) / (polls - (before[index]?.polls ?? 0)));
      });
    }
    const memory = await Promise.all(crowds.map((one) => one.vitals(true)));
    const [small = [], ...large] = costs;
    return more.flatMap((races, index) => [
      ratios(races, large[index] ?? [], small),
      ...perRace(races, memory[index + 1], memory[0]),
    ]);
  } finally {
    await Promise.all(crowds.map((one) => one.stop()));
  }
}

async function usedBy(one: Crowd): Promise<{ readonly cpuMs: number; readonly polls: number }> {
  const { cpuMs } = await one.vitals(false);
  return { cpuMs, polls: one.polls() };
}

function ratios(races: number, ours: readonly number[], yardstick: readonly number[]): Line {
  const line = figure(
    {
      what: `CPU of a poll, ${named(races)} live races`,
      against: `${base} live races`,
      unit: 'ms',
      goal: { atMost: 1.15 },
    },
    ours.map((one, index) => one / (yardstick[index] ?? NaN)),
  );
  return { ...line, ours: median(ours), yardstick: median(yardstick) };
}

interface Memory {
  readonly heap: number | null;
  readonly rss: number;
}

function perRace(races: number, large: Memory | undefined, small: Memory | undefined): Line[] {
  const each = (bytes: (memory: Memory) => number): number[] => {
    if (large === undefined || small === undefined) return [];
    return [(bytes(large) - bytes(small)) / (races - base) / 1024];
  };
  const line = (what: string, goal: Line['goal'], bytes: (memory: Memory) => number): Line =>
    figure(
      {
        what: `${what} a race, ${named(races)} live races`,
        against: `beyond the first ${base}`,
        unit: 'KB',
        goal,
      },
      each(bytes),
    );
  return [
    line('heap after a collection', { atMost: 30 }, ({ heap }) => heap ?? NaN),
    line('resident memory', null, ({ rss }) => rss),
  ];
}

const timedRaces = 1_000;

/** How late polls are at real speed, by the cadence that is the default, with nothing else at work. */
async function lateness(one: Crowd, windowMs: number): Promise<Line> {
  const began = one.newest();
  await wait(windowMs);
  const late = one.lateness(began);
  const p99 = quantile(late, 0.99);
  return {
    what: `a poll's start after it is due (p99), ${named(timedRaces)} live races`,
    against: 'its due time',
    unit: 'ms',
    ...{ ours: p99, yardstick: null, ratio: p99, n: late.length, goal: { atMost: 50 } },
    spread: [quantile(late, 0.25), quantile(late, 0.75)],
  };
}

function named(races: number): string {
  return races.toLocaleString('en');
}

/** The recorder at real speed is started with the others: its first polls, of all races at once, are then long over. */
async function lines(wanted: Sizes, timedMs: number): Promise<Line[]> {
  const timed = crowd({ races: timedRaces, speed: 1, hours: 3 });
  // It is awaited in any case; until then its failure is not one that nobody heard of.
  timed.catch(() => undefined);
  try {
    const first = await sizes(wanted);
    return [...first, await lateness(await timed, timedMs)];
  } finally {
    const one = await timed;
    await one.stop();
  }
}

export const growth: Bench = {
  name: 'growth',
  run: () => lines({ more: [1_000], hours: 6, windows: 5, windowMs: 3_000 }, 10_000),
};

export const growthLong: Bench = {
  name: 'growth',
  run: () => lines({ more: [1_000, 10_000], hours: 20, windows: 9, windowMs: 8_000 }, 60_000),
};
