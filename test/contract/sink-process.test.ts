import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { tables } from '../../src/domain/tables.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import { allTables } from '../../src/sinks/appwrite/selection.ts';
import { AppwriteSink } from '../../src/sinks/appwrite/sink.ts';
import { openDeadLetters } from '../../src/journal/dead-letter-box.ts';
import { openJournal, readSource } from '../../src/journal/journal.ts';
import { simulatedScheduler } from '../../src/streams/clock.ts';
import { startAppwrite } from '../support/appwrite/standin.ts';
import type { AppwriteStandIn, Fault, FaultHandle } from '../support/appwrite/standin.ts';
import { start, temporaryDirectory } from '../support/process.ts';
import type { Running } from '../support/process.ts';
import { simulatorProcess } from '../support/sink-processes.ts';
import type { SimulatorProcess } from '../support/sink-processes.ts';
import { databaseId, differences, makeSchema } from '../support/sink.ts';

/** Ten minutes of the recorder's clock are five seconds. */
const speed = 120;
const from = '2026-02-28T03:00:00Z';
const history = allTables().filter(({ table }) => tables[table.id].kind === 'history');
const directory = temporaryDirectory();
const file = join(directory.path, 'journal.db');

let server: AppwriteStandIn;
let simulator: SimulatorProcess;

function access() {
  const { endpoint, projectId, key } = server;
  return { endpoint, projectId, key: new Secret(key), databaseId };
}

function recorder() {
  const env = {
    APPWRITE_ENDPOINT: server.endpoint,
    APPWRITE_PROJECT_ID: server.projectId,
    APPWRITE_API_KEY: server.key,
    APPWRITE_DATABASE_ID: databaseId,
  };
  return start(['run', '--simulator', simulator.url, '--db', file, '--log-level', 'debug'], { env });
}

/** What goes wrong, one after the other. */
const faults: Fault[] = [
  { kind: 'down' },
  { kind: 'slow', ms: 5_000 },
  { kind: 'rate-limit' },
  { kind: 'error', every: 3 },
  { kind: 'reset', applied: true, every: 2 },
  { kind: 'missing-column', table: 'money_flow_history', column: 'betPercentage' },
  { kind: 'hang', applied: true },
];

/** Polls that end while each thing goes wrong. */
const pollsOfEach = 20;

/** Delivers what was left when the recorder was stopped. */
async function deliverRest(): Promise<boolean> {
  const source = readSource(file);
  if (source?.kind !== 'simulator') throw new Error('The journal must be of a simulator.');
  const scheduler = simulatedScheduler(source.clock);
  const journal = openJournal(file, { source, now: () => scheduler.now() });
  const sink = new AppwriteSink(openAppwrite(access()), journal, {
    ...{ selection: allTables(), batchRows: 100, inFlight: 2, lingerMs: 30_000, scheduler },
    log: () => undefined,
    random: () => 0.5,
  });
  sink.start();
  const whole = await sink.flush(500_000);
  await sink.stop(100);
  journal.close();
  return whole;
}

/** Waits until a fault has met a write. */
async function hasMet({ kind }: Fault, handle: FaultHandle, { says }: Running): Promise<void> {
  // Those that are down meet nobody, and a column that is not there counts nothing.
  if (kind === 'down') return;
  if (kind === 'missing-column') return says('has no column');
  while (handle.hits === 0) await wait(20);
}

beforeAll(async () => {
  server = await startAppwrite();
  await makeSchema(openAppwrite(access()));
  simulator = await simulatorProcess({ from, seed: 5, races: 60, speed });
  const running = recorder();
  await running.says('import.finished');
  await running.says('sink.delivered');
  for (const fault of faults) {
    const met = server.faults.add(fault);
    await hasMet(fault, met, running);
    // That this comes to an end shows that no poll waits for Appwrite.
    await running.says('"poll.', running.printed().split('"poll.').length - 1 + pollsOfEach);
    await met.clear();
  }
  running.child.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
});

afterAll(async () => {
  await simulator.stop();
  await server.close();
  directory.remove();
});

describe('a recorder whose Appwrite fails in every way, one after the other', () => {
  it('has every row there once afterwards', async () => {
    expect(await deliverRest()).toBe(true);
    const box = openDeadLetters(file);
    expect(box.list()).toEqual([]);
    box.close();
    expect(differences({ file }, server)).toEqual([]);
    for (const { table } of history) expect(server.ledger.repeated(table.id)).toEqual([]);
  });
});
