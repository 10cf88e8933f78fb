import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface TestServer {
  /** Scheme and host. */
  readonly url: string;
  /** Every request so far: its URL and headers can be read after it was answered. */
  readonly requests: readonly IncomingMessage[];
  /** Every connection so far. */
  readonly sockets: readonly Socket[];
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A real HTTP server on the loopback, gone when the test is finished. */
export async function serve(handler: Handler): Promise<TestServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    handler(request, response);
  });
  return { ...(await listening(server)), requests };
}

/** A server that answers whatever bytes come first on a connection with bytes of its own, HTTP or not. */
export async function serveSocket(handler: (socket: Socket) => void): Promise<TestServer> {
  const server = createSocketServer((socket) => {
    socket.once('data', () => {
      handler(socket);
    });
  });
  return { ...(await listening(server)), requests: [] };
}

/** A port of the loopback at which nothing listens. */
export async function unusedPort(): Promise<number> {
  const server = createSocketServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(server: Server): Promise<Omit<TestServer, 'requests'>> {
  const sockets: Socket[] = [];
  server.on('connection', (socket: Socket) => {
    sockets.push(socket);
    // A client that gives up resets its connection; that is what some tests are about.
    socket.on('error', () => undefined);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sockets };
}
