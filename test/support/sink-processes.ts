import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Secret } from '../../src/domain/secret.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import type { Appwrite } from '../../src/sinks/appwrite/client.ts';
import type { Fault, RequestEntry, RowWrite } from './appwrite/standin.ts';
import { root } from './process.ts';
import { databaseId } from './sink.ts';

/** A script of `test/support` that runs in a process of its own and has said where it listens. */
interface Served<T> {
  readonly greeting: T;
  readonly stop: () => Promise<void>;
}

async function serve<T>(script: string, args: readonly string[]): Promise<Served<T>> {
  const path = join(root, 'test/support', script);
  const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const lines = createInterface(child.stdout);
  const [line] = (await Promise.race([
    once(lines, 'line'),
    ended.then(() => Promise.reject(new Error(`${script} ended before it listened.`))),
  ])) as [string];
  return {
    greeting: JSON.parse(line) as T,
    stop: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

export interface SimulatorProcess {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** @param from simulated time at which it begins, RFC 3339 */
export async function simulatorProcess(options: {
  from: string;
  seed: number;
  races: number;
  speed: number;
}): Promise<SimulatorProcess> {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { greeting, stop } = await serve<{ url: string }>('sink-simulator.ts', args);
  return { url: greeting.url, stop };
}

/** What the stand-in tells of a table. */
export interface LedgerOf {
  readonly written: number;
  readonly repeated: readonly { readonly row: string; readonly times: number }[];
}

/** A stand-in in a process of its own, asked over its control API. */
export interface StandInProcess {
  /** The settings with which `oddstream` finds it. */
  readonly env: Readonly<Record<string, string>>;
  readonly connect: () => Appwrite;
  readonly rows: (table: string) => Promise<Record<string, unknown>[]>;
  readonly ledger: (table: string) => Promise<LedgerOf>;
  readonly writes: (table: string) => Promise<RowWrite[]>;
  readonly requests: () => Promise<RequestEntry[]>;
  /** Makes something go wrong; resolves with how to end it. */
  readonly fault: (fault: Fault) => Promise<() => Promise<void>>;
  readonly stop: () => Promise<void>;
}

interface Greeting {
  readonly endpoint: string;
  readonly projectId: string;
  readonly key: string;
  readonly control: string;
}

export async function standInProcess(): Promise<StandInProcess> {
  const { greeting, stop } = await serve<Greeting>('appwrite/serve.ts', []);
  const { endpoint, projectId, key, control } = greeting;
  const asked = async <T>(path: string, init: RequestInit = {}): Promise<T> => {
    const answer = await fetch(`${control}/${path}`, init);
    if (!answer.ok) throw new Error(`The stand-in answered ${answer.status} to ${path}.`);
    return (await answer.json()) as T;
  };
  return {
    env: {
      APPWRITE_ENDPOINT: endpoint,
      APPWRITE_PROJECT_ID: projectId,
      APPWRITE_API_KEY: key,
      APPWRITE_DATABASE_ID: databaseId,
    },
    connect: () => openAppwrite({ endpoint, projectId, key: new Secret(key), databaseId }),
    rows: (table) => asked(`rows?table=${table}`),
    ledger: (table) => asked(`ledger?table=${table}`),
    writes: (table) => asked(`writes?table=${table}`),
    requests: () => asked('requests'),
    fault: async (fault) => {
      const { id } = await asked<{ id: number }>('faults', { method: 'POST', body: JSON.stringify(fault) });
      return async () => {
        await asked(`faults/${id}`, { method: 'DELETE' });
      };
    },
    stop,
  };
}

/** Bytes of memory that a process has in use (resident), as the system tells; Linux only. */
export function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error(`Process ${pid} tells no VmRSS.`);
  return Number(kilobytes) * 1024;
}
