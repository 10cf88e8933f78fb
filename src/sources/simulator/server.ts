import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FaultKind } from './faults.ts';
import { createFeed, raceIdOf, type Answer, type Feed } from './feed.ts';
import type { SimulatorOptions } from './options.ts';
import { reset, sendCut, sendHtml, sendJson } from './wire.ts';
import { messageOf } from '../../domain/thrown.ts';

export type { FaultOptions, SimulatorOptions } from './options.ts';

const errorBody = (text: string) => JSON.stringify({ header: { title: 'Error', error: text } });

/** Seconds that a client is asked to wait when it is told that it asks too much. */
const retryAfter = '10';

async function misbehave(
  feed: Feed,
  kind: FaultKind,
  request: IncomingMessage,
  response: ServerResponse,
  { id, body }: { id: string | null; body: string },
): Promise<void> {
  const ended = feed.faults.record(id, kind);
  response.once('close', ended);
  switch (kind) {
    case 'status_500':
      await sendJson(request, response, 500, errorBody('internal error'));
      break;
    case 'status_502':
      await sendJson(request, response, 502, errorBody('bad gateway'));
      break;
    case 'rate_limited':
      await sendJson(request, response, 429, errorBody('too many requests'), { 'retry-after': retryAfter });
      break;
    case 'html':
      sendHtml(response);
      break;
    case 'truncated':
      await sendJson(request, response, 200, body.slice(0, body.length >> 1));
      break;
    case 'cut':
      sendCut(response, body);
      break;
    case 'reset':
    case 'outage':
      reset(response);
      break;
    case 'hang':
      break;
  }
}

async function respond(feed: Feed, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://simulator');
  if (request.method !== 'GET') {
    await sendJson(request, response, 405, errorBody('only GET'));
    return;
  }
  const control = feed.control(url);
  if (control !== undefined) {
    await sendJson(request, response, 200, JSON.stringify(control));
    return;
  }
  const answer: Answer | null = feed.answer(url);
  const fault = answer ? feed.faults.next() : null;
  if (answer && fault) {
    await misbehave(feed, fault, request, response, { id: raceIdOf(url), body: answer.body });
  } else if (answer) {
    if (await sendJson(request, response, answer.status, answer.body)) answer.delivered();
  } else {
    await sendJson(request, response, 404, errorBody('not found'));
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/**
 * Serves a simulated market over HTTP from this thread. Rejects with the system's error (`EADDRINUSE`) when
 * the port is taken. Closing drops every connection.
 *
 * @param feed what is served; the feed of the options when left out
 */
export async function startSimulatorServer(
  options: SimulatorOptions,
  feed: Feed = createFeed(options),
): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer((request, response) => {
    respond(feed, request, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(errorBody(messageOf(error)));
    });
  });
  // A connection that idles between two polls must not be closed under the client's next request.
  server.keepAliveTimeout = 300_000;
  const host = options.host ?? '127.0.0.1';
  const port = await listen(server, options.port, host);
  return {
    url: `http://${host}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
