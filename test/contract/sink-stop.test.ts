import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Change } from '../../src/domain/tables.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import { Secret } from '../../src/domain/secret.ts';
import { startAppwrite } from '../support/appwrite/standin.ts';
import type { AppwriteStandIn, Fault, FaultHandle } from '../support/appwrite/standin.ts';
import { start, temporaryDirectory } from '../support/process.ts';
import type { Running } from '../support/process.ts';
import { racedayStart } from '../support/raceday.ts';
import { databaseId, differences, insert, makeSchema, sinkWorld, uuid } from '../support/sink.ts';

/** Longer than any test takes, in real time too. */
const forever = 10 ** 9;

const made = ['races', 'odds_history'] as const;

/** Prices of a race that is far from its jump, so that they are waited with. */
function prices(from: number, count: number): Change[] {
  return Array.from({ length: count }, (_, index) =>
    insert('odds_history', { id: String(from + index).padStart(32, '0'), race_id: uuid(1) }),
  );
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(10);
}

describe('a sink that stops', () => {
  it('delivers what it gathered, and does not wait for more', async () => {
    const { journal, server, deliver } = await sinkWorld({ made });
    // So long it would gather: for it a test does not wait.
    const sink = deliver({ lingerMs: forever });
    journal.commit([insert('races', { race_id: uuid(1) }), ...prices(1, 250)]);
    await sink.flush(500_000);
    journal.commit(prices(1_000, 130));
    expect(server.rows('odds_history')).toHaveLength(250);
    await sink.stop(forever);
    expect(differences(journal, server, made)).toEqual([]);
    expect(server.ledger.repeated()).toEqual([]);
  });

  it('tries again what fails by chance', async () => {
    const { journal, server, deliver } = await sinkWorld({ made });
    const sink = deliver({ lingerMs: forever });
    journal.commit(prices(1, 10));
    await sink.flush(500_000);
    journal.commit(prices(1_000, 350));
    server.faults.add({ kind: 'error', every: 2 });
    await sink.stop(forever);
    expect(differences(journal, server, made)).toEqual([]);
  });

  it('starts no other call when its time is over', async () => {
    const { journal, server, deliver } = await sinkWorld({ made });
    const slow = server.faults.add({ kind: 'slow', ms: 150 });
    journal.commit(prices(1, 100));
    const sink = deliver({ batchRows: 10 });
    await until(() => slow.hits > 0);
    await sink.stop(400);
    const { hits } = slow;
    expect(hits).toBeLessThan(10);
    await wait(300);
    expect(slow.hits).toBe(hits);
  });

  it('gives a call up that does not end, and loses nothing by it', async () => {
    const { journal, deliver, server } = await sinkWorld({ made });
    const hang = server.faults.add({ kind: 'hang', applied: true });
    journal.commit(prices(1, 250));
    const sink = deliver();
    await until(() => hang.hits > 0);
    await sink.stop(200);
    await hang.clear();
    expect(await deliver().flush(500_000)).toBe(true);
    expect(differences(journal, server, made)).toEqual([]);
    expect(server.ledger.repeated()).toEqual([]);
  });

  it('does not wait long for an Appwrite that is down, and tells what is left', async () => {
    const { journal, deliver, server, told } = await sinkWorld({ made });
    const sink = deliver({ lingerMs: forever });
    journal.commit(prices(1, 10));
    await sink.flush(500_000);
    journal.commit(prices(1_000, 20));
    server.faults.add({ kind: 'down' });
    await sink.stop(forever);
    expect(told.at(-1)).toMatchObject({ event: 'sink.lagging', fields: { lag_rows: 20 } });
  });
});

interface Recorder {
  readonly service: Running;
  readonly server: AppwriteStandIn;
  readonly db: string;
  /** The same recorder again. */
  readonly restart: () => Running;
  readonly met: FaultHandle | null;
}

/** The recorder at sixty times real time, with an Appwrite. */
async function recorder(): Promise<Recorder> {
  const begun = await started();
  await begun.service.says('import.finished');
  await begun.service.says('poll.changed');
  return begun;
}

/** @param fault what the Appwrite does from the beginning */
async function started(fault?: Fault): Promise<Recorder> {
  const server = await startAppwrite();
  const directory = temporaryDirectory();
  const { endpoint, projectId, key } = server;
  await makeSchema(openAppwrite({ endpoint, projectId, key: new Secret(key), databaseId }));
  const db = join(directory.path, 'journal.db');
  const env = {
    APPWRITE_ENDPOINT: endpoint,
    APPWRITE_PROJECT_ID: projectId,
    APPWRITE_API_KEY: key,
    APPWRITE_DATABASE_ID: databaseId,
    // Ten minutes of its clock: what it delivers but for the first rows, it delivers when it is stopped.
    APPWRITE_LINGER: '600',
  };
  const met = fault === undefined ? null : server.faults.add(fault);
  const restart = (): Running =>
    start(['run', '--db', db, '--races', '24', '--origin', racedayStart, '--speed', '60'], { env });
  const service = restart();
  onTestFinished(async () => {
    service.child.kill('SIGKILL');
    await service.ended;
    await server.close();
    directory.remove();
  });
  return { service, server, db, restart, met };
}

describe('run with an Appwrite', () => {
  it('delivers the rest when it is asked to stop, or says how much is left for the next start', async () => {
    const { service, server, db, restart } = await recorder();
    service.child.kill('SIGTERM');
    const { code, stderr, stdout } = await service.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    // A busy machine may have been too slow for all of it.
    for (let last = stdout; last.includes('"sink.lagging"');) {
      const next = restart();
      await next.says('import.finished');
      next.child.kill('SIGTERM');
      last = (await next.ended).stdout;
    }
    expect(server.rows('odds_history').length).toBeGreaterThan(200);
    expect(differences({ file: db }, server)).toEqual([]);
  });

  it('drains when it is asked while it reads back, and reads back at its next start', async () => {
    const { service, restart, met } = await started({ kind: 'hang' });
    await service.says('service.started');
    await until(() => (met?.hits ?? 0) > 0);
    service.child.kill('SIGTERM');
    const { code, stderr, stdout } = await service.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('service.stopped');
    expect(stdout).not.toContain('import.started');
    await met?.clear();
    const next = restart();
    await next.says('sink.read_back"');
    await next.says('import.finished');
    next.child.kill('SIGTERM');
    expect((await next.ended).code).toBe(0);
  });

  it('ends at once when it is asked twice', async () => {
    const { service, server } = await recorder();
    const hang = server.faults.add({ kind: 'hang' });
    service.child.kill('SIGTERM');
    await until(() => hang.hits > 0);
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(143);
  });
});
