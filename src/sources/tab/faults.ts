import type { IncomingHttpHeaders } from 'undici/types/header.js';
import { FeedError } from '../../domain/source.ts';
import type { FeedFault } from '../../domain/source.ts';
import { retryAfterMs } from './retry-after.ts';

/**
 * The failure that an answer other than 200 stands for.
 * @param now epoch milliseconds, for a Retry-After that is a date
 */
export function statusFault(
  path: string,
  status: number,
  headers: IncomingHttpHeaders,
  now: number,
): FeedError {
  const wait = retryAfterMs(headers['retry-after'], now);
  const { fault, advice } = meaning(status);
  const until = wait === null ? '' : ` It asks to be left alone for ${Math.ceil(wait / 1000)} s.`;
  return new FeedError(fault, `GET ${path} was answered with ${status}: ${advice}.${until}`, {
    retryAfterMs: wait,
  });
}

function meaning(status: number): { fault: FeedFault; advice: string } {
  if (status === 429) return { fault: 'rate_limited', advice: 'too many requests' };
  if (status === 404) return { fault: 'not_found', advice: 'the feed does not have it' };
  if (status === 401 || status === 403) {
    const advice = 'the feed refuses this caller; check TAB_FROM, TAB_PARTNER and TAB_PARTNER_ID';
    return { fault: 'refused', advice };
  }
  if (status >= 500) return { fault: 'server_error', advice: 'the feed failed on its side' };
  if (status >= 400) return { fault: 'refused', advice: 'the feed does not take this request' };
  if (status >= 300) return { fault: 'refused', advice: 'redirects are not followed; check TAB_BASE_URL' };
  return { fault: 'malformed', advice: 'only a 200 has a body to read' };
}

const advices = new Map([
  ['ECONNREFUSED', 'nothing listens there; check TAB_BASE_URL'],
  ['ENOTFOUND', 'the host has no address; check TAB_BASE_URL and the network'],
  ['EAI_AGAIN', 'the host name could not be looked up; check the network'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'the other side does not speak TLS; check TAB_BASE_URL'],
  ['ECONNRESET', 'the connection broke before the answer was complete'],
  ['UND_ERR_SOCKET', 'the connection broke before the answer was complete'],
  ['UND_ERR_DESTROYED', 'the client is closed'],
  ['UND_ERR_CLOSED', 'the client is closed'],
]);

/** The failure that an error of the HTTP client stands for. Of the error only its code is told. */
export function networkFault(path: string, error: unknown): FeedError {
  const code = codeOf(error);
  if (/^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/.test(code)) {
    return new FeedError('timeout', `GET ${path} had no answer in time (${code}).`);
  }
  const advice = advices.get(code) ?? 'the exchange with the feed failed';
  return new FeedError('network', `GET ${path} failed with ${code}: ${advice}.`);
}

/** The code of an error, its name when it has none. Both are checked: they must not carry a text. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^[A-Za-z0-9_]{1,60}$/.test(code)) return code;
  return /^\w{1,60}$/.test(error.name) ? error.name : 'an unknown error';
}
