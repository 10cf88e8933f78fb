import { createServer, STATUS_CODES } from 'node:http';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyServerFactory } from 'fastify';
import type { Failure } from './contract/failure.ts';
import { securityHeaders } from './guard.ts';
import type { Limits } from './limits.ts';

/** Bytes. A browser's headers take less than one of them. */
const maxHeaderSize = 8_192;

/** Real milliseconds. */
const headersTimeout = 10_000;
const requestTimeout = 15_000;
const keepAliveTimeout = 30_000;
const connectionsCheckingInterval = 2_000;

/** Makes servers whose connections are bounded in number, and in the time for which they can be held idle. */
export function httpServer({ connections }: Limits): FastifyServerFactory {
  return (handler) => {
    const timeouts = { headersTimeout, requestTimeout, keepAliveTimeout, connectionsCheckingInterval };
    const server = createServer({ maxHeaderSize, ...timeouts }, handler);
    return boundConnections(server, connections);
  };
}

function boundConnections(server: Server, connections: number): Server {
  server.maxConnections = connections;
  // The one that was turned away has better luck next time.
  server.on('drop', () => {
    server.closeIdleConnections();
  });
  // Requests that come behind each other on one connection all wait for its end.
  server.on('connection', (socket) => socket.setMaxListeners(0));
  return server;
}

const refusals: Readonly<Record<string, readonly [status: number, error: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request did not come in time.'],
  HPE_HEADER_OVERFLOW: [431, 'The headers of the request are too long.'],
};

/** Answers what is no request of HTTP in the form of every other failure. */
export function answerNoRequest(error: Error & { readonly code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, sentence] = refusals[error.code ?? ''] ?? [400, 'The request cannot be understood.'];
  const failure: Failure = { status, error: sentence };
  const body = JSON.stringify(failure);
  const headers = {
    ...securityHeaders,
    'cache-control': 'no-store',
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`);
  socket.destroySoon();
}
