import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { launchSimulator } from '../../src/sources/simulator/launch.ts';
import type { LaunchedSimulator } from '../../src/sources/simulator/launch.ts';
import { plainEnvironment, root } from '../support/process.ts';

/** How the recorder's process is started. */
export interface RecorderSetting {
  readonly env?: NodeJS.ProcessEnv;
  /** As another user than this one, who may do everything. */
  readonly uid?: number;
}

export interface Recorder {
  /** How often an event was logged so far. */
  readonly count: (event: string) => number;
  /** Resolves when an event was logged so many times more. */
  readonly logs: (event: string, times: number) => Promise<void>;
  /** Ends it by a signal, or waits for its end without one. */
  readonly end: (
    signal?: NodeJS.Signals,
  ) => Promise<{ readonly code: number | null; readonly stderr: string }>;
}

const patienceMs = 60_000;

/** A recorder in a process of its own, on a simulated feed that outlives it. */
export function startRecorder(url: string, db: string, setting: RecorderSetting = {}): Recorder {
  const args = ['run', '--simulator', url, '--db', db, '--no-http', '--log-level', 'debug'];
  const child = spawn(process.execPath, [join(root, 'bin/oddstream.js'), ...args], {
    cwd: root,
    env: { ...plainEnvironment(), ...setting.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(setting.uid !== undefined && { uid: setting.uid, gid: setting.uid }),
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (out += chunk));
  const stderr = text(child.stderr);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const count = (event: string): number => out.split(`"event":"${event}"`).length - 1;
  return {
    count,
    logs: async (event, times) => {
      const [wanted, until] = [count(event) + times, Date.now() + patienceMs];
      while (count(event) < wanted) {
        if (Date.now() > until || child.exitCode !== null) {
          throw new Error(`${event} was not logged: ${out.split('\n').slice(-3).join(' ')}`);
        }
        await wait(50);
      }
    },
    end: async (signal) => {
      if (signal !== undefined) child.kill(signal);
      const timer = setTimeout(() => child.kill('SIGKILL'), patienceMs);
      const code = await ended;
      clearTimeout(timer);
      return { code, stderr: await stderr };
    },
  };
}

export function startFeed(seed: number): Promise<LaunchedSimulator> {
  const now = Date.now();
  return launchSimulator({
    seed,
    racesPerDay: 60,
    speed: 60,
    port: 0,
    origin: { real: now, simulated: now },
  });
}
