import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { brotliCompressSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { racingUrl } from '../../src/sources/tab/origin.ts';
import { clientOf, credentials, eventBody, feedError, granted, never, raceId } from '../support/http-feed.ts';
import { serve } from '../support/http.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

describe('a request for an event', () => {
  it('asks for every part of the race and says who asks', async () => {
    const server = await serve((_, response) => response.end(JSON.stringify(eventBody())));
    await clientOf(server.url).event(raceId, never());
    const { method, url = '', headers } = server.requests[0] ?? {};
    const [path, query] = url.split('?');
    expect([method, path]).toEqual(['GET', `/affiliates/v1/racing/events/${raceId}`]);
    expect(Object.fromEntries(new URLSearchParams(query))).toEqual({
      with_money_tracker: 'true',
      with_tote_trends_data: 'true',
      with_will_pays: 'true',
      with_big_bets: 'true',
      with_biggest_bet: 'true',
      with_live_bets: 'true',
    });
    expect(headers).toMatchObject({
      from: credentials.from,
      'x-partner': credentials.partner,
      'x-partner-id': credentials.partnerId,
      accept: 'application/json',
      'accept-encoding': 'gzip, br, zstd',
      'user-agent': `oddstream/${version}`,
    });
  });

  it('without an identity sends no identification', async () => {
    const server = await serve((_, response) => response.end(JSON.stringify(eventBody())));
    await clientOf(server.url, { identity: null }).event(raceId, never());
    const sent = Object.keys(server.requests[0]?.headers ?? {});
    expect(sent).toContain('user-agent');
    expect(sent).not.toEqual(expect.arrayContaining([expect.stringMatching(/^(from|x-partner.*)$/)]));
  });

  it.each([
    ['/feed/', '/feed/affiliates/v1/racing/events/'],
    ['/', '/affiliates/v1/racing/events/'],
    ['/affiliates', '/affiliates/v1/racing/events/'],
    ['/affiliates/v1', '/affiliates/v1/racing/events/'],
    ['/affiliates/v1/', '/affiliates/v1/racing/events/'],
    ['/affiliates/v1/racing', '/affiliates/v1/racing/events/'],
    ['//affiliates//v1/racing//', '/affiliates/v1/racing/events/'],
    ['/tab', '/tab/affiliates/v1/racing/events/'],
    ['/tab/affiliates/v1', '/tab/affiliates/v1/racing/events/'],
    ['/a/b/affiliates/v1/racing/', '/a/b/affiliates/v1/racing/events/'],
  ])('to a base URL with the path %s goes below %s', async (path, expected) => {
    const server = await serve((_, response) => response.end(JSON.stringify(eventBody())));
    await clientOf(server.url + path).event(raceId, never());
    expect(server.requests[0]?.url?.startsWith(expected + raceId)).toBe(true);
    expect(`${racingUrl(server.url + path)}/events/`).toBe(server.url + expected);
  });

  it('names what was asked when that fails', async () => {
    const server = await serve((_, response) => response.writeHead(404).end());
    const { message } = await feedError(clientOf(`${server.url}/tab/affiliates/v1`).event(raceId, never()));
    expect(message).toContain(`GET /tab/affiliates/v1/racing/events/${raceId} was answered with 404`);
  });

  it('puts an id into the path as one segment', async () => {
    const server = await serve((_, response) => response.end(JSON.stringify(eventBody({ id: '../a b?' }))));
    await clientOf(server.url).event('../a b?', never());
    expect(server.requests[0]?.url).toContain('/events/..%2Fa%20b%3F?with_');
  });
});

describe('the answer', () => {
  const text = JSON.stringify(eventBody({ padding: 'ā'.repeat(100_000) }));

  it.each([
    ['identity', (plain: string) => Buffer.from(plain)],
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
  ] as const)('is read with the content encoding %s', async (encoding, compress) => {
    const server = await serve((_, response) => {
      response.setHeader('content-encoding', encoding).end(compress(text));
    });
    const { snapshot, bytes, notGranted } = await clientOf(server.url).event(raceId, never());
    expect(snapshot).toMatchObject({
      raceId,
      generatedAt: Date.UTC(2026, 1, 28, 3, 10, 0, 123),
      runners: [],
    });
    expect(bytes).toBe(Buffer.byteLength(text));
    expect(notGranted).toEqual([]);
  });

  it('is read from a gzip file of several members, the last of which tells another size', async () => {
    const members = [text.slice(0, -3), text.slice(-3)].map((part) => gzipSync(part));
    const server = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip').end(Buffer.concat(members));
    });
    expect((await clientOf(server.url).event(raceId, never())).bytes).toBe(Buffer.byteLength(text));
  });

  it('is read when it comes in pieces and without a length', async () => {
    const server = await serve((_, response) => {
      const middle = text.length / 2;
      response.write(text.slice(0, middle));
      setTimeout(() => response.end(text.slice(middle)), 20);
    });
    expect((await clientOf(server.url).event(raceId, never())).bytes).toBe(Buffer.byteLength(text));
  });

  it('goes through the parsers that the options give', async () => {
    const server = await serve((_, response) => response.end(JSON.stringify(eventBody())));
    const bodies: unknown[] = [];
    const parse = {
      event: (body: unknown) => {
        bodies.push(body);
        throw new TypeError('a bug with a body in its text');
      },
      listing: () => ({ generatedAt: 0, meetings: [], rejected: [] }),
    };
    const error = await feedError(clientOf(server.url, { parse }).event(raceId, never()));
    expect(bodies).toEqual([JSON.parse(JSON.stringify(eventBody()))]);
    expect(error).toMatchObject({
      fault: 'malformed',
      message: expect.stringContaining('(TypeError)') as string,
    });
    expect(error.message).not.toContain('a bug');
  });

  it.each([
    ['nothing, when all was granted', granted, []],
    ['a part that was not', { ...granted, will_pays: false }, ['with_will_pays']],
    ['a part that is not echoed', { ...granted, with_big_bets: undefined }, ['with_big_bets']],
    ['a part echoed as a text', { ...granted, with_live_bets: 'true' }, ['with_live_bets']],
  ])('names as not granted %s', async (_, params, expected) => {
    const server = await serve((__, response) => response.end(JSON.stringify(eventBody({ params }))));
    expect((await clientOf(server.url).event(raceId, never())).notGranted).toEqual(expected);
  });

  it.each([[undefined], [null]])('names every part as not granted when params is %s', async (params) => {
    const server = await serve((_, response) => response.end(JSON.stringify(eventBody({ params }))));
    expect((await clientOf(server.url).event(raceId, never())).notGranted).toHaveLength(6);
  });

  it('is malformed when it is that of another race', async () => {
    const body = JSON.stringify(eventBody({ id: 'another' }));
    const server = await serve((_, response) => response.end(body));
    const error = await feedError(clientOf(server.url).event(raceId, never()));
    expect(error).toMatchObject({
      fault: 'malformed',
      message: expect.stringContaining('another race') as string,
    });
    expect(Buffer.from(error.body ?? []).toString()).toBe(body);
  });
});

describe('connections', () => {
  it('are used again', async () => {
    const server = await serve((request, response) => {
      const fails = request.url?.includes('missing') === true;
      response.writeHead(fails ? 404 : 200).end(JSON.stringify(eventBody()));
    });
    const client = clientOf(server.url, { connections: 1 });
    await client.event(raceId, never());
    await feedError(client.event('missing', never()));
    await client.event(raceId, never());
    expect(server.requests).toHaveLength(3);
    expect(server.sockets).toHaveLength(1);
  });

  it('are given up when nobody has used them for long, and the next request opens another', async () => {
    // Without a hint of the server, which would go before ours.
    const server = await serve((_, response) => {
      response.writeHead(200, { connection: 'keep-alive' }).end(JSON.stringify(eventBody()));
    });
    const client = clientOf(server.url, { connections: 1, keepAliveMs: 50 });
    await client.event(raceId, never());
    const [socket] = server.sockets;
    // By the client: a server that has waited for too long does not end a connection, it destroys it.
    await once(socket ?? fail('no connection'), 'end');
    await client.event(raceId, never());
    expect(server.sockets).toHaveLength(2);
  });

  it('are never more than allowed', async () => {
    const server = await serve((_, response) => {
      setTimeout(() => response.end(JSON.stringify(eventBody())), 20);
    });
    const client = clientOf(server.url, { connections: 2 });
    await Promise.all(Array.from({ length: 6 }, () => client.event(raceId, never())));
    expect(server.requests).toHaveLength(6);
    expect(server.sockets).toHaveLength(2);
  });

  it('are given back by a request that its caller stops', async () => {
    const server = await serve(() => undefined);
    const client = clientOf(server.url, { connections: 1 });
    const caller = new AbortController();
    const failing = feedError(client.event(raceId, caller.signal));
    await expect.poll(() => server.requests.length).toBe(1);
    const [socket] = server.sockets;
    const closed = once(socket ?? fail('no connection'), 'close');
    caller.abort(new Error('credential in a reason'));
    expect(await failing).toMatchObject({
      fault: 'timeout',
      message: expect.stringMatching(/stopped by its caller/) as string,
    });
    await closed;
  });

  it('are not opened for a caller that has stopped already', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const error = await feedError(clientOf(server.url).event(raceId, AbortSignal.abort()));
    expect(error.fault).toBe('timeout');
    expect(server.sockets).toHaveLength(0);
  });

  it('are closed after the requests that are under way', async () => {
    const server = await serve((_, response) => {
      setTimeout(() => response.end(JSON.stringify(eventBody())), 50);
    });
    const client = clientOf(server.url);
    const answer = client.event(raceId, never());
    await expect.poll(() => server.requests.length).toBe(1);
    await client.close();
    expect((await answer).snapshot.raceId).toBe(raceId);
    const error = await feedError(client.event(raceId, never()));
    expect(error).toMatchObject({
      fault: 'network',
      message: expect.stringContaining('the client is closed') as string,
    });
  });
});

function fail(message: string): never {
  throw new Error(message);
}
