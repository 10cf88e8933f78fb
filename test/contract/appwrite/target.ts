import { randomBytes } from 'node:crypto';
import { AppwriteException, Client, TablesDB, type Models } from 'node-appwrite';
import { afterAll, beforeAll, describe } from 'vitest';
import { startAppwrite } from '../../support/appwrite/standin.ts';

/**
 * What oddstream relies on in Appwrite, tried through node-appwrite on the stand-in and, where
 * `APPWRITE_TEST_ENDPOINT`, `APPWRITE_TEST_PROJECT` and `APPWRITE_TEST_KEY` are set, on a real server (1.9.6,
 * self-hosted, on MariaDB or PostgreSQL). The tests know neither from the other. The key needs the scopes `databases.*`, `tables.*`,
 * `columns.*`, `indexes.*` and `rows.*`.
 */

export interface Access {
  readonly endpoint: string;
  readonly project: string;
  /** Empty: a guest. */
  readonly key: string;
}

export type Values = Record<string, unknown>;
export type Row = Models.Row & Values;

/** A server with a database for one file of tests. */
export interface Target {
  readonly access: Access;
  readonly tables: TablesDB;
  readonly databaseId: string;
  /** The same server with other credentials. */
  readonly as: (other: Partial<Access>) => TablesDB;
}

interface Server {
  readonly name: string;
  readonly open: () => Promise<{ access: Access; close: () => Promise<void> }>;
}

const standIn: Server = {
  name: 'the stand-in',
  open: async () => {
    const server = await startAppwrite();
    return {
      access: { endpoint: server.endpoint, project: server.projectId, key: server.key },
      close: () => server.close(),
    };
  },
};

function realServers(): Server[] {
  const { APPWRITE_TEST_ENDPOINT, APPWRITE_TEST_PROJECT, APPWRITE_TEST_KEY } = process.env;
  const given = [APPWRITE_TEST_ENDPOINT, APPWRITE_TEST_PROJECT, APPWRITE_TEST_KEY];
  if (given.every((value) => value === undefined)) return [];
  const [endpoint, project, key] = given;
  if (endpoint === undefined || project === undefined || key === undefined) {
    throw new Error('APPWRITE_TEST_ENDPOINT, APPWRITE_TEST_PROJECT and APPWRITE_TEST_KEY go together.');
  }
  const open = () => Promise.resolve({ access: { endpoint, project, key }, close: () => Promise.resolve() });
  return [{ name: endpoint, open }];
}

export function connect({ endpoint, project, key }: Access): TablesDB {
  const client = new Client().setEndpoint(endpoint).setProject(project);
  return new TablesDB(key === '' ? client : client.setKey(key));
}

/**
 * A column of the type that an inline `string` has; the SDK would rather have `varchar` or `text`, which are other
 * types.
 */
export function createString(
  tables: TablesDB,
  column: { databaseId: string; tableId: string; key: string; size: number; required: boolean },
): Promise<Models.ColumnString> {
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  return tables.createStringColumn(column);
}

/** Milliseconds for a test, of which it may wait so many for one thing that a server makes by and by. */
const testMs = 120_000;
const patienceMs = 50_000;

/** Declares tests for each server; each file has a database of its own, gone afterwards. */
export function contract(subject: string, tests: (target: () => Target) => void): void {
  for (const server of [standIn, ...realServers()]) {
    describe(`${subject}, on ${server.name}`, { timeout: testMs }, () => {
      let target: Target | undefined;
      let close = (): Promise<void> => Promise.resolve();

      beforeAll(async () => {
        const opened = await server.open();
        close = opened.close;
        const { access } = opened;
        const tables = connect(access);
        const databaseId = uniqueId('contract');
        await tables.create({ databaseId, name: `Contract: ${subject}` });
        target = { access, tables, databaseId, as: (other) => connect({ ...access, ...other }) };
      }, testMs);
      afterAll(async () => {
        await target?.tables.delete({ databaseId: target.databaseId });
        await close();
      }, testMs);
      tests(() => {
        if (!target) throw new Error('The server is not open.');
        return target;
      });
    });
  }
}

export function uniqueId(of: string): string {
  return `${of}-${randomBytes(6).toString('hex')}`;
}

export interface Refused {
  readonly code: number;
  readonly type: string;
  readonly message: string;
  /** The body as it came. */
  readonly response: string;
}

/** The error that a call ends with; a call that succeeds is one. */
export async function refusal(call: Promise<unknown>): Promise<Refused> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof AppwriteException)) throw error;
    const { code, type, message, response } = error;
    return { code, type, message, response };
  }
  throw new Error('It was not refused.');
}

/** Asks until the answer satisfies, for at most {@link patienceMs}. */
export async function eventually<T>(ask: () => Promise<T>, satisfies: (answer: T) => boolean): Promise<T> {
  const patience = Date.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (satisfies(answer)) return answer;
    if (Date.now() > patience) throw new Error(`Still ${JSON.stringify(answer)}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
