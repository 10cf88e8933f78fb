import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import { startAppwrite } from '../../test/support/appwrite/standin.ts';
import type { AppwriteStandIn } from '../../test/support/appwrite/standin.ts';
import { serve } from '../../test/support/http.ts';
import { eventPath } from '../../src/sources/tab/paths.ts';
import { createTabClient } from '../../src/sources/tab/client.ts';
import { start, temporaryDirectory } from '../../test/support/process.ts';
import type { Running } from '../../test/support/process.ts';
import { racedayStart } from '../../test/support/raceday.ts';
import { databaseId, makeSchema } from '../../test/support/sink.ts';
import { expectBelow, millisOf } from './bounded.ts';

const directory = temporaryDirectory();

afterAll(() => {
  directory.remove();
});

function run(name: string, races: number, env: NodeJS.ProcessEnv = {}): Running {
  const args = ['run', '--db', join(directory.path, `${name}.db`), '--races', String(races)];
  const service = start([...args, '--origin', racedayStart, '--speed', '60'], { env });
  onTestFinished(() => {
    service.child.kill('SIGKILL');
  });
  return service;
}

describe('a recorder', () => {
  it('says what it records', async () => {
    const took = await millisOf(() => run('first', 60).says('service.started'));
    expectBelow('first line of a recorder', took, 5_000, 'ms');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('ends by %s', async (signal) => {
    const service = run(signal, 60);
    await service.says('poll.changed');
    const took = await millisOf(async () => {
      service.child.kill(signal);
      expect((await service.ended).code).toBe(0);
    });
    expectBelow(`end by ${signal}`, took, 2_000, 'ms');
  });
});

/** A recorder that has rows to deliver when it is told to stop. */
async function delivering(name: string): Promise<{ service: Running; server: AppwriteStandIn }> {
  const server = await startAppwrite();
  onTestFinished(() => server.close());
  const { endpoint, projectId, key } = server;
  await makeSchema(openAppwrite({ endpoint, projectId, key: new Secret(key), databaseId }));
  const service = run(name, 24, {
    APPWRITE_ENDPOINT: endpoint,
    APPWRITE_PROJECT_ID: projectId,
    APPWRITE_API_KEY: key,
    APPWRITE_DATABASE_ID: databaseId,
    APPWRITE_LINGER: '600',
  });
  await service.says('import.finished');
  await service.says('poll.changed');
  return { service, server };
}

describe('a recorder with an Appwrite', () => {
  it('delivers the rest when it is told to stop', async () => {
    const { service } = await delivering('rest');
    const took = await millisOf(async () => {
      service.child.kill('SIGTERM');
      expect((await service.ended).stdout).not.toContain('sink.lagging');
    });
    expectBelow('end with rows to deliver', took, 10_000, 'ms');
  });

  it('ends at once when it is told twice', async () => {
    const { service, server } = await delivering('twice');
    const hang = server.faults.add({ kind: 'hang' });
    service.child.kill('SIGTERM');
    await expect.poll(() => hang.hits).toBeGreaterThan(0);
    const took = await millisOf(async () => {
      service.child.kill('SIGTERM');
      expect((await service.ended).code).toBe(143);
    });
    expectBelow('end by a second signal', took, 1_000, 'ms');
  });
});

describe('a deadline of 300 ms', () => {
  it('is kept by requests of the feed that would never end', async () => {
    const silent = await serve(() => undefined);
    const client = createTabClient({ baseUrl: silent.url, identity: null, connections: 1, deadlineMs: 300 });
    onTestFinished(() => client.close());
    const asked = client.event('r1', new AbortController().signal);
    const took = await millisOf(() => expect(asked).rejects.toThrow(eventPath('r1')));
    expectBelow('a request that is never answered', took, 1_500, 'ms');
  });
});
