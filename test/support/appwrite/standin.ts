import type { RequestListener } from 'node:http';
import { listTables } from './catalog.ts';
import { control, controlRoot } from './control.ts';
import type { Core } from './core.ts';
import { createFaults } from './faults.ts';
import type { Faults } from './fault-types.ts';
import type { JsonObject } from './json.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { listen } from './listener.ts';
import { settingsOf, type AppwriteOptions } from './options.ts';
import { createRequestLog, type RequestLog } from './requests.ts';
import { allRows, openTable } from './row-table.ts';
import { createAppwriteServer } from './server.ts';
import { openStore } from './store.ts';

export type { AppwriteOptions } from './options.ts';
export type { Fault, FaultHandle, Faults, When } from './fault-types.ts';
export type { Ledger, RowWrite, WriteAction } from './ledger.ts';
export type { RequestEntry, RequestFilter, RequestLog } from './requests.ts';

/** An Appwrite server that is none: real HTTP on the loopback, over a real SQLite database. */
export interface AppwriteStandIn {
  /** For `Client.setEndpoint`. */
  readonly endpoint: string;
  readonly projectId: string;
  /** An API key with every scope. */
  readonly key: string;
  /** Scheme and host of the endpoint. */
  readonly url: string;
  /** Base of the control API; it answers also while the endpoint is down. */
  readonly control: string;
  /** Makes a further API key that has only these scopes. */
  addKey(scopes: readonly string[]): string;
  /** The rows of a table as they are answered, oldest first; of the first database that has such a table. */
  rows(table: string, databaseId?: string): JsonObject[];
  readonly requests: RequestLog;
  readonly ledger: Ledger;
  readonly faults: Faults;
  close(): Promise<void>;
}

/** Starts one. What it keeps is gone when it is closed, unless there is a file. */
export async function startAppwrite(options: AppwriteOptions = {}): Promise<AppwriteStandIn> {
  const settings = settingsOf(options);
  const store = openStore(settings.file);
  const requests = createRequestLog();
  const keys = new Map<string, readonly string[]>([[settings.key, ['*']]]);
  const hold: { answer: RequestListener; control: RequestListener } = {
    answer: () => undefined,
    control: () => undefined,
  };
  const main = await listen((request, response) => {
    const isControl = request.url?.startsWith(controlRoot) === true;
    (isControl ? hold.control : hold.answer)(request, response);
  }, settings.port).catch((error: unknown) => {
    store.close();
    throw error;
  });
  const beside = await listen((request, response) => {
    hold.control(request, response);
  }, 0);
  const core: Core = {
    settings,
    store,
    ledger: createLedger(store),
    faults: createFaults(settings.seed, main),
  };
  const url = `http://127.0.0.1:${main.port}`;
  let closed = false;

  const standIn: AppwriteStandIn = {
    endpoint: `${url}/v1`,
    projectId: settings.projectId,
    key: settings.key,
    url,
    control: `http://127.0.0.1:${beside.port}${controlRoot}`,
    requests,
    ledger: core.ledger,
    faults: core.faults,
    addKey(scopes) {
      const key = `standard_${keys.size}`;
      keys.set(key, scopes);
      return key;
    },
    rows(table, databaseId) {
      const found = listTables(store).find(
        (other) => other.id === table && (databaseId === undefined || other.databaseId === databaseId),
      );
      if (!found) throw new Error(`No database here has a table ${table}.`);
      return allRows(core, openTable(core, found.databaseId, found.id));
    },
    async close() {
      if (closed) return;
      closed = true;
      await core.faults.clear();
      await Promise.all([main.close(), beside.close()]);
      store.close();
    },
  };

  const answer = createAppwriteServer({ core, keys, requests });
  hold.answer = (request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  };
  hold.control = (request, response) => {
    control(standIn, request, response).catch(() => request.socket.destroy());
  };
  return standIn;
}
