import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FaultOptions, SimulatorOptions } from '../../src/sources/simulator/server.ts';
import { oddstream, root, start, temporaryDirectory } from '../support/process.ts';
import type { Ended, Running } from '../support/process.ts';
import { makeSchema } from '../support/sink.ts';
import { standInProcess } from '../support/sink-processes.ts';
import type { StandInProcess } from '../support/sink-processes.ts';
import { scriptProcess } from './stage-process.ts';

export interface StageOptions {
  readonly seed: number;
  /** Simulated time at which it begins, RFC 3339; by default in the middle of a day's races. */
  readonly begin?: string;
  /** of a day; those of two days are listed. */
  readonly racesPerDay?: number;
  /** How many times as fast as real time. */
  readonly speed?: number;
  readonly feedFaults?: FaultOptions;
  /** Whether there is an Appwrite to deliver to. */
  readonly appwrite?: boolean;
}

/** How a recorder is run on a stage. */
export interface RecorderOptions {
  /** Modules that are loaded into it before itself, by their names in `test/faults`. */
  readonly preload?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where it finds the feed, when that is not its own address. */
  readonly feedUrl?: string;
}

/** A feed and an Appwrite that keep ledgers in processes of their own, and a journal's place; the recorder comes and goes. */
export interface Stage {
  readonly feedUrl: string;
  readonly appwrite: StandInProcess | null;
  /** File of the journal. */
  readonly db: string;
  /** The times, on the feed's clock, in which a recorder ran. Epoch milliseconds; `to` is Infinity while one runs. */
  readonly lives: readonly Life[];
  /** Generated times, cut to milliseconds, of answers that came when nobody waited for them any more. */
  readonly unheard: Set<string>;
  /** Starts the recorder; `run` without arguments. */
  run(options?: RecorderOptions): Running;
  /** Ends a recorder as SIGKILL does. Resolves with when that was, real epoch milliseconds. */
  kill(recorder: Running): Promise<number>;
  /** Runs it once more to the end of an import: everything is polled, and delivered. */
  finish(options?: RecorderOptions): Promise<Ended>;
  /** Ends all of it. */
  close(): Promise<void>;
}

export interface Life {
  readonly from: number;
  readonly to: number;
}

export async function openStage(options: StageOptions): Promise<Stage> {
  const { seed, begin = '2026-02-28T01:00:00Z', racesPerDay = 24, speed = 240, feedFaults } = options;
  const origin = { real: Date.now(), simulated: Date.parse(begin) };
  const directory = temporaryDirectory();
  const faults = feedFaults === undefined ? {} : { faults: feedFaults };
  const market: SimulatorOptions = { seed, racesPerDay, speed, port: 0, origin, ...faults };
  const [feed, appwrite] = await Promise.all([
    scriptProcess('stage-simulator.ts', [JSON.stringify(market)]),
    options.appwrite === false ? null : standInProcess(),
  ]);
  if (appwrite !== null) await makeSchema(appwrite.connect());
  const lives: Life[] = [];
  // Rows are gathered for an eighth of a real second.
  const linger = { APPWRITE_LINGER: String(speed / 8) };
  const args = (how: RecorderOptions): string[] => {
    const url = how.feedUrl ?? feed.url;
    return ['--simulator', url, '--db', join(directory.path, 'journal.db')];
  };
  const clock = (real: number): number => origin.simulated + (real - origin.real) * speed;
  const killedAt = new Map<Promise<Ended>, number>();
  const withEnv = ({ preload = [], env = {} }: RecorderOptions) => ({
    cwd: directory.path,
    env: { ...appwrite?.env, ...linger, ...env, NODE_OPTIONS: preload.map(imported).join(' ') },
  });
  const lived = (ended: Promise<Ended>): void => {
    const from = clock(Date.now());
    const index = lives.push({ from, to: Infinity }) - 1;
    void ended.then(({ stdout, stderr }) => {
      const itself = /^ended at (\d+)$/m.exec(stderr)?.[1];
      const at = killedAt.get(ended) ?? (itself === undefined ? Date.now() : Number(itself));
      lives[index] = { from: bornAt(stdout) ?? clock(at), to: clock(at) };
    });
  };
  return {
    feedUrl: feed.url,
    appwrite,
    db: join(directory.path, 'journal.db'),
    lives,
    unheard: new Set(),
    run: (how = {}) => {
      const running = start(['run', ...args(how), '--no-http'], withEnv(how));
      lived(running.ended);
      return running;
    },
    kill: async ({ child, ended }) => {
      const at = Date.now();
      killedAt.set(ended, at);
      child.kill('SIGKILL');
      await ended;
      return at;
    },
    finish: async (how = {}) => {
      const ended = oddstream(['import', ...args(how)], withEnv(how));
      lived(ended);
      return await ended;
    },
    close: async () => {
      await Promise.all([feed.stop(), appwrite?.stop()]);
      directory.remove();
    },
  };
}

/**
 * When a recorder came to life by its own clock, epoch milliseconds; null when it never did. Until then a feed that is
 * slow may still answer what the one before had asked.
 */
function bornAt(log: string): number | null {
  const time = /"time":"([^"]+)"/.exec(log)?.[1];
  return time === undefined ? null : Date.parse(time);
}

function imported(name: string): string {
  return `--import ${pathToFileURL(join(root, 'test/faults', name)).href}`;
}
