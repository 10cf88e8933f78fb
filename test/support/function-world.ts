import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import { launchSimulator } from '../../src/sources/simulator/launch.ts';
import type { LaunchedSimulator } from '../../src/sources/simulator/launch.ts';
import { startAppwrite } from './appwrite/standin.ts';
import type { AppwriteStandIn } from './appwrite/standin.ts';
import { buildFunction, executeFunction } from './function.ts';
import type { Executed } from './function.ts';
import { keyMark, settingsOf, tabMarks } from './leak-marks.ts';
import type { Artefact } from './leak-marks.ts';
import { temporaryDirectory } from './process.ts';
import { clockEnvironment, racedayOrigin } from './raceday.ts';
import { databaseId, makeSchema } from './sink.ts';

/** The clock of the market and of what imports it. */
const origin = racedayOrigin();
const speed = 60;

export interface Given {
  readonly key?: string | null;
  /** Seconds of the runtime's time-out. */
  readonly timeout?: number;
  readonly variables?: Readonly<Record<string, string>>;
}

/** The bundled function, and a market for it of which an hour is a minute; its credentials are marked. */
export interface FunctionWorld {
  readonly directory: string;
  /** Address of the market's feed. */
  readonly feed: () => string;
  /** One execution. */
  readonly execute: (server: AppwriteStandIn, feed: string, given?: Given) => Promise<Executed>;
  /** Everything that executions said. */
  readonly said: readonly Artefact[];
}

/** For one file of tests: it is made before them, and gone after them. */
export function functionWorld(): FunctionWorld {
  const directory = temporaryDirectory();
  const said: Artefact[] = [];
  let entrypoint: string;
  let simulator: LaunchedSimulator;

  beforeAll(async () => {
    entrypoint = await buildFunction(directory.path);
    simulator = await launchSimulator({ seed: 11, racesPerDay: 8, port: 0, speed, origin });
  });

  afterAll(async () => {
    await simulator.stop();
    directory.remove();
  });

  return {
    directory: directory.path,
    feed: () => simulator.url,
    execute: async (server, feed, { key = keyMark.value, timeout = 600, variables = {} } = {}) => {
      const executed = await executeFunction(
        { entrypoint, timeout, headers: key === null ? {} : { 'x-appwrite-key': key } },
        { ...variablesOf(server, feed), ODDSTREAM_FUNCTION_TIMEOUT: String(timeout), ...variables },
      );
      const { logs, errors, body, stderr } = executed;
      const texts = [...logs, ...errors, body, stderr];
      said.push({ place: `execution ${said.length}`, bytes: Buffer.from(texts.join('\n')) });
      return executed;
    },
    said,
  };
}

/** An Appwrite with the schema, which knows the marked key and no other. */
export async function database(): Promise<AppwriteStandIn> {
  const server = await startAppwrite({ key: keyMark.value });
  const { endpoint, projectId } = server;
  await makeSchema(openAppwrite({ endpoint, projectId, key: new Secret(server.key), databaseId }));
  onTestFinished(() => server.close());
  return server;
}

/** The variables of a recorder of a feed, whose clock is the market's. */
export function feedVariables(feed: string): Record<string, string> {
  return {
    ...clockEnvironment(origin, speed),
    ...settingsOf(tabMarks),
    TAB_BASE_URL: feed,
    ODDSTREAM_REQUESTS_PER_SECOND: '1000',
  };
}

/** The variables of a function, as the runtime gives them. */
export function variablesOf({ endpoint, projectId }: AppwriteStandIn, feed: string): Record<string, string> {
  return {
    ...feedVariables(feed),
    APPWRITE_DATABASE_ID: databaseId,
    APPWRITE_FUNCTION_API_ENDPOINT: endpoint,
    APPWRITE_FUNCTION_PROJECT_ID: projectId,
  };
}
