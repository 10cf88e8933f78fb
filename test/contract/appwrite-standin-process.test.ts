import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { root, temporaryDirectory } from '../support/process.ts';
import { raceTable, row } from './appwrite/race-table.ts';
import { connect, refusal, type Target } from './appwrite/target.ts';

interface Greeting {
  readonly endpoint: string;
  readonly projectId: string;
  readonly key: string;
  readonly url: string;
  readonly control: string;
}

/** The stand-in as a process of its own. */
async function serve(...args: string[]) {
  const script = join(root, 'test/support/appwrite/serve.ts');
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const greeting = JSON.parse(line) as Greeting;
  const { endpoint, projectId, key } = greeting;
  const access = { endpoint, project: projectId, key };
  const target: Target = {
    access,
    tables: connect(access),
    databaseId: 'racing',
    as: (other) => connect({ ...access, ...other }),
  };
  return { child, greeting, target };
}

async function told(url: string, init: RequestInit = {}): Promise<unknown> {
  return (await fetch(url, init)).json();
}

const fault = (body: object): RequestInit => ({ method: 'POST', body: JSON.stringify(body) });

it('is told to fail, and tells what it did, over HTTP', async () => {
  const { child, greeting, target } = await serve('--rows', '50');
  const { control, url } = greeting;
  await target.tables.create({ databaseId: 'racing', name: 'Racing' });
  const table = await raceTable(target);

  const { id } = (await told(`${url}/_standin/faults`, fault({ kind: 'error', times: 1 }))) as { id: number };
  expect((await refusal(table.upsert([row('a')]))).code).toBe(500);
  expect((await table.upsert([row('a')])).total).toBe(1);
  expect(await told(`${control}/faults`)).toMatchObject([{ id, hits: 1 }]);
  expect(await told(`${control}/faults/${id}`, { method: 'DELETE' })).toEqual([]);
  expect((await fetch(`${control}/faults`, fault({ kind: 'flood' }))).status).toBe(400);

  await told(`${control}/faults`, fault({ kind: 'down' }));
  await expect(table.list()).rejects.toThrow('fetch failed');
  await told(`${control}/faults`, { method: 'DELETE' });
  expect((await table.list()).total).toBe(1);

  const at = `table=${table.tableId}`;
  expect(await told(`${control}/ledger?${at}`)).toMatchObject({ written: 1, repeated: [], events: 1 });
  expect(await told(`${control}/rows?${at}`)).toMatchObject([{ $id: 'a', odds: 3.5 }]);
  expect(await told(`${control}/writes?${at}`)).toMatchObject([{ row: 'a', action: 'create' }]);
  expect(await told(`${control}/requests`)).toMatchObject([{ route: 'create', status: 201 }, {}, {}, {}, {}]);

  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('killed and started again on its file, has what it had', async () => {
  const directory = temporaryDirectory();
  onTestFinished(directory.remove);
  const file = join(directory.path, 'appwrite.db');
  const first = await serve('--file', file);
  await first.target.tables.create({ databaseId: 'racing', name: 'Racing' });
  const table = await raceTable(first.target);
  await table.upsert([row('a')]);
  first.child.kill('SIGKILL');
  await once(first.child, 'exit');
  const port = new URL(first.greeting.url).port;
  const second = await serve('--file', file, '--port', port);
  expect(second.greeting.endpoint).toBe(first.greeting.endpoint);
  expect((await table.get('a')).odds).toBe(3.5);
});
