import { isIP } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Problem } from './problem.ts';

const headers = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
} as const;

/** Whether a host stands for this machine alone. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * What holds for every answer: strict headers; GET and HEAD alone; and when only this machine can reach the server, a
 * page from elsewhere whose name was made to point here (DNS rebinding) is refused.
 */
export function guard(app: FastifyInstance, host: string): void {
  const ownNamesOnly = isLoopback(host);
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(headers);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      reply.header('allow', 'GET, HEAD');
      throw new Problem(405, 'Everything here is read-only: only GET and HEAD are answered.');
    }
    if (ownNamesOnly && !isOwnName(request.headers.host ?? '')) {
      throw new Problem(421, 'This server answers to the names of this machine only: use http://localhost.');
    }
    done();
  });
}

/** @param header the request's `Host`, mostly with a port */
function isOwnName(header: string): boolean {
  const { hostname = '' } = URL.parse(`http://${header}`) ?? {};
  return isLoopback(hostname.replace(/^\[(.*)\]$/, '$1'));
}
