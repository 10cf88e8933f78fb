import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { pump } from './link-pump.ts';
import type { Ends, LinkFault, Trouble } from './link-pump.ts';

export type { LinkFault } from './link-pump.ts';

/** A fault that lasts. */
export interface LinkTrouble {
  /** How often it struck: pieces held up, connections refused, cut, or left without an answer. */
  readonly struck: number;
  /** Ends it. */
  end(): Promise<void>;
}

/** A TCP proxy of ours between a client and a server, on which things go wrong. */
export interface Link {
  /** The address of the server, with the link's port in it. */
  readonly url: string;
  /** Connections that are open. */
  readonly open: number;
  /** Begins a fault; there is one at a time. */
  begin(fault: LinkFault, chance: () => number): Promise<LinkTrouble>;
  close(): Promise<void>;
}

/** @param target address of the server, such as `http://127.0.0.1:4000/v1` */
export async function openLink(target: string): Promise<Link> {
  const { hostname: host, port: to } = new URL(target);
  const all = new Set<Ends>();
  let trouble: Trouble | null = null;
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = connect({ host, port: Number(to), noDelay: true });
    const ends: Ends = { client, server: upstream, frozen: trouble?.fault.kind === 'silent', answered: 0 };
    all.add(ends);
    client.once('close', () => {
      all.delete(ends);
      upstream.destroy();
    });
    upstream.once('error', () => client.destroy());
    const now = (): Trouble | null => trouble;
    // Before it is connected a socket counts as one that has been read to its end.
    upstream.once('connect', () => {
      void pump(client, upstream, ends, now, false);
      void pump(upstream, client, ends, now, true);
    });
  });
  const port = await listen(server, 0);
  const away = async (): Promise<void> => {
    const closed = server.listening ? once(server, 'close') : Promise.resolve();
    server.close();
    for (const { client } of all) client.resetAndDestroy();
    await closed;
  };
  const back = async (): Promise<void> => {
    if (!server.listening) await listen(server, port);
  };
  return {
    url: target.replace(`:${to}`, `:${port}`),
    get open() {
      return all.size;
    },
    begin: async (fault, chance) => {
      const begun: Trouble = { fault, chance, struck: 0 };
      for (const ends of all) ends.answered = 0;
      trouble = begun;
      const stop = await start(begun, all, away, back);
      return {
        get struck() {
          return begun.struck;
        },
        end: async () => {
          trouble = null;
          await stop();
        },
      };
    },
    close: away,
  };
}

/** What a fault does at once; the result undoes it. */
async function start(
  begun: Trouble,
  all: ReadonlySet<Ends>,
  away: () => Promise<void>,
  back: () => Promise<void>,
): Promise<() => Promise<void>> {
  const { fault } = begun;
  const leave = async (): Promise<void> => {
    begun.struck += all.size;
    await away();
  };
  if (fault.kind === 'silent' || fault.kind === 'vanished') {
    for (const ends of all) {
      ends.frozen = true;
      begun.struck++;
    }
  }
  if (fault.kind === 'refused') {
    await leave();
    return back;
  }
  if (fault.kind !== 'flapping') return () => Promise.resolve();
  const over = new AbortController();
  const flapping = flap(fault.everyMs, over.signal, leave, back);
  return async () => {
    over.abort();
    await flapping;
    await back();
  };
}

async function flap(
  everyMs: number,
  over: AbortSignal,
  leave: () => Promise<void>,
  back: () => Promise<void>,
): Promise<void> {
  while (!over.aborted) {
    await leave();
    await wait(everyMs);
    await back();
    await wait(everyMs);
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
