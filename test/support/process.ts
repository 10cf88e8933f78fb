import { spawn } from 'node:child_process';
import type { ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
  /** Everything printed so far. */
  readonly printed: () => string;
  /** Resolves as soon as standard output holds a text, `times` times; default once. */
  readonly says: (part: string, times?: number) => Promise<void>;
}

/** What of this environment a process of a test is given: how to find Node, and a clock that is set (test/long/clocks.ts). */
const handedOn = [
  ...['PATH', 'NODE_COMPILE_CACHE'],
  ...['LD_PRELOAD', 'FAKETIME', 'FAKETIME_DONT_FAKE_MONOTONIC', 'FAKETIME_DONT_RESET', 'NO_FAKE_STAT'],
];

/** Returns the environment for a process of a test, without settings of this machine. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    handedOn.flatMap((name) => (name in process.env ? [[name, process.env[name]]] : [])),
  );
}

/** The real command in a process of its own, without settings of this machine, and serving nothing unless asked to. */
export function start(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Running {
  const child = spawn(process.execPath, [join(root, 'bin/oddstream.js'), ...args], {
    cwd: options.cwd ?? root,
    env: { ...plainEnvironment(), ODDSTREAM_HTTP: 'off', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  const listeners = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    out += chunk;
    for (const listener of listeners) listener();
  });
  const stderr = text(child.stderr);
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code) => {
      void stderr.then((all) => {
        resolve({ code, stdout: out, stderr: all });
      });
    });
  });
  const says = (part: string, times = 1): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (times === 1 ? !out.includes(part) : out.split(part).length <= times) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
      void ended.then(({ stderr: all }) => {
        reject(new Error(`It ended before it said ${part}: ${all}`));
      });
    });
  return { child, ended, printed: () => out, says };
}

/** Runs the real command to its end. */
export function oddstream(
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Promise<Ended> {
  return start(args, options).ended;
}

/** A directory of a test's own, and how to take it away. */
export function temporaryDirectory(): { readonly path: string; readonly remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'oddstream-'));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}
