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

/** What codes mean on the way through a proxy. */
const proxyAdvices = new Map([
  ['ECONNREFUSED', 'nothing listens there; check HTTPS_PROXY and TAB_BASE_URL'],
  ['ENOTFOUND', 'the host has no address; check HTTPS_PROXY, TAB_BASE_URL and the network'],
  [
    'UND_ERR_ABORTED',
    'the proxy refused the way to the feed; check its credentials and rules, or set NO_PROXY',
  ],
  ['UND_ERR_INVALID_ARG', 'the proxy refused the request; check its credentials and rules, or set NO_PROXY'],
  ['UND_ERR_PRX_CONN', 'the proxy broke the connection before the feed was reached'],
  ['UND_ERR_PRX_TLS', "the proxy's certificate is not for its name"],
]);

const advices = new Map([
  [
    'SELF_SIGNED_CERT_IN_CHAIN',
    'its certificate is of a CA that is not known here; name the CA in NODE_EXTRA_CA_CERTS',
  ],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is its own; name it in NODE_EXTRA_CA_CERTS to trust it'],
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'its certificate is of a CA that is not known here; name the CA in NODE_EXTRA_CA_CERTS',
  ],
  [
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'its certificate is of a CA that is not known here; name the CA in NODE_EXTRA_CA_CERTS',
  ],
  ['ECONNREFUSED', 'nothing listens there; check TAB_BASE_URL'],
  ['ENOTFOUND', 'the host has no address; check TAB_BASE_URL and the network'],
  ['EAI_AGAIN', 'the host name could not be looked up; check the network'],
  ['ERR_SSL_WRONG_VERSION_NUMBER', 'the other side does not speak TLS; check TAB_BASE_URL'],
  ['ECONNRESET', 'the connection broke before the answer was complete'],
  ['UND_ERR_SOCKET', 'the connection broke before the answer was complete'],
  ['UND_ERR_DESTROYED', 'the client is closed'],
  ['UND_ERR_CLOSED', 'the client is closed'],
]);

/**
 * Returns the failure that an error of the HTTP client stands for. Of the error only its code is shown.
 * @param proxy host and port of the proxy that is set; null for none
 */
export function networkFault(path: string, error: unknown, proxy: string | null = null): FeedError {
  const code = codeOf(error);
  const through = proxy === null ? '' : ` (proxy: ${proxy})`;
  if (/^(UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|ETIMEDOUT)$/.test(code)) {
    return new FeedError('timeout', `GET ${path}${through} had no answer in time (${code}).`);
  }
  const meant = (proxy === null ? undefined : proxyAdvices.get(code)) ?? advices.get(code);
  const advice = meant ?? 'the exchange with the feed failed';
  return new FeedError('network', `GET ${path}${through} failed with ${code}: ${advice}.`);
}

/** The code of an error, its name when it has none. Both are checked: they must not carry a text. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'an unknown error';
  const { code } = error as { code?: unknown };
  if (typeof code === 'string' && /^[A-Za-z0-9_]{1,60}$/.test(code)) return code;
  return /^\w{1,60}$/.test(error.name) ? error.name : 'an unknown error';
}
