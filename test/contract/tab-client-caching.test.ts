import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { Exchange } from '../../src/domain/exchange.ts';
import type { Print } from '../../src/domain/print.ts';
import type { Received, Same } from '../../src/domain/source.ts';
import { clientOf, eventBody, feedError, never, raceId } from '../support/http-feed.ts';
import { serve } from '../support/http.ts';

const body = JSON.stringify(eventBody());
const etag = 'W/"5f3-a+b/c=="';

/** A feed that has had the same to say all along, and answers so whoever knows it. */
async function steadyFeed(headers: Readonly<Record<string, string>> = { etag }) {
  return await serve((request, response) => {
    const isKnown = request.headers['if-none-match'] === headers.etag && headers.etag !== undefined;
    response.writeHead(isKnown ? 304 : 200, headers).end(isKnown ? undefined : body);
  });
}

/** What stands for a response that was read. */
async function printOf(asked: Promise<Received<unknown>>): Promise<Print> {
  const { print } = await asked;
  if (print == null) throw new Error('nothing stands for the response');
  return print;
}

const sent = (requests: readonly IncomingMessage[]): unknown[] =>
  requests.map(({ headers }) => headers['if-none-match']);

describe('an ETag', () => {
  it('is sent with the next request for the race, and a 304 is an answer that says the same at no told time', async () => {
    const server = await steadyFeed();
    const client = clientOf(server.url, { connections: 1 });
    const print = await printOf(client.event(raceId, never()));
    expect(print.etag).toBe(etag);
    const answers = [await client.event(raceId, never(), print), await client.event(raceId, never(), print)];
    expect(answers).toEqual([
      { sameAt: null, bytes: 0 },
      { sameAt: null, bytes: 0 },
    ]);
    expect(sent(server.requests)).toEqual([undefined, etag, etag]);
    // A 304 leaves the connection as it was.
    expect(server.sockets).toHaveLength(1);
  });

  it('is not sent by who knows nothing, nor where the answer is wanted in full', async () => {
    const server = await steadyFeed();
    const client = clientOf(server.url);
    const print = await printOf(client.event(raceId, never()));
    await client.event(raceId, never(), null);
    const full = await client.event(raceId, never(), { ...print, etag: null });
    expect(sent(server.requests)).toEqual([undefined, undefined, undefined]);
    // It is known again for the time after.
    expect(full).toMatchObject({ sameAt: expect.any(Number) as number, print: { etag } });
  });

  it('is the newest one where bodies say the same under another', async () => {
    let version = 0;
    const server = await serve((_, response) => {
      response.writeHead(200, { etag: `"${++version}"` }).end(body);
    });
    const client = clientOf(server.url);
    const first = await printOf(client.event(raceId, never()));
    const second = (await client.event(raceId, never(), first)) as Same;
    expect(second.print).toEqual({ ...first, etag: '"2"' });
    await client.event(raceId, never(), second.print ?? null);
    expect(sent(server.requests)).toEqual([undefined, '"1"', '"2"']);
  });

  it.each([
    ['that must not be kept', { etag, 'cache-control': 'private, No-Store' }],
    ['that is none', { etag: '5f3' }],
    ['that is not plain text', { etag: '"\u00e9"' }],
    ['that is very long', { etag: `"${'x'.repeat(255)}"` }],
    ['that is not there', {}],
  ])('%s is not kept', async (_, headers) => {
    const server = await steadyFeed(headers);
    const client = clientOf(server.url);
    const print = await printOf(client.event(raceId, never()));
    expect(print.etag).toBeNull();
    expect(await client.event(raceId, never(), print)).toMatchObject({ bytes: body.length });
    expect(sent(server.requests)).toEqual([undefined, undefined]);
  });

  it('is kept whatever else is said of caching', async () => {
    const server = await steadyFeed({ etag, 'cache-control': 'public, max-age=30, must-revalidate' });
    const client = clientOf(server.url);
    const print = await printOf(client.event(raceId, never()));
    // Asked before the 30 s are over all the same: the cadence is promised.
    expect(await client.event(raceId, never(), print)).toEqual({ sameAt: null, bytes: 0 });
    expect(server.requests).toHaveLength(2);
  });

  it('goes into the recording by its 304 alone', async () => {
    const exchanges: Exchange[] = [];
    const server = await steadyFeed();
    const client = clientOf(server.url, { onAnswer: (exchange) => exchanges.push(exchange) });
    await client.event(raceId, never(), await printOf(client.event(raceId, never())));
    expect(exchanges.map(({ status, json }) => [status, json])).toEqual([
      [200, body],
      [304, null],
    ]);
    expect(JSON.stringify(exchanges)).not.toContain(etag);
  });
});

it('a 304 to who asked for no comparison is a failure', async () => {
  const server = await serve((_, response) => response.writeHead(304).end());
  const error = await feedError(clientOf(server.url).event(raceId, never()));
  expect(error.message).toMatch(/was answered with 304/);
});

it('an answer is told to have lain in a cache when it has an age', async () => {
  const ages = ['0', '12', 'old', undefined, '7'];
  const server = await serve((_, response: ServerResponse) => {
    const age = ages.shift();
    response.writeHead(200, age === undefined ? {} : { age }).end(body);
  });
  const client = clientOf(server.url);
  const answers: (boolean | undefined)[] = [];
  let print: Print | null = null;
  for (let left = ages.length; left > 0; left--) {
    const answer: Received<unknown> | Same = await client.event(raceId, never(), print);
    answers.push(answer.isCached);
    print ??= answer.print ?? null;
  }
  expect(answers).toEqual([false, true, false, false, true]);
});
