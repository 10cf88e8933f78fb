import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import { startAppwrite } from '../../test/support/appwrite/standin.ts';
import type { AppwriteStandIn, Fault } from '../../test/support/appwrite/standin.ts';
import { root, start, temporaryDirectory } from '../../test/support/process.ts';
import type { Running } from '../../test/support/process.ts';
import { simulatorProcess } from '../../test/support/sink-processes.ts';
import type { SimulatorProcess } from '../../test/support/sink-processes.ts';
import { databaseId, makeSchema } from '../../test/support/sink.ts';
import { expectBelow } from './bounded.ts';

/** Ten minutes of the recorder's clock are five seconds. */
const speed = 120;
const minute = 60_000;
const from = '2026-02-28T03:00:00Z';
const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, `${name}.db`);

let server: AppwriteStandIn;
let simulator: SimulatorProcess;

function access() {
  const { endpoint, projectId, key } = server;
  return { endpoint, projectId, key: new Secret(key), databaseId };
}

/** The real recorder, with and without the Appwrite. */
const names = ['with', 'without'] as const;
type Name = (typeof names)[number];

function recorder(name: Name) {
  const env = {
    APPWRITE_ENDPOINT: server.endpoint,
    APPWRITE_PROJECT_ID: server.projectId,
    APPWRITE_API_KEY: server.key,
    APPWRITE_DATABASE_ID: databaseId,
  };
  const args = ['run', '--simulator', simulator.url, '--db', file(name)];
  const preload = pathToFileURL(join(root, 'test/support/heap-tell.ts')).href;
  const own = { NODE_OPTIONS: `--import=${preload}` };
  return start(args, { env: name === 'with' ? { ...own, ...env } : own });
}

/** Bytes that a recorder holds, garbage left out. */
async function held({ child, says, printed }: Running, time: number): Promise<number> {
  child.kill('SIGUSR2');
  await says(`heap ${time}: `);
  return Number(new RegExp(`heap ${time}: (\\d+)`).exec(printed())?.[1]);
}

/** What goes wrong, one after the other, and for how many real milliseconds. */
const faults: [Fault, number][] = [
  [{ kind: 'down' }, 5_000],
  [{ kind: 'slow', ms: 5_000 }, 5_200],
  [{ kind: 'rate-limit' }, 1_000],
  [{ kind: 'error', every: 3 }, 1_500],
  [{ kind: 'reset', applied: true, every: 2 }, 1_500],
  [{ kind: 'missing-column', table: 'money_flow_history', column: 'betPercentage' }, 1_000],
  [{ kind: 'hang', applied: true, times: 1 }, 500],
];

/** Bytes held while each thing goes wrong, at its end. */
const memory: Record<Name, number[]> = { with: [], without: [] };

beforeAll(async () => {
  server = await startAppwrite();
  await makeSchema(openAppwrite(access()));
  simulator = await simulatorProcess({ from, seed: 5, races: 60, speed });
  const running = { with: recorder('with'), without: recorder('without') };
  for (const name of names) await running[name].says('import.finished');
  await running.with.says('sink.delivered');
  const look = async (): Promise<void> => {
    for (const name of names) memory[name].push(await held(running[name], memory[name].length + 1));
  };
  for (const [fault, ms] of faults) {
    const met = server.faults.add(fault);
    await wait(ms);
    await look();
    await met.clear();
  }
  for (const name of names) running[name].child.kill('SIGTERM');
  for (const name of names) expect((await running[name].ended).code).toBe(0);
});

afterAll(async () => {
  await simulator.stop();
  await server.close();
  directory.remove();
});

function read<T>(name: Name, sql: string): T[] {
  const db = new DatabaseSync(file(name), { readOnly: true });
  try {
    return db.prepare(sql).all() as T[];
  } finally {
    db.close();
  }
}

describe('a recorder whose Appwrite fails in every way, one after the other', () => {
  it('never has a poll wait for it', () => {
    const [having, lacking] = [lateness('with'), lateness('without')];
    expect(having.length).toBeGreaterThan(0.6 * lacking.length);
    // A poll that waited for one slow answer would be ten minutes late; a machine that is busy makes all of them late.
    for (const part of [0.5, 0.75]) {
      const bound = (1.5 * at(lacking, part) + 4 * minute) / 1000;
      expectBelow(
        `lateness beside a failing Appwrite, ${part * 100} of 100`,
        at(having, part) / 1000,
        bound,
        's',
      );
    }
  });

  it('takes no more memory for what waits', () => {
    expect(memory.with).toHaveLength(faults.length);
    // The first two find it busy with what the import brought.
    const more = memory.with.map((bytes, index) => (bytes - (memory.without[index] ?? 0)) / 2 ** 20).slice(2);
    expectBelow('memory beside a failing Appwrite', Math.max(...more), 24, 'MB more');
  });
});

/** Milliseconds of the recorder's clock by which polls were late, in order; the first one of a race is as it comes. */
function lateness(name: Name): number[] {
  const sql = `SELECT lateness_ms AS ms FROM (
    SELECT lateness_ms, row_number() OVER (PARTITION BY race_id ORDER BY started_at) AS number FROM polls)
    WHERE number > 1 ORDER BY ms`;
  return read<{ ms: number }>(name, sql).map(({ ms }) => ms);
}

function at(sorted: readonly number[], part: number): number {
  return sorted[Math.floor(sorted.length * part)] ?? NaN;
}
