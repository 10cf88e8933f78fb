import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A script of `bench/` in a process of its own. */
export interface ScriptProcess<T> {
  readonly child: ChildProcess;
  /** Its first line of output. */
  readonly greeting: T;
}

/** Starts a script that prints a line of JSON when it is ready. It ends with its standard input, or by a signal. */
export async function startScript<T>(script: string, args: readonly string[]): Promise<ScriptProcess<T>> {
  const child = spawn(process.execPath, [pathOf(script), ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(() =>
    Promise.reject(new Error(`${script} ended before it was ready.`)),
  );
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), ended])) as [string];
  return { child, greeting: JSON.parse(line) as T };
}

/** Ends a process and waits for that. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

export function pathOf(script: string): string {
  return fileURLToPath(new URL(script, import.meta.url));
}

/** Linux counts a process's time in hundredths of a second, whatever the machine. */
const ticksPerSecond = 100;

/** CPU seconds that a process has taken with all its threads, user and system. Linux only. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // Its second field is a name in brackets, which can hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}
