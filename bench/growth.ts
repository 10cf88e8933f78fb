import { setTimeout as wait } from 'node:timers/promises';
import type { Vitals } from './growth-preload.ts';
import { crowd } from './growth-recorder.ts';
import type { Crowd } from './growth-recorder.ts';
import type { Bench, Line } from './line.ts';
import { figure, median, quantile } from './pairs.ts';

/*
 * What a race costs when there are very many. What is measured is the real recorder, in a process for each number of
 * races, with a simulated feed in another process for each: the clocks run so fast or so slow that each makes as many
 * polls in a second, and all run at the same time, so that what the machine does meanwhile meets each. The fast clocks
 * are started last: otherwise their races would be over before the slow ones have made a few rounds.
 */

/** Polls in a real second of each recorder. */
const pollsPerSecond = 40;
/**
 * Each race is polled once in so many simulated seconds. The clock of few races runs the faster, and with it a poll's
 * deadline: at twice this it would be half a second, which a feed that has much to do misses.
 */
const everyS = 30;
const cadence = { bands: [{ every_s: everyS }] };
/**
 * Polls before anything is measured: of each race, since the second follows the import sooner than the others each
 * other, and in all, since the runtime compiles what was called often.
 */
const warmUp = { ofEach: 3, inAll: 3_000 };

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
  const crowds = new Map<number, Crowd>();
  try {
    for (const races of [base, ...more].toSorted((a, b) => b - a)) {
      const one = await crowd({ races, speed: (pollsPerSecond * everyS) / races, hours, cadence });
      crowds.set(races, one);
      // The next one needs as long for its warm-up as this one for the rest.
      await reached(one, warmUpPolls(races) - warmUp.inAll);
    }
    for (const [races, one] of crowds) await reached(one, warmUpPolls(races));
    const windowsOf = await measured(crowds, windows, windowMs);
    const memory = new Map<number, Vitals>();
    for (const [races, one] of crowds) memory.set(races, await one.vitals(true));
    return more.flatMap((races) => [
      cpuLine(races, windowsOf.get(races) ?? [], windowsOf.get(base) ?? []),
      ...memoryLines(races, memory.get(races), memory.get(base)),
    ]);
  } finally {
    await Promise.all([...crowds.values()].map((one) => one.stop()));
  }
}

function warmUpPolls(races: number): number {
  return Math.max(warmUp.ofEach * races, warmUp.inAll);
}

async function reached(one: Crowd, polls: number): Promise<void> {
  while (one.polls() < polls) await wait(100);
}

/** What a recorder did in a window. */
interface Window {
  readonly cpuMs: number;
  readonly polls: number;
  readonly changed: number;
}

/** The same windows of all recorders. */
async function measured(
  crowds: ReadonlyMap<number, Crowd>,
  windows: number,
  windowMs: number,
): Promise<Map<number, Window[]>> {
  const all = new Map([...crowds.keys()].map((races): [number, Window[]] => [races, []]));
  const look = (): Promise<(readonly [number, Window])[]> =>
    Promise.all([...crowds].map(async ([races, one]) => [races, await usedBy(one)] as const));
  for (let window = 0; window < windows; window++) {
    const before = new Map(await look());
    await wait(windowMs);
    for (const [races, { cpuMs, polls, changed }] of await look()) {
      const from = before.get(races) ?? { cpuMs: NaN, polls: NaN, changed: NaN };
      all
        .get(races)
        ?.push({ cpuMs: cpuMs - from.cpuMs, polls: polls - from.polls, changed: changed - from.changed });
    }
  }
  return all;
}

async function usedBy(one: Crowd): Promise<Window> {
  const { cpuMs } = await one.vitals(false);
  return { cpuMs, polls: one.polls(), changed: one.changed() };
}

function cpuLine(races: number, ours: readonly Window[], yardstick: readonly Window[]): Line {
  const cost = ({ cpuMs, polls }: Window): number => cpuMs / polls;
  const line = figure(
    {
      what: `CPU of a poll, ${named(races)} live races (${changedShare(ours)} changed)`,
      against: `${base} live races (${changedShare(yardstick)} changed)`,
      unit: 'ms',
      goal: { atMost: 1.15 },
    },
    ours.map((one, index) => {
      const other = yardstick[index];
      return other === undefined ? NaN : cost(one) / cost(other);
    }),
  );
  return { ...line, ours: median(ours.map(cost)), yardstick: median(yardstick.map(cost)) };
}

function changedShare(windows: readonly Window[]): string {
  const sum = (of: (window: Window) => number): number => windows.reduce((all, one) => all + of(one), 0);
  return `${Math.round((100 * sum(({ changed }) => changed)) / sum(({ polls }) => polls))} %`;
}

function memoryLines(races: number, large: Vitals | undefined, small: Vitals | undefined): Line[] {
  const line = (what: string, bytes: (memory: Vitals) => number): Line =>
    figure(
      {
        what: `${what} a race, ${named(races)} live races`,
        against: `beyond the first ${base}`,
        unit: 'KB',
        goal: { atMost: 30 },
      },
      large === undefined || small === undefined
        ? []
        : [(bytes(large) - bytes(small)) / (races - base) / 1024],
    );
  return [
    line('heap after a collection', ({ heap }) => heap ?? NaN),
    line('resident memory', ({ rss }) => rss),
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
  run: () => lines({ more: [1_000], hours: 6, windows: 8, windowMs: 3_000 }, 10_000),
};

export const growthLong: Bench = {
  name: 'growth',
  run: () => lines({ more: [1_000, 10_000], hours: 20, windows: 9, windowMs: 8_000 }, 60_000),
};
