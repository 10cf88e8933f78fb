import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { root } from '../support/process.ts';

/** A feed that runs in a process of its own, and ends with this one. */
export interface FeedProcess {
  readonly url: string;
  stop(): Promise<void>;
}

/** Runs a script of `test/faults` that prints its address as one line of JSON, and ends with its standard input. */
export async function scriptProcess(script: string, args: readonly string[]): Promise<FeedProcess> {
  const path = join(root, 'test/faults', script);
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const early = ended.then(() => Promise.reject(new Error(`${script} ended before it listened.`)));
  const [line] = (await Promise.race([once(createInterface(child.stdout), 'line'), early])) as [string];
  // Its end is awaited where it is stopped.
  early.catch(() => undefined);
  return {
    url: (JSON.parse(line) as { url: string }).url,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
