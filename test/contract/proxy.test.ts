import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { connect } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { noProxies, parseProxy } from '../../src/net/proxies.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import { listingBody } from '../support/http-feed.ts';
import { selfSigned } from '../support/leak-tls.ts';
import { oddstream, start, temporaryDirectory } from '../support/process.ts';
import type { Ended } from '../support/process.ts';

const directory = temporaryDirectory();
const password = 'proxy-password-7';
const login = `Basic ${Buffer.from(`carol:${password}`).toString('base64')}`;

/** What the proxy was asked for. */
let asked: string[] = [];
/** Whether it wants a login. */
let wantsLogin = false;
let feed: Server;
let proxy: Server;

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function listening(server: Server): Promise<void> {
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
}

const isRefused = ({ headers }: IncomingMessage): boolean =>
  wantsLogin && headers['proxy-authorization'] !== login;

beforeAll(async () => {
  const { key, cert } = selfSigned('feed.test');
  writeFileSync(join(directory.path, 'ca.pem'), cert);
  feed = createTlsServer({ key, cert }, (request, response) => {
    const date = new URL(request.url ?? '', 'https://feed.test').searchParams.get('date_from') ?? '';
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ ...listingBody([]), date }));
  });
  await listening(feed);
  // Names lead nowhere but through it, as behind a firewall.
  proxy = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    if (isRefused(request)) response.writeHead(407).end();
    else response.setHeader('content-type', 'application/json').end('{"total":0,"tables":[]}');
  }).on('connect', (request: IncomingMessage, socket) => {
    asked.push(`CONNECT ${request.url ?? ''}`);
    socket.on('error', () => undefined);
    if (isRefused(request)) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    const onward = connect(portOf(feed), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      socket.pipe(onward).pipe(socket);
    });
    onward.on('error', () => socket.destroy());
  });
  await listening(proxy);
});

beforeEach(() => {
  asked = [];
  wantsLogin = false;
});

afterAll(() => {
  proxy.close();
  feed.close();
  directory.remove();
});

function importThrough(env: NodeJS.ProcessEnv): Promise<Ended> {
  const identity = { TAB_FROM: 'someone@example.org', TAB_PARTNER: 'Somebody', TAB_PARTNER_ID: 'f3a9-77' };
  const ca = { NODE_EXTRA_CA_CERTS: join(directory.path, 'ca.pem') };
  const db = join(directory.path, `${String(Math.random())}.db`);
  return oddstream(['import', '--date', '2026-02-28', '--db', db], {
    cwd: directory.path,
    env: { ...identity, ...ca, TAB_BASE_URL: 'https://feed.test', ...env },
  });
}

const events = ({ stdout }: Ended, event: string): Record<string, unknown>[] =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
    .filter((line) => line.event === event);

describe('a feed behind a proxy', () => {
  it.each(['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY'])(
    'is reached by %s, with a CA of its own',
    async (name) => {
      const ended = await importThrough({ [name]: `http://127.0.0.1:${portOf(proxy)}` });
      expect(events(ended, 'import.finished')).toMatchObject([{ failed: 0 }]);
      expect(ended.code).toBe(0);
      expect(new Set(asked)).toEqual(new Set(['CONNECT feed.test:443']));
    },
  );

  it('is reached with a login, which is shown nowhere', async () => {
    wantsLogin = true;
    const right = await importThrough({ HTTPS_PROXY: `http://carol:${password}@127.0.0.1:${portOf(proxy)}` });
    expect(events(right, 'import.finished')).toMatchObject([{ failed: 0 }]);
    const wrong = await importThrough({
      HTTPS_PROXY: `http://carol:${password}x@127.0.0.1:${portOf(proxy)}`,
    });
    expect(wrong.code).toBe(1);
    expect(events(wrong, 'listing.failed')[0]?.detail).toMatch(
      new RegExp(
        `\\(proxy: 127\\.0\\.0\\.1:${portOf(proxy)}\\) failed with UND_ERR_ABORTED: the proxy refused`,
      ),
    );
    for (const { stdout, stderr } of [right, wrong]) expect(stdout + stderr).not.toContain(password);
  });

  it('is asked straight where NO_PROXY has it', async () => {
    const ended = await importThrough({
      HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
      NO_PROXY: 'example.org,.test',
    });
    expect(events(ended, 'listing.failed')[0]?.detail).toContain('ENOTFOUND');
    expect(asked).toEqual([]);
  });

  it('names the setting for a CA that is not known', async () => {
    const ended = await importThrough({
      HTTPS_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
      NODE_EXTRA_CA_CERTS: undefined,
    });
    expect(events(ended, 'listing.failed')[0]?.detail).toContain('NODE_EXTRA_CA_CERTS');
  });

  it('is refused with a proxy that is none', async () => {
    const { code, stderr } = await importThrough({ HTTPS_PROXY: 'gopher://x' });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: 'oddstream: HTTPS_PROXY is not the URL of a proxy, such as http://proxy.example:3128.\n',
    });
  });
});

describe('the start', () => {
  it('says through which proxy the feed is asked, and where', async () => {
    const { stdout } = await oddstream(['run', '--duration', '1ms', '--db', join(directory.path, 'run.db')], {
      cwd: directory.path,
      env: {
        ...{ TAB_FROM: 'someone@example.org', TAB_PARTNER: 'Somebody', TAB_PARTNER_ID: 'f3a9-77' },
        TAB_BASE_URL: 'https://feed.test/tab/affiliates/v1/',
        HTTPS_PROXY: `http://carol:${password}@127.0.0.1:${portOf(proxy)}`,
        NO_PROXY: 'example.org',
      },
    });
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({
      event: 'service.started',
      feed: 'https://feed.test/tab/affiliates/v1/racing',
      proxy: `127.0.0.1:${portOf(proxy)}`,
      no_proxy: 'example.org',
    });
  });

  it('of the simulator goes round every proxy, Node’s own among them', async () => {
    const service = start(['run', '--db', join(directory.path, 'simulator.db')], {
      cwd: directory.path,
      env: {
        HTTP_PROXY: `http://127.0.0.1:${portOf(proxy)}`,
        NODE_USE_ENV_PROXY: '1',
      },
    });
    await service.says('"race.started"');
    service.child.kill('SIGKILL');
    await service.ended;
    expect(asked).toEqual([]);
  });
});

it('Appwrite is reached through a proxy', async () => {
  const appwrite = openAppwrite({
    endpoint: 'http://appwrite.test/v1',
    projectId: 'p',
    key: new Secret('standard_key'),
    databaseId: 'd',
    proxies: { ...noProxies, http: parseProxy(`http://127.0.0.1:${portOf(proxy)}`) },
  });
  const { tables } = await appwrite.ask((database) => database.listTables({ databaseId: 'd' }));
  await appwrite.close();
  expect(tables).toEqual([]);
  expect(asked).toEqual(['GET http://appwrite.test/v1/tablesdb/d/tables']);
});
