import { once } from 'node:events';
import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';

/** An answer as the feed gave it, or as it goes out instead. */
export interface FeedAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a feed that misbehaves answers; `ask` has the right answer, which the feed then counts as served. */
export type Misbehaviour = (path: string, ask: () => Promise<FeedAnswer>) => Promise<FeedAnswer>;

/** An HTTP proxy of ours before a feed, that answers wrongly while it is told to. */
export interface FeedProxy {
  readonly url: string;
  /** Real times at which it was asked for an event or a listing, epoch milliseconds. */
  readonly asked: readonly number[];
  /** Answers that went out other than the feed gave them. */
  readonly changed: number;
  /** Null: it answers as the feed does. */
  misbehave(how: Misbehaviour | null): void;
  close(): Promise<void>;
}

const racingPath = '/affiliates/v1/racing/';

/** @param unheard told the body of each answer of the feed that came when nobody waited for it any more */
export async function openFeedProxy(
  feedUrl: string,
  unheard: (body: string) => void = () => undefined,
): Promise<FeedProxy> {
  const asked: number[] = [];
  let changed = 0;
  let how: Misbehaviour | null = null;
  const askFeed = async (path: string): Promise<FeedAnswer> => {
    const { statusCode: status, headers, body } = await request(feedUrl + path);
    const type = String(headers['content-type'] ?? '');
    return { status, headers: { 'content-type': type }, body: await body.text() };
  };
  const answer = async (path: string, ask: typeof askFeed): Promise<FeedAnswer> => {
    if (!path.startsWith(racingPath)) return await ask(path);
    asked.push(Date.now());
    if (how === null) return await ask(path);
    const right = new Set<FeedAnswer>();
    const given = await how(path, async () => {
      const answered = await ask(path);
      right.add(answered);
      return answered;
    });
    if (!right.has(given)) changed++;
    return given;
  };
  const server = createServer((incoming, response) => {
    const had: string[] = [];
    const ask = async (path: string): Promise<FeedAnswer> => {
      const answered = await askFeed(path);
      had.push(answered.body);
      return answered;
    };
    answer(incoming.url ?? '/', ask).then(
      (given) => {
        if (response.destroyed) had.forEach(unheard);
        else
          send(response, given, () => {
            had.forEach(unheard);
          });
      },
      () => {
        response.destroy();
      },
    );
  });
  server.keepAliveTimeout = 300_000;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    get changed() {
      return changed;
    },
    misbehave: (next) => {
      how = next;
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      if (server.listening) await once(server, 'close');
    },
  };
}

/** @param givenUp called when the client did not wait for the end of it */
function send(response: ServerResponse, { status, headers, body }: FeedAnswer, givenUp: () => void): void {
  response.once('close', () => {
    if (!response.writableFinished) givenUp();
  });
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}
