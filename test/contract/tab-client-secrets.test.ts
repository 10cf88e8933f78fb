import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { FeedError } from '../../src/domain/source.ts';
import { createTabClient } from '../../src/sources/tab/client.ts';
import { clientOf, credentials, feedError, identity, never, raceId } from '../support/http-feed.ts';
import { serve, serveSocket, unusedPort } from '../support/http.ts';

/** Everything that a careless log line could write of a value. */
function shownOf(value: unknown): string {
  const shown = [inspect(value, { depth: Infinity, showHidden: true, getters: true }), JSON.stringify(value)];
  if (value instanceof Error)
    shown.push(value.message, value.stack ?? '', JSON.stringify(Object.entries(value)));
  if (value instanceof FeedError) shown.push(Buffer.from(value.body ?? []).toString());
  return shown.join('\n');
}

function expectNoCredential(shown: string): void {
  for (const value of Object.values(credentials)) {
    const form = new URLSearchParams({ '': value }).toString().slice(1);
    for (const spelling of [value, encodeURIComponent(value), form, JSON.stringify(value).slice(1, -1)]) {
      expect(shown).not.toContain(spelling);
    }
  }
}

describe('a secret', () => {
  const secret = new Secret('hush');

  it('shows itself nowhere', () => {
    const shown = [
      // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- the mistake that it is for
      `${secret}`,
      String(secret),
      // eslint-disable-next-line @typescript-eslint/restrict-plus-operands -- as above
      '' + secret,
      secret.toString(),
      inspect(secret),
      inspect({ deep: { secret } }, { showHidden: true, depth: 9, customInspect: false }),
      JSON.stringify({ secret }),
      JSON.stringify(Object.entries(secret)),
      inspect(structuredClone(secret)),
    ];
    expect(shown.join()).not.toContain('hush');
    expect(shown.slice(0, 5)).toEqual(Array<string>(5).fill('[redacted]'));
    expect(JSON.stringify({ secret })).toBe('{"secret":"[redacted]"}');
  });

  it('is revealed to who asks for it', () => {
    expect(secret.reveal()).toBe('hush');
  });
});

describe('credentials', () => {
  it('cannot be read from a client or its options', async () => {
    const server = await serve((_, response) => response.end('{}'));
    const options = { baseUrl: server.url, identity, connections: 1, deadlineMs: 500_000 };
    const client = clientOf(server.url, options);
    await feedError(client.event(raceId, never()));
    expectNoCredential(shownOf(client));
    expectNoCredential(shownOf(options));
  });

  it('are in no failure, whatever the other side sends back', async () => {
    const echo = await serve((request, response) => {
      const query = new URLSearchParams(request.headers as Record<string, string>).toString();
      const encoded = Object.values(request.headers).map((value) => encodeURIComponent(String(value)));
      response.end([JSON.stringify(request.headers), query, ...encoded].join('\n'));
    });
    const garbage = await serveSocket((socket) => socket.end(`HTTP/9 ${credentials.from}\r\n\r\n`));
    const redirect = await serve((_, response) => {
      response
        .writeHead(302, { location: `/?${encodeURIComponent(credentials.from)}`, 'retry-after': '1' })
        .end();
    });
    const silent = await serve(() => undefined);
    const closed = `http://127.0.0.1:${await unusedPort()}`;
    for (const url of [echo.url, garbage.url, redirect.url, silent.url, closed]) {
      const error = await feedError(clientOf(url, { deadlineMs: 200 }).event(raceId, never()));
      expectNoCredential(shownOf(error));
    }
  });

  it('are blanked out in the body that a malformed answer keeps', async () => {
    const server = await serve((request, response) => {
      response.end(`not JSON: ${JSON.stringify(request.headers)}`);
    });
    const error = await feedError(clientOf(server.url).event(raceId, never()));
    const body = Buffer.from(error.body ?? []).toString();
    expect(body).toContain('"from":"[redacted]"');
    expect(body).toContain('"x-partner":"[redacted]"');
    expect(body).toContain('"x-partner-id":"[redacted]"');
  });

  it('are blanked out across the place where a kept body is cut', async () => {
    const limit = 1024 * 1024;
    const server = await serve((_, response) => {
      response.end('x'.repeat(limit - 10) + credentials.from);
    });
    const error = await feedError(clientOf(server.url).event(raceId, never()));
    const end = Buffer.from(error.body ?? [])
      .toString()
      .slice(-12);
    expect(end).toBe('xx[redacted]'.slice(0, 12));
  });

  it.each([
    ['from', 'TAB_FROM', 'a@b.c\nX-Evil: 1'],
    ['partner', 'TAB_PARTNER', 'Ā'],
    ['partnerId', 'TAB_PARTNER_ID', 'x\u0000y'],
  ] as const)('that a header cannot carry are refused by name: %s', (key, setting, value) => {
    const make = (): unknown =>
      createTabClient({
        baseUrl: 'http://127.0.0.1:1',
        identity: { ...identity, [key]: new Secret(value) },
        connections: 1,
        deadlineMs: 500_000,
      });
    expect(make).toThrow(new RegExp(`^${setting} holds a character that the header [\\w-]+ cannot carry`));
    expect(make).not.toThrow(value);
  });
});

describe('options', () => {
  const good = { baseUrl: 'http://127.0.0.1:1', identity: null, connections: 1, deadlineMs: 500_000 };

  it.each([
    ['an empty credential', { identity: { ...identity, partner: new Secret(' ') } }, /^TAB_PARTNER is empty/],
    ['a base URL that is none', { baseUrl: 'api.tab.co.nz' }, /^TAB_BASE_URL/],
    [
      'a base URL of an endpoint',
      { baseUrl: 'https://api.tab.co.nz/affiliates/v1/racing/meetings' },
      /^TAB_BASE_URL/,
    ],
    ['a base URL of another scheme', { baseUrl: 'ftp://api.tab.co.nz' }, /^TAB_BASE_URL/],
    ['a base URL with a password', { baseUrl: 'https://me:hush@api.tab.co.nz' }, /^TAB_BASE_URL(?!.*hush)/],
    ['a base URL with a query', { baseUrl: 'https://api.tab.co.nz?key=hush' }, /^TAB_BASE_URL(?!.*hush)/],
    ['no connections', { connections: 0 }, /connections/],
    ['no deadline', { deadlineMs: Infinity }, /deadline/],
  ])('with %s are refused', (_, change, message) => {
    expect(() => createTabClient({ ...good, ...change })).toThrow(message);
  });

  it('are refused with a line for each problem', () => {
    expect(() => createTabClient({ ...good, baseUrl: '', connections: 0, deadlineMs: NaN })).toThrow(
      /^.+\n.+\n.+$/,
    );
  });
});
