// A feed that costs next to nothing, as its bodies are made and compressed before anybody asks:
// node bench/prepared-feed.ts '{"races":24,…}' prints one line of JSON when it listens.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { simulatedClock, stamps } from '../src/sources/simulator/clock.ts';
import { eventPath, eventQuery } from '../src/sources/tab/paths.ts';
import { prepare } from './prepared-bodies.ts';
import type { PreparedOptions } from './prepared-bodies.ts';
import { zipped } from './prepared-wire.ts';

/** What the feed tells of itself, by the paths of its control and in its first line. */
export interface PreparedGreeting {
  readonly url: string;
  /** Paths with query of the live races, whose bodies are prepared. */
  readonly paths: readonly string[];
  /** Mean of their bodies, decompressed. */
  readonly bytes: number;
}

const options = JSON.parse(process.argv[2] ?? '') as PreparedOptions;
const bodies = prepare(options);
const origin = { real: Date.now(), simulated: bodies.until };
const clock = simulatedClock(origin, 1);
const nextStamp = stamps(clock);
let events = 0;

/** What the simulator tells of itself; its clock goes as fast as ours. */
function clockAnswer(): string {
  return JSON.stringify({ now: clock(), speed: 1, seed: options.seed, races: options.races, origin });
}

const control: Readonly<Record<string, () => string>> = {
  '/clock': clockAnswer,
  '/served': () => JSON.stringify({ events }),
};

const server = createServer((request, response) => {
  const target = request.url ?? '/';
  const told = control[target]?.();
  if (told !== undefined) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(told);
    return;
  }
  const body = bodies.next(target);
  if (body === null) {
    response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    return;
  }
  if (target.startsWith(eventPath(''))) events++;
  const bytes = zipped(body, nextStamp().text);
  response
    .writeHead(200, {
      'content-type': 'application/json; charset=utf-8',
      'content-encoding': 'gzip',
      'content-length': bytes.length,
    })
    .end(bytes);
});
// A connection that idles between two polls must not be closed under the client's next request.
server.keepAliveTimeout = 300_000;
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const greeting: PreparedGreeting = {
  url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  paths: bodies.live.map((id) => `${eventPath(id)}?${eventQuery}`),
  bytes: bodies.meanBytes,
};
console.log(JSON.stringify(greeting));
process.stdin.resume().once('end', () => process.exit());
