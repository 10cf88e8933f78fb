import { setTimeout as wait } from 'node:timers/promises';
import { TablesDBIndexType } from 'node-appwrite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appwriteTable } from '../../src/sinks/appwrite/appwrite-tables.ts';
import { Secret } from '../../src/domain/secret.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import type { Appwrite } from '../../src/sinks/appwrite/client.ts';
import { isComplete } from '../../src/sinks/appwrite/schema-plan.ts';
import { SchemaError, planSchema, pushSchema } from '../../src/sinks/appwrite/schema-push.ts';
import type { SchemaOptions } from '../../src/sinks/appwrite/schema-push.ts';
import { readTable } from '../../src/sinks/appwrite/schema-read.ts';
import { allTables } from '../../src/sinks/appwrite/selection.ts';
import { startAppwrite } from '../support/appwrite/standin.ts';
import type { AppwriteStandIn, Fault } from '../support/appwrite/standin.ts';
import { oddstream, start } from '../support/process.ts';
import { createString } from './appwrite/target.ts';

const everything: SchemaOptions = { tables: allTables().map(({ table }) => table), permissions: [] };
const few: SchemaOptions = {
  tables: [appwriteTable('bets'), appwriteTable('gaps')],
  permissions: ['read("any")'],
};

let server: AppwriteStandIn;
const opened: Appwrite[] = [];
let databases = 0;

beforeAll(async () => {
  server = await startAppwrite({ processingMs: 10 });
});

afterAll(async () => {
  await Promise.all(opened.map((appwrite) => appwrite.close()));
  await server.close();
});

/** A database of its own, which is not made yet. */
function database(): Appwrite {
  const { endpoint, projectId, key } = server;
  const databaseId = `database-${++databases}`;
  const appwrite = openAppwrite({ endpoint, projectId, key: new Secret(key), databaseId });
  opened.push(appwrite);
  return appwrite;
}

const quiet = (): void => undefined;

async function complete(appwrite: Appwrite, schema = everything): Promise<boolean> {
  const { hasDatabase, tables } = await planSchema(appwrite, schema);
  return hasDatabase && tables.every((plan) => isComplete(plan) && plan.conflicts.length === 0);
}

/** A table of an older oddstream, which lacks some columns and the index. */
async function olderBets(appwrite: Appwrite): Promise<void> {
  const { databaseId } = appwrite;
  await appwrite.ask((tables) => tables.create({ databaseId, name: 'older' }));
  await appwrite.ask((tables) =>
    tables.createTable({
      databaseId,
      tableId: 'bets',
      name: 'My bets',
      permissions: ['read("users")'],
      columns: [
        { key: 'raceId', type: 'string', size: 100 },
        { key: 'note', type: 'string', size: 10 },
        { key: 'observedAt', type: 'datetime' },
        ...['title', 'description', 'legs'].map((key) => ({ key, type: 'string', size: 1_000_000 })),
      ],
    }),
  );
}

describe('schema push', () => {
  it('makes everything, and changes nothing the second time', async () => {
    const appwrite = database();
    const lines: string[] = [];
    await pushSchema(appwrite, everything, (line) => lines.push(line));
    expect(lines).toHaveLength(1 + everything.tables.length);
    expect(await complete(appwrite)).toBe(true);

    server.requests.clear();
    await pushSchema(appwrite, everything, (line) => lines.push(line));
    expect(lines).toHaveLength(1 + everything.tables.length);
    expect(new Set(server.requests.all.map(({ method }) => method))).toEqual(new Set(['GET']));
  });

  it('adds to a table what it lacks, and leaves the rest of it', async () => {
    const appwrite = database();
    await olderBets(appwrite);
    await pushSchema(appwrite, few, quiet);
    expect(await complete(appwrite, few)).toBe(true);
    const bets = await readTable(appwrite, 'bets');
    expect(bets).toMatchObject({ name: 'My bets', permissions: ['read("users")', 'read("any")'] });
    expect(bets?.columns.map(({ key }) => key)).toEqual(expect.arrayContaining(['note', 'raceId', 'seq']));
    expect(bets?.columns.find(({ key }) => key === 'raceId')?.size).toBe(100);
    const statuses = [...(bets?.columns ?? []), ...(bets?.indexes ?? [])].map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(['available']));
  });

  it.each<[string, (skip: number) => Fault]>([
    ['before any step', (skip) => ({ kind: 'error', skip })],
    ['after any step, which was made', (skip) => ({ kind: 'reset', applied: true, skip })],
  ])('is complete when it was cut off %s, and run again', async (_, faultAt) => {
    for (let skip = 0, cut = true; cut; skip++) {
      const appwrite = database();
      await olderBets(appwrite);
      const fault = server.faults.add(faultAt(skip));
      cut = await pushSchema(appwrite, few, quiet).then(
        () => false,
        () => true,
      );
      await fault.clear();
      await pushSchema(appwrite, few, quiet);
      expect(await complete(appwrite, few), `cut off after ${skip} requests`).toBe(true);
      if (!cut) expect(skip).toBeGreaterThan(12);
    }
  });

  it.each<
    [string, (at: { databaseId: string; tableId: string }, appwrite: Appwrite) => Promise<unknown>, RegExp]
  >([
    [
      'a shorter text',
      (at, appwrite) =>
        appwrite.ask((tables) => createString(tables, { ...at, key: 'list', size: 20, required: false })),
      /^bets\.list is string of 20 characters, and must be string of 255 characters\.$/,
    ],
    [
      'another type',
      (at, appwrite) =>
        appwrite.ask((tables) => tables.createBooleanColumn({ ...at, key: 'stake', required: false })),
      /^bets\.stake is boolean, and must be double\.$/,
    ],
    [
      'a required column of somebody else',
      (at, appwrite) =>
        appwrite.ask((tables) => tables.createBooleanColumn({ ...at, key: 'mine', required: true })),
      /^bets\.mine is required, and oddstream does not fill it: make it optional\.$/,
    ],
    [
      'a unique index',
      (at, appwrite) =>
        appwrite.ask((tables) =>
          tables.createIndex({ ...at, key: 'once', type: TablesDBIndexType.Unique, columns: ['raceId'] }),
        ),
      /^bets\.once is a unique index: rows would be lost without a word\. Delete it\.$/,
    ],
  ])('refuses %s by name, and changes nothing', async (_, spoil, message) => {
    const appwrite = database();
    await olderBets(appwrite);
    await spoil({ databaseId: appwrite.databaseId, tableId: 'bets' }, appwrite);
    const before = await readTable(appwrite, 'bets');
    const pushed = await pushSchema(appwrite, few, quiet).catch((error: unknown) => error);
    expect(pushed).toBeInstanceOf(SchemaError);
    expect((pushed as SchemaError).message).toMatch(message);
    expect((await readTable(appwrite, 'bets'))?.columns).toHaveLength(before?.columns.length ?? 0);
    expect(await readTable(appwrite, 'gaps')).toBeNull();
  });

  it('names a column that the server could not make', async () => {
    const appwrite = database();
    await olderBets(appwrite);
    const fault = server.faults.add({ kind: 'schema', outcome: 'failed', key: 'stake' });
    const pushed = await pushSchema(appwrite, few, quiet).catch((error: unknown) => error);
    await fault.clear();
    expect(pushed).toEqual(
      new SchemaError('bets.stake is failed: delete it in the console, and push again.'),
    );
  });
});

describe('the command schema', () => {
  const command = (words: string[], env: NodeJS.ProcessEnv = {}) =>
    oddstream(['schema', ...words, '--db', '/nowhere.db'], {
      env: {
        APPWRITE_ENDPOINT: server.endpoint,
        APPWRITE_PROJECT_ID: server.projectId,
        APPWRITE_API_KEY: server.key,
        APPWRITE_DATABASE_ID: 'by-command',
        APPWRITE_TABLES: 'races,odds_history:fixed_win',
        APPWRITE_READ: 'any',
        ...env,
      },
    });

  it('tells what lacks with an estimate, adds it, and then has nothing to add', async () => {
    const plan = await command(['plan']);
    expect(plan).toMatchObject({ code: 0, stderr: '' });
    expect(plan.stdout).toMatch(/\+ odds_history \(OddsHistory\): 10 columns, 2 indexes\n/);
    expect(plan.stdout).toMatch(/Rows written in a month, for T,H,G races in NZ,AUS:\n +races +[\d,]+\n/);
    expect(plan.stdout).toContain('Not measured');

    const push = await command(['push']);
    expect(push).toMatchObject({ code: 0, stderr: '' });
    expect(push.stdout).toMatch(/^database by-command: made\nraces: made, 33 columns, 3 indexes\n/);
    const again = await command(['push']);
    expect(again.stdout).toBe('Nothing to add: the database has everything.\n');
  });

  it.each([4, 13])('is complete when it was killed at its request %d, and run again', async (skip) => {
    const appwrite = database();
    await olderBets(appwrite);
    const env = {
      APPWRITE_ENDPOINT: server.endpoint,
      APPWRITE_PROJECT_ID: server.projectId,
      APPWRITE_API_KEY: server.key,
      APPWRITE_DATABASE_ID: appwrite.databaseId,
      APPWRITE_TABLES: 'bets,gaps',
      APPWRITE_READ: 'any',
    };
    const hang = server.faults.add({ kind: 'hang', applied: true, skip });
    const push = start(['schema', 'push', '--db', '/nowhere.db'], { env });
    while (hang.hits === 0) await wait(10);
    push.child.kill('SIGKILL');
    await push.ended;
    await hang.clear();
    expect(await complete(appwrite, few)).toBe(false);
    expect(await command(['push'], env)).toMatchObject({ code: 0, stderr: '' });
    expect(await complete(appwrite, few)).toBe(true);
  });

  it('fails with one line when the key is wrong, lacks scopes, or a definition is in the way', async () => {
    const wrong = await command(['push'], { APPWRITE_API_KEY: 'standard_wrong' });
    expect(wrong).toMatchObject({ code: 1, stdout: '' });
    expect(wrong.stderr).toMatch(
      /^oddstream: The current user is not authorized.*: check APPWRITE_API_KEY, and that it is a key of this project\.\n$/,
    );
    const poor = await command(['push'], { APPWRITE_API_KEY: server.addKey(['rows.read']) });
    expect(poor).toMatchObject({ code: 1, stdout: '' });
    expect(poor.stderr).toMatch(/^oddstream: .*missing scopes.*: give the key the scopes databases.*\n$/);
    const appwrite = database();
    await olderBets(appwrite);
    const at = { databaseId: appwrite.databaseId, tableId: 'bets' };
    await appwrite.ask((tables) => tables.createBooleanColumn({ ...at, key: 'stake', required: false }));
    const conflict = await command(['plan'], {
      APPWRITE_DATABASE_ID: appwrite.databaseId,
      APPWRITE_TABLES: 'bets',
    });
    expect(conflict).toMatchObject({ code: 1 });
    expect(conflict.stderr).toBe('oddstream: bets.stake is boolean, and must be double.\n');
  });
});
