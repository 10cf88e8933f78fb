import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { FeedError } from '../../src/domain/source.ts';
import { networkFault } from '../../src/sources/tab/faults.ts';
import { retryAfterMs } from '../../src/sources/tab/retry-after.ts';
import type { TabClientOptions } from '../../src/sources/tab/client.ts';
import { clientOf, eventBody, feedError, never, raceId } from '../support/http-feed.ts';
import { serve, serveSocket, unusedPort } from '../support/http.ts';
import type { TestServer } from '../support/http.ts';

const path = `/affiliates/v1/racing/events/${raceId}`;

function failureAt(url: string, options: Partial<TabClientOptions> = {}): Promise<FeedError> {
  return feedError(clientOf(url, options).event(raceId, never()));
}

/** The failure that follows from an answer. */
async function failureOf(
  status: number,
  body: string | Buffer = '',
  headers: Record<string, string | string[]> = {},
  options: Partial<TabClientOptions> = {},
): Promise<FeedError> {
  const server = await serve((_, response) => response.writeHead(status, headers).end(body));
  return failureAt(server.url, options);
}

function kept(error: FeedError): string {
  return Buffer.from(error.body ?? []).toString();
}

describe('a status', () => {
  it.each([
    [301, 'refused', 'redirects are not followed'],
    [400, 'refused', 'does not take this request'],
    [401, 'refused', 'check TAB_FROM, TAB_PARTNER and TAB_PARTNER_ID'],
    [403, 'refused', 'check TAB_FROM, TAB_PARTNER and TAB_PARTNER_ID'],
    [404, 'not_found', 'does not have it'],
    [429, 'rate_limited', 'too many requests'],
    [500, 'server_error', 'failed on its side'],
    [503, 'server_error', 'failed on its side'],
    [204, 'malformed', 'only a 200'],
  ])('%i is %s', async (status, fault, advice) => {
    const error = await failureOf(status, status === 204 ? '' : '<p>something</p>');
    expect(error).toMatchObject({ fault, retryAfterMs: null, body: null });
    expect(error.message).toContain(`GET ${path} was answered with ${status}: `);
    expect(error.message).toContain(advice);
  });

  it('of a redirect is not followed', async () => {
    const other = await serve((_, response) => response.end(JSON.stringify(eventBody())));
    const error = await failureOf(302, '', { location: `${other.url}${path}` });
    expect(error.fault).toBe('refused');
    expect(other.requests).toHaveLength(0);
  });

  it.each([429, 503])('of %i carries how long to wait', async (status) => {
    const error = await failureOf(status, '', { 'retry-after': '17' });
    expect(error.retryAfterMs).toBe(17_000);
    expect(error.message).toMatch(/left alone for 17 s\.$/);
  });

  it.each([
    ['Sun, 01 Mar 2026 00:00:30 GMT', 30_000],
    ['Sunday, 01-Mar-26 00:00:30 GMT', 30_000],
    ['Sun Mar  1 00:00:30 2026', 30_000],
    ['Sat, 28 Feb 2026 23:00:00 GMT', 0],
    ['0', 0],
    ['1.5', 1500],
    ['soon', null],
    ['-5', null],
    ['Sunday', null],
    ['2026-03-01', null],
    ['9'.repeat(400), null],
  ])('429 with Retry-After %s waits %s ms', async (header, wait) => {
    const now = (): number => Date.UTC(2026, 2, 1);
    expect((await failureOf(429, '', { 'retry-after': header }, { now })).retryAfterMs).toBe(wait);
  });

  it('429 with a date that names no zone is in GMT wherever this runs', () => {
    vi.stubEnv('TZ', 'Pacific/Auckland');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(new Date(2026, 0).getTimezoneOffset()).toBe(-780);
    expect(retryAfterMs('Sun Mar  1 00:00:30 2026', Date.UTC(2026, 2, 1))).toBe(30_000);
  });

  it('is told at once even when its body never ends', async () => {
    const server = await serve((_, response) => {
      response.writeHead(500).write('a start');
      onTestFinished(() => void response.destroy());
    });
    // By its deadline it would be a timeout.
    expect((await failureAt(server.url)).fault).toBe('server_error');
  });
});

describe('the network', () => {
  it('with nothing at the port', async () => {
    const error = await failureAt(`http://127.0.0.1:${await unusedPort()}`);
    expect(error).toMatchObject({ fault: 'network', body: null });
    expect(error.message).toBe(
      `GET ${path} failed with ECONNREFUSED: nothing listens there; check TAB_BASE_URL.`,
    );
  });

  it('with a connection that is reset before the answer', async () => {
    const server = await serveSocket((socket) => socket.resetAndDestroy());
    const error = await failureAt(server.url);
    expect(error.fault).toBe('network');
    expect(error.message).toMatch(/failed with (ECONNRESET|UND_ERR_SOCKET): the connection broke/);
  });

  const lengthened = 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n{"header":';
  const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\n{"header":\r\n';

  it.each([
    ['reset', lengthened, 'reset'],
    ['closed', lengthened, 'end'],
    ['closed between chunks', chunked, 'end'],
  ] as const)('with a connection that is %s in the body', async (_, start, how) => {
    const server = await serveSocket((socket) => {
      socket.write(start);
      setTimeout(() => (how === 'reset' ? socket.resetAndDestroy() : socket.end()), 30);
    });
    const error = await failureAt(server.url);
    expect(error.fault).toBe('network');
    expect(error.message).toMatch(/failed with (ECONNRESET|UND_ERR_SOCKET): the connection broke/);
  });

  it('with an answer that is not HTTP', async () => {
    const server = await serveSocket((socket) => socket.end('220 mail.example.org ESMTP\r\n'));
    const error = await failureAt(server.url);
    expect(error.fault).toBe('network');
    expect(error.message).not.toContain('example.org');
  });

  it.each(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'])('with %s is a timeout', (code) => {
    const error = networkFault(path, Object.assign(new Error('a text'), { code }));
    expect(error).toMatchObject({
      fault: 'timeout',
      message: `GET ${path} had no answer in time (${code}).`,
    });
  });

  it('with a host that has no TLS', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const error = await failureAt(server.url.replace('http:', 'https:'));
    expect(error).toMatchObject({ fault: 'network', message: expect.stringContaining('ERR_SSL_') as string });
  });
});

describe('the deadline', () => {
  const text = JSON.stringify(eventBody());

  /** That a request which would never end fails by its deadline. */
  async function expectLate(server: TestServer, options: Partial<TabClientOptions> = {}): Promise<void> {
    const error = await failureAt(server.url, { deadlineMs: 300, ...options });
    expect(error).toMatchObject({
      fault: 'timeout',
      message: `GET ${path} had no complete answer within 300 ms.`,
    });
  }

  it('ends a request that is not answered', async () => {
    await expectLate(await serve(() => undefined));
  });

  it('ends a body that never ends, and its connection', async () => {
    const server = await serve((_, response) => {
      response.write(text);
    });
    await expectLate(server);
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true);
  });

  it('ends a body that drips', async () => {
    const server = await serve((_, response) => {
      let at = 0;
      const drip = setInterval(() => response.write(text.charAt((at += 1))), 10);
      response.on('close', () => {
        clearInterval(drip);
      });
    });
    await expectLate(server);
  });

  it('or the caller ends a request that waits for a connection', async () => {
    const server = await serve((request, response) => {
      if (request.url?.includes('first') !== true) response.end(text);
    });
    const client = clientOf(server.url, { connections: 1, deadlineMs: 2_000 });
    const caller = new AbortController();
    const order: string[] = [];
    const occupying = feedError(client.event('first', never())).finally(() => order.push('occupying'));
    const waiting = feedError(client.event(raceId, caller.signal)).finally(() => order.push('waiting'));
    await expect.poll(() => server.requests.length).toBe(1);
    caller.abort();
    expect((await waiting).message).toContain('stopped by its caller');
    expect((await occupying).message).toContain('within 2000 ms');
    expect(order).toEqual(['waiting', 'occupying']);
    expect(server.requests).toHaveLength(1);
  });

  it('leaves the client fit for the next request', async () => {
    let isFirst = true;
    const server = await serve((_, response) => {
      if (!isFirst) response.end(text);
      isFirst = false;
    });
    const client = clientOf(server.url, { connections: 1, deadlineMs: 200 });
    expect((await feedError(client.event(raceId, never()))).fault).toBe('timeout');
    // A busy machine may not be in time at once.
    const next = () => client.event(raceId, never()).then(({ snapshot }) => snapshot.raceId, String);
    await expect.poll(next).toBe(raceId);
  });
});

describe('a body', () => {
  const html = '<!doctype html><title>Access denied</title>';
  const megabyte = 1024 * 1024;

  it('that is a page of HTML with 200', async () => {
    const error = await failureOf(200, html, { 'content-type': 'text/html; charset=utf-8' });
    expect(error.fault).toBe('malformed');
    expect(error.message).toBe(
      `GET ${path} was answered with a body that is not JSON (${html.length} bytes, content type text/html).`,
    );
    expect(kept(error)).toBe(html);
  });

  it.each([
    ['empty', ''],
    ['cut off', '{"header":'],
    ['two values', '{}{}'],
  ])('that is %s', async (_, body) => {
    const error = await failureOf(200, body);
    expect(error).toMatchObject({
      fault: 'malformed',
      message: expect.stringContaining('is not JSON') as string,
    });
    expect(kept(error)).toBe(body);
  });

  it('that is JSON but nothing that the feed serves', async () => {
    const error = await failureOf(200, '{"error":"none"}');
    expect(error).toMatchObject({
      fault: 'malformed',
      message: expect.stringMatching(/understood \(\w+/) as string,
    });
    expect(kept(error)).toBe('{"error":"none"}');
  });

  it.each(['null', '7', '[]'])('that is %s', async (body) => {
    expect(await failureOf(200, body)).toMatchObject({ fault: 'malformed' });
  });

  it('that is not UTF-8', async () => {
    const body = Buffer.from('{"name":"M\xe4rz"}', 'latin1');
    const error = await failureOf(200, body);
    expect(error).toMatchObject({
      fault: 'malformed',
      message: expect.stringContaining('not UTF-8') as string,
    });
    expect(Buffer.from(error.body ?? []).equals(body)).toBe(true);
  });

  it.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ] as const)('that is a cut %s keeps what can be decompressed', async (encoding, compress) => {
    const text = JSON.stringify(Array.from({ length: 30_000 }, () => Math.random()));
    const whole = compress(text);
    const error = await failureOf(200, whole.subarray(0, whole.length - 100), {
      'content-encoding': encoding,
    });
    expect(error.fault).toBe('malformed');
    expect(error.message).toContain(`ends early: its ${encoding} is cut off`);
    expect(text.startsWith(kept(error))).toBe(true);
    // zstd decompresses by blocks of 128 KB.
    expect(kept(error).length).toBeGreaterThan(text.length - 128 * 1024);
  });

  it('that is no gzip although it says so', async () => {
    const error = await failureOf(200, html, { 'content-encoding': 'gzip' });
    expect(error).toMatchObject({
      fault: 'malformed',
      message: expect.stringContaining('Z_DATA_ERROR') as string,
    });
    expect(kept(error)).toBe(html);
  });

  it('in a compression that was not asked for', async () => {
    const error = await failureOf(200, html, { 'content-encoding': 'compress' });
    expect(error).toMatchObject({
      fault: 'malformed',
      message: expect.stringContaining('not asked') as string,
    });
    expect(kept(error)).toBe(html);
  });

  it('that decompresses to more than 2 MB', async () => {
    const bomb = gzipSync(Buffer.alloc(3 * megabyte, ' '));
    const error = await failureOf(200, bomb, { 'content-encoding': 'gzip' });
    expect(error).toMatchObject({ fault: 'malformed', message: expect.stringContaining('2 MB') as string });
    expect(kept(error)).toBe(' '.repeat(2 * megabyte));
  });

  it('of more than 2 MB as sent is given up', async () => {
    const piece = Buffer.alloc(megabyte, '7');
    const server = await serve((_, response) => {
      const pour = (): void => {
        while (!response.destroyed && response.write(piece));
      };
      response.on('drain', pour);
      pour();
    });
    const error = await failureAt(server.url);
    expect(error).toMatchObject({ fault: 'malformed', message: expect.stringContaining('2 MB') as string });
    expect(error.body).toHaveLength(2 * megabyte);
    await expect.poll(() => server.sockets[0]?.destroyed).toBe(true);
  });
});
