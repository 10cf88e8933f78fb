import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Switch } from './faults.ts';

/** A port of the loopback that can go down and come back. */
export interface Listener extends Switch {
  readonly port: number;
  close(): Promise<void>;
}

async function open(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

export async function listen(handler: RequestListener, wanted: number): Promise<Listener> {
  const sockets = new Set<Socket>();
  let resets = false;

  const build = (): Server => {
    const server = createServer({ keepAliveTimeout: 60_000 }, handler);
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => sockets.delete(socket));
      if (resets) socket.resetAndDestroy();
    });
    return server;
  };

  let server: Server | null = build();
  const port = await open(server, wanted);
  let opening = Promise.resolve();

  const stop = (): void => {
    server?.close();
    server = null;
    for (const socket of sockets) socket.resetAndDestroy();
  };

  const up = async (): Promise<void> => {
    resets = false;
    if (!server) {
      const next = build();
      server = next;
      opening = open(next, port).then(() => undefined);
    }
    await opening;
  };

  return {
    port,
    up,
    down(mode) {
      if (mode === 'refuse') stop();
      else {
        resets = true;
        for (const socket of sockets) socket.resetAndDestroy();
      }
    },
    async close() {
      await opening;
      stop();
    },
  };
}
