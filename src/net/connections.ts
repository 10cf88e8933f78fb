import { Client, EnvHttpProxyAgent } from 'undici';
import type { Dispatcher } from 'undici';
import type { Proxies } from './proxies.ts';

export interface ConnectionOptions {
  /** How many there are at once; no bound when left out. */
  readonly connections?: number;
  /** Real milliseconds for which one is kept that nobody uses. */
  readonly keepAliveTimeout: number;
  /** Real milliseconds to connect in. */
  readonly connectTimeout: number;
  /** Real milliseconds to the beginning of a response, and between two parts of it; 0 for no bound. */
  readonly responseTimeout: number;
  readonly proxies: Proxies;
}

const thisMachine = 'localhost,127.0.0.1,::1';

/**
 * Opens connections, each with one request at a time, so that giving one up ends it and none else. Through a proxy,
 * `https` is tunnelled: the proxy sees host and port and nothing more.
 */
export function openConnections(options: ConnectionOptions): Dispatcher {
  const { connections, connectTimeout: timeout, responseTimeout, proxies } = options;
  return new EnvHttpProxyAgent({
    // An empty text: not that of this process's environment either, which settings may differ from.
    httpProxy: proxies.http?.url.reveal() ?? '',
    httpsProxy: proxies.https?.url.reveal() ?? '',
    noProxy: `${thisMachine},${proxies.except ?? ''}`,
    ...(connections !== undefined && { connections }),
    keepAliveTimeout: options.keepAliveTimeout,
    allowH2: false,
    pipelining: 1,
    connect: { timeout },
    connectTimeout: timeout,
    headersTimeout: responseTimeout,
    bodyTimeout: responseTimeout,
    // A proxy that takes a connection and does not answer would hold it for minutes.
    clientFactory: (url, clientOptions) => new Client(url, { ...clientOptions, headersTimeout: timeout }),
  });
}
