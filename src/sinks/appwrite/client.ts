import { Client, TablesDB } from 'node-appwrite';
import type { Dispatcher } from 'undici';
import type { Secret } from '../../domain/secret.ts';
import { openConnections } from '../../net/connections.ts';
import { noProxies } from '../../net/proxies.ts';
import type { Proxies } from '../../net/proxies.ts';
import { AppwriteError } from './errors.ts';
import { exchange } from './exchange.ts';

/** Where an Appwrite database is, and who may write it. */
export interface AppwriteAccess {
  /** With its path, such as `https://cloud.appwrite.io/v1`. */
  readonly endpoint: string;
  readonly projectId: string;
  readonly key: Secret;
  readonly databaseId: string;
  /** None when left out. */
  readonly proxies?: Proxies;
}

/** Real milliseconds for a call, from asking to the whole answer. A server that waits longer is not well. */
const callMs = 30_000;

/** Longer than the time between two rounds, so that a connection serves the next one; a server's hint goes before. */
const keepAliveMs = 65_000;

/** Calls to one Appwrite database. */
export interface Appwrite {
  readonly databaseId: string;
  /** Scheme, host and path, for messages. */
  readonly endpoint: string;
  /**
   * Makes calls by the SDK; each of them ends in {@link callMs}, or when the signal aborts.
   * @throws AppwriteError and nothing else
   */
  ask<T>(work: (tables: TablesDB) => Promise<T>, signal?: AbortSignal): Promise<T>;
  /** Ends every call that is under way. */
  close(): Promise<void>;
}

/** @param timeoutMs real milliseconds for a call, default {@link callMs} */
export function openAppwrite(access: AppwriteAccess, timeoutMs = callMs): Appwrite {
  const pool = openConnections({
    keepAliveTimeout: keepAliveMs,
    connectTimeout: timeoutMs,
    responseTimeout: timeoutMs,
    proxies: access.proxies ?? noProxies,
  });
  return {
    databaseId: access.databaseId,
    endpoint: access.endpoint,
    async ask(work, signal) {
      const deadline = AbortSignal.timeout(timeoutMs);
      const client = new BoundedClient(
        pool,
        access,
        signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      );
      try {
        return await work(new TablesDB(client));
      } catch (error) {
        if (error instanceof AppwriteError) throw error;
        // The SDK checks what it is given before it asks: a fault of ours, told without what it holds.
        throw new AppwriteError('refused', 'The Appwrite SDK refused a call before making it.');
      }
    },
    close: () => pool.destroy(),
  };
}

/**
 * The SDK's client with another way to the server. Its own has no bound in time, follows redirects with the key in
 * a header, reads answers of any size, prints warnings, and its errors hold whole answers; and both client and
 * errors show the key to whoever writes them down. Here the key is not in the client at all.
 */
class BoundedClient extends Client {
  readonly #pool: Dispatcher;
  readonly #key: Secret;
  readonly #signal: AbortSignal;

  constructor(pool: Dispatcher, { endpoint, projectId, key }: AppwriteAccess, signal: AbortSignal) {
    super();
    this.setEndpoint(endpoint).setProject(projectId);
    this.#pool = pool;
    this.#key = key;
    this.#signal = signal;
  }

  override async call(
    method: string,
    url: URL,
    headers: Record<string, string> = {},
    params: Record<string, unknown> = {},
  ): Promise<unknown> {
    const reads = method.toUpperCase() === 'GET';
    if (reads) {
      for (const [name, value] of Object.entries(Client.flatten(params))) {
        url.searchParams.append(name, String(value));
      }
    }
    return exchange(this.#pool, {
      method: method.toUpperCase(),
      url,
      // What goes over the wire uncompressed cannot grow when it arrives.
      headers: {
        ...this.getHeaders(),
        ...headers,
        'accept-encoding': 'identity',
        'x-appwrite-key': this.#key.reveal(),
      },
      body: reads ? null : JSON.stringify(params),
      signal: this.#signal,
    });
  }
}
