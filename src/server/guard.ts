import { isIP } from 'node:net';
import type { IncomingMessage } from 'node:http';
import { Problem } from './problem.ts';

/** What every answer carries, whatever it answers. */
export const securityHeaders = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Returns what refuses a request, or null: see {@link guardFor}. */
export type Guard = (request: IncomingMessage) => Problem | null;

/** Whether a host stands for this machine alone. */
function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Returns what holds for every request: GET and HEAD alone; to a name of this server; and not from a page of another
 * origin, whose answers that page could not read, but whose work this machine would do.
 *
 * Any name is right for a server that other machines reach, unless it has a list of names. One that only this machine
 * reaches refuses a page from elsewhere whose name was made to point here (DNS rebinding).
 * @param host that it listens at
 * @param names that it answers to beside those of this machine
 */
export function guardFor(host: string, names: readonly string[]): Guard {
  const known = new Set(names.map((name) => name.toLowerCase()));
  const isOwn = (name: string): boolean => isLoopback(name) || known.has(name);
  const checksNames = isLoopback(host) || known.size > 0;
  return ({ method, headers }) => {
    if (method !== 'GET' && method !== 'HEAD') {
      return new Problem(405, 'Everything here is read-only: only GET and HEAD are answered.');
    }
    if (checksNames && !isOwn(hostnameOf(`http://${headers.host ?? ''}`))) {
      return new Problem(
        421,
        'This server does not answer to that name: use http://localhost, or add the name to ODDSTREAM_HTTP_HOSTS.',
      );
    }
    if (!isOfOtherOrigin(headers, isOwn)) return null;
    return new Problem(403, 'Pages of another origin are not answered: open this address itself.');
  };
}

/**
 * Whether a page of another origin asks, as far as its browser says so. Programs send none of these headers; browsers
 * send `Sec-Fetch-…` to trustworthy addresses only (https, this machine), and `Origin` where the page wants to read.
 */
function isOfOtherOrigin(headers: IncomingMessage['headers'], isOwn: (name: string) => boolean): boolean {
  const site = headers['sec-fetch-site'];
  if (site === 'same-origin' || site === 'none') return false;
  if (site !== undefined) return !isVisit(headers);
  const { origin, host } = headers;
  if (origin === undefined) return false;
  return URL.parse(origin)?.host !== host?.toLowerCase() && !isOwnOrigin(origin, isOwn);
}

/** Whether somebody followed a link to here, in a window of its own. A browser that only prepares for that says so. */
function isVisit(headers: IncomingMessage['headers']): boolean {
  return (
    headers['sec-fetch-mode'] === 'navigate' &&
    headers['sec-fetch-dest'] === 'document' &&
    headers['sec-purpose'] === undefined
  );
}

/** The name that a proxy is reached by is an origin of this server too. That of this machine is one of others as well. */
function isOwnOrigin(origin: string, isOwn: (name: string) => boolean): boolean {
  const name = hostnameOf(origin);
  return isOwn(name) && !isLoopback(name);
}

/** Empty for what is no address. */
function hostnameOf(url: string): string {
  return (URL.parse(url)?.hostname ?? '').replace(/^\[(.*)\]$/, '$1');
}
