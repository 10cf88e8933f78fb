import manifest from '../../../package.json' with { type: 'json' };
import type { Exchange } from '../../domain/exchange.ts';
import { FeedError } from '../../domain/source.ts';
import { openConnections } from '../../net/connections.ts';
import { noProxies, proxyOf } from '../../net/proxies.ts';
import type { Proxies } from '../../net/proxies.ts';
import { BodyError, parseBody, readBody } from './body.ts';
import type { JsonBody } from './body.ts';
import { cachingOf } from './caching.ts';
import type { Caching } from './caching.ts';
import { acceptEncoding } from './encoding.ts';
import { networkFault, statusFault } from './faults.ts';
import { credentialMask, identityHeaders, identityProblems } from './identity.ts';
import type { Identity } from './identity.ts';
import { limits } from './limits.ts';
import { parseBaseUrl } from './origin.ts';
import type { Origin } from './origin.ts';
import { untilAborted } from './until-aborted.ts';

/** Most bytes of a body that are kept for quarantine: only one that is too large is cut. */
const keptLimit = limits.bodyBytes;

/** More than a credential takes, however it is spelled: what is kept is masked with that much behind it. */
const beyond = 65_536;

/**
 * Real milliseconds for which a connection is kept that nobody uses: longer than the two minutes between listings,
 * shorter than the four at which networks begin to forget one. A server's own hint goes before it.
 */
export const keepAliveMs = 150_000;

export interface TransportOptions {
  /** Scheme and host, and a path when the feed is behind one: `https://api.tab.co.nz`. */
  readonly baseUrl: string;
  /** None when left out. */
  readonly proxies?: Proxies;
  /** Null sends no identification: the simulator wants none. */
  readonly identity: Identity | null;
  /** Connections to the host, each with one request at a time; more requests wait for one. */
  readonly connections: number;
  /** Real milliseconds for a request, from asking to the decompressed body. */
  readonly deadlineMs: number;
  /** Default: {@link keepAliveMs}. */
  readonly keepAliveMs?: number;
  /** Epoch milliseconds, for a Retry-After that is a date. Default: the computer's clock. */
  readonly now?: () => number;
  /** Told of every answer, for a recording. */
  readonly onAnswer?: (exchange: Exchange) => void;
}

/** An answer of status 200 whose body is JSON. */
export interface Answer extends JsonBody, Caching {
  /** Path of the request, without its query. */
  readonly path: string;
  /** Whether the body is as it was received: no credential had to be blanked out of it. */
  readonly isAsReceived: boolean;
}

/** An answer of status 200 whose body was recognised, and not parsed. */
interface Recognised<T> extends Caching {
  readonly recognised: T;
  readonly body: Buffer;
}

/** An answer of status 304: the one that had the ETag still stands. */
interface Unmodified {
  readonly isUnmodified: true;
}

/** What can be told without parsing the answer. */
interface Expected<T> {
  /** Of an answer before, for the server to compare; null to be answered in full. */
  readonly etag: string | null;
  /** What a body is recognised as; null when it is to be parsed. */
  readonly recognise: (body: Buffer) => T | null;
}

/** JSON over HTTP from one host. */
export interface Transport {
  /** @throws FeedError and nothing else */
  get(path: string, query: string, signal: AbortSignal): Promise<Answer>;
  get<T>(
    path: string,
    query: string,
    signal: AbortSignal,
    expected: Expected<T>,
  ): Promise<Answer | Recognised<T> | Unmodified>;
  /** A body as it may be kept: credentials masked, and cut where it is too large. */
  kept(body: Buffer): Uint8Array;
  /** A `malformed` failure that keeps the answer's body. The reason goes on "a body that …". */
  malformed(answer: Pick<Answer, 'path' | 'body'>, reason: string): FeedError;
  /** Waits for the requests that are under way, each bounded by its deadline. A second call does no more. */
  close(): Promise<void>;
}

/** @throws Error with one line for each option that is wrong */
export function createTransport(options: TransportOptions): Transport {
  const { identity, deadlineMs, now = Date.now } = options;
  const { origin, prefix } = checked(options);
  const { proxies = noProxies } = options;
  const connections = openConnections({
    connections: options.connections,
    keepAliveTimeout: options.keepAliveMs ?? keepAliveMs,
    connectTimeout: deadlineMs,
    // The deadline is one for the whole exchange; these would each measure a part of it.
    responseTimeout: 0,
    proxies,
  });
  /** A path as it is asked, for messages. */
  const asked = (path: string): string => `${prefix}${path}`;
  const mask = credentialMask(identity);

  function kept(body: Buffer): Uint8Array {
    // Masked before it is cut, or a credential across the cut would show its first half.
    const masked = mask.text(body.subarray(0, keptLimit + beyond).toString('latin1'));
    const isCut = body.length >= keptLimit + beyond;
    const end = isCut ? Math.min(keptLimit, masked.length - beyond) : keptLimit;
    return Buffer.from(masked.slice(0, Math.max(0, end)), 'latin1');
  }

  function malformed({ path, body }: Pick<Answer, 'path' | 'body'>, reason: string): FeedError {
    return new FeedError(
      'malformed',
      `GET ${asked(path)} was answered with a body that ${mask.text(reason)}.`,
      {
        body: kept(body),
      },
    );
  }

  /** What a server echoes of the request goes no further than this, neither to the parser nor to a recording. */
  function withoutCredentials(received: JsonBody): JsonBody {
    if (identity === null) return received;
    const text = received.body.toString('utf8');
    const safe = mask.json(text);
    return safe === text ? received : { body: Buffer.from(safe), json: JSON.parse(safe) as unknown };
  }

  async function exchange<T>(
    path: string,
    query: string,
    signal: AbortSignal,
    { etag, recognise }: Expected<T>,
  ): Promise<Answer | Recognised<T> | Unmodified> {
    const startedAt = now();
    const tell = (status: number, body: Buffer | null): void => {
      // What came too late was not recorded by anybody.
      if (signal.aborted) return;
      const json = body && oneLine(body);
      options.onAnswer?.({ url: `${path}?${query}`, status, startedAt, receivedAt: now(), json });
    };
    const { statusCode, headers, body } = await connections.request({
      origin,
      method: 'GET',
      path: `${asked(path)}?${query}`,
      headers: requestHeaders(identity, etag),
      signal,
    });
    if (statusCode !== 200) {
      // Not awaited: what it says is not used, and reading it to its end only saves the connection.
      body.dump({ limit: 65_536 }).catch(() => undefined);
      if (options.onAnswer) tell(statusCode, null);
      if (statusCode === 304 && etag !== null) return { isUnmodified: true };
      throw statusFault(asked(path), statusCode, headers, now());
    }
    const caching = cachingOf(headers);
    const keep = keptLimit + beyond;
    const bytes = await readBody(body, headers, keep);
    const recognised = recognise(bytes);
    if (recognised !== null) {
      if (options.onAnswer) tell(statusCode, bytes);
      return { recognised, body: bytes, ...caching };
    }
    const answer = withoutCredentials(parseBody(bytes, headers, keep));
    if (options.onAnswer) tell(statusCode, answer.body);
    return { path, ...answer, isAsReceived: answer.body === bytes, ...caching };
  }

  async function get(path: string, query: string, caller: AbortSignal): Promise<Answer>;
  async function get<T>(
    path: string,
    query: string,
    caller: AbortSignal,
    expected: Expected<T>,
  ): Promise<Answer | Recognised<T> | Unmodified>;
  async function get(
    path: string,
    query: string,
    caller: AbortSignal,
    expected: Expected<unknown> = nothingExpected,
  ): Promise<Answer | Recognised<unknown> | Unmodified> {
    const deadline = AbortSignal.timeout(deadlineMs);
    const signal = AbortSignal.any([caller, deadline]);
    try {
      return await untilAborted(signal, () => exchange(path, query, signal, expected));
    } catch (error) {
      if (error instanceof FeedError) throw error;
      if (error instanceof BodyError) throw malformed({ path, body: error.body }, error.message);
      const stopped = caller.aborted ? 'was stopped by its caller before the answer was complete' : null;
      const late = deadline.aborted ? `had no complete answer within ${deadlineMs} ms` : null;
      const reason = stopped ?? late;
      if (reason !== null) throw new FeedError('timeout', `GET ${asked(path)} ${reason}.`);
      throw networkFault(asked(path), error, proxyOf(proxies, origin)?.host ?? null);
    }
  }

  let closed: Promise<void> | undefined;
  return { get, kept, malformed, close: () => (closed ??= connections.close()) };
}

/** A recording is read line by line; the feed sends its JSON in one line, others may not. In no text of JSON is a break. */
function oneLine(body: Buffer): string {
  return body.toString('utf8').replace(/[\r\n]+/g, ' ');
}

const nothingExpected: Expected<never> = { etag: null, recognise: () => null };

function requestHeaders(identity: Identity | null, etag: string | null): Record<string, string> {
  return {
    Accept: 'application/json',
    'Accept-Encoding': acceptEncoding,
    'User-Agent': `oddstream/${manifest.version}`,
    ...(etag === null ? {} : { 'If-None-Match': etag }),
    ...(identity === null ? {} : identityHeaders(identity)),
  };
}

function checked({ baseUrl, identity, connections, deadlineMs }: TransportOptions): Origin {
  const origin = parseBaseUrl(baseUrl);
  const problems = identity === null ? [] : identityProblems(identity);
  if (origin === null) {
    problems.push('TAB_BASE_URL is not the address of a feed: write it as https://api.tab.co.nz.');
  }
  if (!Number.isSafeInteger(connections) || connections < 1) {
    problems.push('The number of connections to the feed must be a whole number from 1.');
  }
  if (!(deadlineMs > 0 && deadlineMs < 2 ** 31)) {
    problems.push('The deadline of a request must be positive and under 2^31 ms.');
  }
  if (origin === null || problems.length > 0) throw new Error(problems.join('\n'));
  return origin;
}
