import { setTimeout as wait } from 'node:timers/promises';
import type { Print } from '../src/domain/print.ts';
import { createTabClient } from '../src/sources/tab/client.ts';
import type { TabClient } from '../src/sources/tab/client.ts';
import { keepAliveMs } from '../src/sources/tab/transport.ts';
import type { Bench, Line } from './line.ts';
import { startCountingServer } from './network-server.ts';
import type { CountingServer, EncodingName } from './network-server.ts';
import { figure, pairs, timedAsync } from './pairs.ts';
import { requestTimes } from './poll-times.ts';
import { changingRaces } from './simulated-bodies.ts';
import type { RaceBodies } from './simulated-bodies.ts';

/** The cadence's times, the feed's and the client's patience with idle connections pass so many times as fast. */
const speed = 300;
/** For which the feed thinks about an answer, at the cadence's speed. */
const latencyMs = 300;
const connections = 6;
const racesPerDay = 150;
const hour = 3_600_000;
const from = Date.parse('2026-03-10T00:00:00Z');
/** Connections, and what goes over the wire. */
export const network: Bench = {
  name: 'network',
  run: () => measured([2, 3]),
};

/** The same with all of a day's idle times. */
export const networkDay: Bench = { name: 'network-day', run: () => measured([0, 6]) };

async function measured(hours: readonly [from: number, to: number]): Promise<Line[]> {
  const server = await startCountingServer(latencyMs / speed);
  try {
    const [race] = changingRaces(1, 8, [30_000, 90_000]);
    const [large] = changingRaces(1, 8, [180_000, 240_000]);
    if (race === undefined || large === undefined) throw new Error('The simulator has no such race.');
    server.serve(race.bodies[0] ?? Buffer.alloc(0), 'gzip');
    const lines = [await reuse(server, race.raceId, hours)];
    for (const encoding of ['gzip', 'br', 'zstd'] as const) {
      const size = (name: EncodingName) => sizes(server, large, name);
      lines.push(
        await pairs({
          ...{ what: `bytes of a response, ${encoding}`, against: 'as it is', unit: 'bytes', goal: null },
          ...{ n: large.bodies.length, warmUp: 0 },
          ...{ ours: size(encoding), yardstick: size('identity') },
        }),
      );
    }
    return [...lines, await notModified(large)];
  } finally {
    await server.close();
  }
}

/** Requests over a connection that was there, of all requests, at the server; the client is the recorder's. */
async function reuse(
  server: CountingServer,
  raceId: string,
  [begin, end]: readonly [from: number, to: number],
): Promise<Line> {
  const client = openClient(server);
  try {
    server.reset();
    await askAll(client, raceId, requestTimes(from + begin * hour, from + end * hour, racesPerDay));
  } finally {
    await client.close();
  }
  const what = `requests over a kept connection, ${racesPerDay} races a day`;
  const share = 1 - server.counts.connections / server.counts.requests;
  return figure({ what, against: 'all requests', unit: '', goal: { atLeast: 0.99 } }, [share]);
}

/** Time stands still while an answer is late, so that a busy computer has no more requests under way at once. */
async function askAll(client: TabClient, raceId: string, times: readonly number[]): Promise<void> {
  const underWay: { readonly until: number; readonly answer: Promise<unknown> }[] = [];
  let now = times[0] ?? 0;
  for (const time of times) {
    await wait((time - now) / speed);
    now = time;
    while (underWay[0] !== undefined && underWay[0].until <= now) await underWay.shift()?.answer;
    underWay.push({
      until: now + latencyMs,
      answer: client.event(raceId, new AbortController().signal),
    });
  }
  await Promise.all(underWay.map(({ answer }) => answer));
}

/** What the bodies of a race take on the wire, one after the other, when the client and the server agree. */
function sizes(
  server: CountingServer,
  { raceId, bodies }: RaceBodies,
  encoding: EncodingName,
): () => Promise<number> {
  let turn = 0;
  return async () => {
    server.serve(bodies[turn++ % bodies.length] ?? Buffer.alloc(0), encoding);
    const client = openClient(server);
    try {
      server.reset();
      await client.event(raceId, new AbortController().signal);
      return server.counts.bytes;
    } finally {
      await client.close();
    }
  };
}

/** Polls in a row that one time is measured of. */
const polls = 50;

/** A poll that the server answers by a 304, held against one of the same body that is recognised by its bytes. */
async function notModified({ raceId, bodies }: RaceBodies): Promise<Line> {
  const server = await startCountingServer(0);
  server.serve(bodies[0] ?? Buffer.alloc(0), 'gzip');
  const client = openClient(server);
  const ask = (known: Print | null) => client.event(raceId, new AbortController().signal, known);
  try {
    const { print } = await client.event(raceId, new AbortController().signal);
    if (print?.etag == null) throw new Error('The response cannot be compared.');
    const inFull = { ...print, etag: null };
    return await pairs({
      ...{ what: 'poll answered by 304', against: 'unchanged body', unit: 'ms', goal: null, n: 7 },
      ours: () => timedAsync(() => ask(print), polls),
      yardstick: () => timedAsync(() => ask(inFull), polls),
    });
  } finally {
    await client.close();
    await server.close();
  }
}

function openClient({ url }: CountingServer): TabClient {
  return createTabClient({
    baseUrl: url,
    identity: null,
    connections,
    deadlineMs: 10_000,
    keepAliveMs: keepAliveMs / speed,
  });
}
