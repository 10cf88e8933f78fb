import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import type { TableName } from '../../src/domain/tables.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import { allTables } from '../../src/sinks/appwrite/selection.ts';
import { launchSimulator } from '../../src/sources/simulator/launch.ts';
import { startAppwrite } from '../support/appwrite/standin.ts';
import type { AppwriteStandIn } from '../support/appwrite/standin.ts';
import { oddstream, temporaryDirectory } from '../support/process.ts';
import type { Ended } from '../support/process.ts';
import { racedayOrigin } from '../support/raceday.ts';
import { databaseId, differences, makeSchema } from '../support/sink.ts';

const all = allTables().map(({ table }) => table.id);

interface World {
  readonly server: AppwriteStandIn;
  readonly db: string;
  readonly importInto: (key: string, database?: string) => Promise<Ended>;
}

async function world(made: readonly TableName[]): Promise<World> {
  const server = await startAppwrite();
  const { endpoint, projectId } = server;
  await makeSchema(openAppwrite({ endpoint, projectId, key: new Secret(server.key), databaseId }), made);
  const simulator = await launchSimulator({
    ...{ seed: 3, racesPerDay: 6, speed: 1, port: 0 },
    origin: racedayOrigin(),
  });
  const directory = temporaryDirectory();
  onTestFinished(async () => {
    await simulator.stop();
    await server.close();
    directory.remove();
  });
  const db = join(directory.path, 'journal.db');
  return {
    server,
    db,
    importInto: (key, database = databaseId) =>
      oddstream(['import', '--simulator', simulator.url, '--db', db], {
        cwd: directory.path,
        env: {
          APPWRITE_ENDPOINT: endpoint,
          APPWRITE_PROJECT_ID: projectId,
          APPWRITE_API_KEY: key,
          APPWRITE_DATABASE_ID: database,
        },
      }),
  };
}

/** The import itself waits a minute for a server that is only slow. */
const soon = 50_000;

function expectOneLine({ code, stdout, stderr }: Ended, reason: RegExp): void {
  expect(stderr).toMatch(reason);
  expect(stderr.trim().split('\n')).toHaveLength(1);
  expect(stderr).toMatch(/The journal keeps what is not delivered for the next run\.\n$/);
  expect(stdout).toContain('"event":"import.finished"');
  expect(code).toBe(1);
}

describe('an import that Appwrite does not let in', () => {
  it(
    'ends at once and says which scope the key lacks, and the next run delivers',
    async () => {
      const { server, db, importInto } = await world(all);
      const ended = await importInto(server.addKey(['rows.read']));
      expectOneLine(
        ended,
        /^oddstream: .*rows\.write.*: give the API key the scopes rows\.read and rows\.write\. /,
      );
      expect(await importInto(server.key)).toMatchObject({ code: 0, stderr: '' });
      expect(differences({ file: db }, server)).toEqual([]);
    },
    soon,
  );

  it.each([
    [
      'the database is not there',
      'elsewhere',
      /Database.*check APPWRITE_DATABASE_ID, and that APPWRITE_API_KEY is a key of the project APPWRITE_PROJECT_ID; or make/,
    ],
    [
      'a table is not there',
      databaseId,
      /^oddstream: Table .*: make the table with "oddstream schema push"\. /,
    ],
  ])(
    'ends at once when %s',
    async (_, database, reason) => {
      const given = await world(all.filter((table) => table !== 'entrants'));
      const ended = await given.importInto(given.server.key, database);
      expectOneLine(ended, reason);
    },
    soon,
  );
});
