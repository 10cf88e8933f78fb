import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { random } from '../../src/sources/simulator/random.ts';
import type { Random } from '../../src/sources/simulator/random.ts';
import { openLink } from './link.ts';
import type { Link, LinkFault } from './link.ts';
import { skewClock } from './network-clock.ts';
import { judged } from './network-judge.ts';
import type { Broken } from './network-judge.ts';
import { endRecorder } from './network-recorder.ts';
import { rowOf } from './part.ts';
import type { FaultRow, Part } from './part.ts';
import { openStage } from './stage.ts';
import type { Stage } from './stage.ts';

type Side = 'feed' | 'appwrite';

/** A way to break a link, or what links stand on. */
export interface Breaking {
  readonly name: string;
  readonly side: Side;
  /** What happens in a while of it; `no names` takes the link's host name away. */
  readonly fault: (chance: Random) => LinkFault | 'no names';
}

/** How many times as fast as real time. */
const speed = 240;

/** How long a fault lasts, and how long there is none, in real milliseconds. */
export interface Pace {
  readonly whiles: readonly [least: number, most: number];
  readonly calms: readonly [least: number, most: number];
  /** Whether memory and times of the recorder are judged too, which on a busy machine are as they come. */
  readonly isMeasured: boolean;
}

const usual: Pace = { whiles: [300, 2_000], calms: [300, 1_000], isMeasured: true };
/** A busy machine may not use a link in so short a while: it is broken until that was noticed, or so long. */
const maxBrokenMs = 200_000;
const whilesASeed = 6;

const faults: Readonly<Record<string, Breaking['fault']>> = {
  latency: (chance) => ({ kind: 'latency', ms: chance.int(20, 150), jitterMs: 0 }),
  jitter: (chance) => ({ kind: 'latency', ms: 100, jitterMs: chance.int(50, 100) }),
  refused: () => ({ kind: 'refused' }),
  flapping: (chance) => ({ kind: 'flapping', everyMs: chance.int(50, 300) }),
  'reset mid-body': (chance) => ({ kind: 'reset', afterBytes: chance.int(1, 9_000) }),
  'truncated bodies': (chance) => ({ kind: 'truncated', afterBytes: chance.int(1, 9_000) }),
  'accepts, never answers': () => ({ kind: 'silent' }),
  'peer vanished without FIN': () => ({ kind: 'vanished' }),
  'a few bytes a second': (chance) => ({ kind: 'trickle', bytesPerSecond: chance.int(2, 20) }),
  'no DNS': () => 'no names',
};

export const breakings: readonly Breaking[] = (['feed', 'appwrite'] as const).flatMap((side) =>
  Object.entries(faults).map(([name, fault]) => ({ name: `${side}: ${name}`, side, fault })),
);

/** Long form: 3 seeds of every fault on every link, 6 whiles each, and 3 of a clock an hour ahead and back. */
export const network: Part = async ({ seeds, tell }) => {
  const rows: FaultRow[] = [];
  const count = seeds ?? 3;
  const run = async (
    name: string,
    injected: number,
    one: (seed: number) => Promise<Broken>,
  ): Promise<void> => {
    const broken: Broken[] = [];
    for (let seed = 1; seed <= count; seed++) {
      const outcome = await one(seed);
      broken.push(outcome);
      tell(`network: ${name}, seed ${seed}: ${outcome.met} of ${injected} met a write`);
    }
    rows.push(
      rowOf(
        {
          name: `network: ${name}`,
          injected: injected * count,
          met: broken.reduce((sum, { met }) => sum + met, 0),
          unknown: broken.filter(({ met }) => met === 0).length,
          problems: broken.flatMap(({ problems }, index) =>
            problems.map((line) => `seed ${index + 1}: ${line}`),
          ),
        },
        broken.map(({ findings }) => findings),
      ),
    );
  };
  for (const breaking of breakings) {
    const list = Array.from({ length: whilesASeed }, () => breaking);
    await run(breaking.name, whilesASeed, (seed) => breakLinks(list, seed));
  }
  for (const hours of [1, -1]) {
    const name = `clock an hour ${hours > 0 ? 'ahead' : 'back'}`;
    await run(name, 1, (seed) => skewClock(hours * 3_600_000, seed, 5_000));
  }
  return rows;
};

/** Breaks links under a recorder, one while after the other, and judges what is recorded and delivered in the end. */
export async function breakLinks(list: readonly Breaking[], seed: number, pace = usual): Promise<Broken> {
  const stage = await openStage({ seed, speed });
  const links = { feed: await openLink(stage.feedUrl), appwrite: await openLink(endpointOf(stage)) };
  const noNames = `${stage.db}.no-names`;
  try {
    const chance = random(seed, 'network');
    const { met, problems } = await recordThrough(stage, links, noNames, pace, async () => {
      let struck = 0;
      for (const { side, fault } of list) {
        await wait(chance.between(...pace.calms));
        await within(maxBrokenMs, () => links[side].open > 0);
        const forMs = chance.between(...pace.whiles);
        if (await breakFor(forMs, links[side], fault(chance), noNames, chance)) struck++;
      }
      await wait(pace.calms[1]);
      return struck;
    });
    return { met, ...(await judged(stage, problems)) };
  } finally {
    await Promise.all([links.feed.close(), links.appwrite.close()]);
    await stage.close();
  }
}

/** Breaks a link for a while; tells whether anything came of it. */
async function breakFor(
  forMs: number,
  link: Link,
  fault: LinkFault | 'no names',
  noNames: string,
  chance: Random,
): Promise<boolean> {
  if (fault !== 'no names') {
    const trouble = await link.begin(fault, () => chance.unit());
    await wait(forMs);
    await within(maxBrokenMs, () => trouble.struck > 0);
    await trouble.end();
    return trouble.struck > 0;
  }
  writeFileSync(noNames, '');
  // A name is looked up for a new connection only.
  const trouble = await link.begin({ kind: 'reset', afterBytes: 0 }, () => chance.unit());
  await wait(forMs);
  await within(maxBrokenMs, () => trouble.struck > 0);
  await trouble.end();
  rmSync(noNames);
  return trouble.struck > 0;
}

/** Waits until something holds, and no longer than so many real milliseconds. */
async function within(maxMs: number, holds: () => boolean): Promise<void> {
  const until = Date.now() + maxMs;
  while (!holds() && Date.now() < until) await wait(20);
}

type Links = Readonly<Record<Side, Link>>;

/** Runs a recorder over the links while something is done to them, and tells what it did that it must not. */
async function recordThrough(
  stage: Stage,
  links: Links,
  noNames: string,
  { isMeasured }: Pace,
  work: () => Promise<number>,
): Promise<{ met: number; problems: string[] }> {
  const recorder = stage.run({
    preload: ['network-preload.ts'],
    feedUrl: named(links.feed.url, 'feed'),
    env: {
      APPWRITE_ENDPOINT: named(links.appwrite.url, 'appwrite'),
      APPWRITE_INSECURE: 'yes',
      NETWORK_NO_NAMES: noNames,
    },
  });
  await recorder.says('"import.finished"');
  const met = await work();
  return { met, problems: await endRecorder(recorder, isMeasured) };
}

function endpointOf({ appwrite }: Stage): string {
  const endpoint = appwrite?.env.APPWRITE_ENDPOINT;
  if (endpoint === undefined) throw new Error('There is no Appwrite to deliver to.');
  return endpoint;
}

/** The link's address by a name that can cease to exist. */
function named(url: string, name: string): string {
  return url.replace('127.0.0.1', `${name}.link.test`);
}
