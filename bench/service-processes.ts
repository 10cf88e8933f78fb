import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { PreparedOptions } from './prepared-bodies.ts';
import type { PreparedGreeting } from './prepared-feed.ts';
import { cpuSeconds, endProcess, pathOf, startScript } from './processes.ts';

/** What the recorder opens to a simulator, whatever its settings: the floor gets as many. */
const connections = 16;

/** What a process made of the feed while it was watched. */
export interface Load {
  readonly pollsPerSecond: number;
  readonly pollsPerCpuSecond: number;
}

/** A prepared feed in a process of its own. */
export interface ServedFeed extends PreparedGreeting {
  /** Responses with an event until now. */
  readonly served: () => Promise<number>;
  readonly stop: () => Promise<void>;
}

export async function serveFeed(options: PreparedOptions): Promise<ServedFeed> {
  const { child, greeting } = await startScript<PreparedGreeting>('prepared-feed.ts', [
    JSON.stringify(options),
  ]);
  return {
    ...greeting,
    served: async () => {
      const answer = await fetch(`${greeting.url}/served`);
      return ((await answer.json()) as { events: number }).events;
    },
    stop: () => endProcess(child),
  };
}

/** A process that asks the feed as fast as it can, but only while it is warmed up or measured. */
export interface Client {
  /** Lets it go on until it was answered so often, or for 10 s: a runtime compiles what is used much. */
  readonly warmUp: (polls: number) => Promise<void>;
  /** Lets it go on for milliseconds. */
  readonly measure: (forMs: number) => Promise<Load>;
  readonly stop: () => Promise<void>;
}

/** The floor: `service-loop.ts`. */
export async function startLoop(feed: ServedFeed): Promise<Client> {
  return await startClient(
    [pathOf('service-loop.ts'), feed.url, String(connections), ...feed.paths],
    {},
    feed,
  );
}

/**
 * `oddstream run` with a new journal, as it runs by default: with its server and its log.
 * @param everySeconds how often it is to poll each race
 * @param parent where its journal is kept
 */
export async function startRecorder(feed: ServedFeed, everySeconds: number, parent: string): Promise<Client> {
  const directory = mkdtempSync(join(parent, 'oddstream-bench-'));
  const args = ['run', '--simulator', feed.url, '--db', join(directory, 'load.db'), '--http', '127.0.0.1:0'];
  const env = { ODDSTREAM_CADENCE: JSON.stringify({ bands: [{ every_s: everySeconds }] }) };
  const client = await startClient([pathOf('../bin/oddstream.js'), ...args], env, feed);
  return {
    ...client,
    stop: async () => {
      await client.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Real time after which a process counts as warm, however little it has done. */
const patienceMs = 10_000;
/** Real time that a process gets to find its way back into the work. */
const settleMs = 200;

async function startClient(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  feed: ServedFeed,
): Promise<Client> {
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(child, 'spawn');
  child.kill('SIGSTOP');
  const look = async () => ({
    polls: await feed.served(),
    cpu: cpuSeconds(child.pid ?? 0),
    at: performance.now(),
  });
  const working = async <T>(work: () => Promise<T>): Promise<T> => {
    child.kill('SIGCONT');
    const result = await work();
    if (child.exitCode !== null) throw new Error(`${args.join(' ')} ended with ${child.exitCode}.`);
    // Stopped where it stands, so that the machine is the other's alone.
    child.kill('SIGSTOP');
    return result;
  };
  return {
    warmUp: (polls) =>
      working(async () => {
        const began = await look();
        const isWarm = async (): Promise<boolean> => (await feed.served()) - began.polls >= polls;
        while (!(await isWarm()) && performance.now() - began.at < patienceMs) await wait(20);
        if ((await feed.served()) === began.polls)
          throw new Error(`${args.join(' ')} asks the feed for nothing.`);
      }),
    measure: (forMs) =>
      working(async () => {
        await wait(settleMs);
        const began = await look();
        await wait(forMs);
        const ended = await look();
        const polls = ended.polls - began.polls;
        return {
          pollsPerSecond: (polls * 1000) / (ended.at - began.at),
          pollsPerCpuSecond: polls / (ended.cpu - began.cpu),
        };
      }),
    stop: () => endProcess(child),
  };
}
