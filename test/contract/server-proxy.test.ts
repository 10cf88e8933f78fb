import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request as rawRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { raceList } from '../../src/server/contract/answers.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { unusedPort } from '../support/http.ts';
import { root, temporaryDirectory } from '../support/process.ts';
import { readStream, serveJournal } from '../support/serving.ts';
import { insert } from '../support/sink.ts';

/*
 * A real nginx in front, configured as docs/server.md says: another name, a path, and nothing else.
 */

const nginx = ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/bin/nginx'].find((file) => existsSync(file));
if (nginx === undefined)
  console.warn('No proxy was tried: there is no nginx here (apt-get install nginx-light).');

const directory = temporaryDirectory();
const file = join(directory.path, 'proxied.db');
const name = 'odds.example.com';
const patience = { timeout: 500_000, interval: 50 };
let journal: Journal;

beforeAll(() => {
  journal = openJournal(file, { source: { kind: 'recording' }, now: () => Date.now() });
});

afterAll(() => {
  journal.close();
  directory.remove();
});

/** The block of the docs, at a port of its own and without TLS. */
async function startProxy(upstream: string): Promise<number> {
  const port = await unusedPort();
  const docs = readFileSync(join(root, 'docs/server.md'), 'utf8');
  const [, block = ''] = /```nginx\n(.*?)```/s.exec(docs) ?? [];
  const server = block
    .replace('listen 443 ssl;', `listen 127.0.0.1:${port};`)
    .replace('http://127.0.0.1:8080', upstream);
  expect(server).toContain(`proxy_pass ${upstream}/;`);
  const place = temporaryDirectory();
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((what) => `${what}_temp_path ${join(place.path, what)};`)
    .join('\n');
  const configuration = join(place.path, 'nginx.conf');
  const errors = join(place.path, 'errors');
  writeFileSync(
    configuration,
    `daemon off;\nmaster_process off;\npid ${join(place.path, 'pid')};\nerror_log ${errors};\n` +
      `events {}\nhttp {\naccess_log off;\n${temporary}\n${server}}\n`,
  );
  const child = spawn(nginx ?? '', ['-c', configuration, '-e', errors], { stdio: 'ignore' });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
    place.remove();
  });
  await vi.waitFor(async () => {
    await (
      await ask(port, '/')
    ).body;
  }, patience);
  return port;
}

/** `fetch` does not let the Host be set. */
function ask(
  port: number,
  path: string,
  host = name,
): Promise<{
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: Promise<string>;
}> {
  return new Promise((resolve, reject) => {
    const headers = { host, accept: 'text/html' };
    rawRequest({ host: '127.0.0.1', port, path, headers }, (response) => {
      resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text(response) });
    })
      .on('error', reject)
      .end();
  });
}

describe.skipIf(nginx === undefined)('behind nginx, by a name and a path of its own', () => {
  it('the page finds its files, the API its description, and every link leads back under the path', async () => {
    const { url } = await serveJournal(file, { names: [name], pageDirectory: join(root, 'web/dist') });
    const port = await startProxy(url);
    const page = await ask(port, '/odds/');
    const html = await page.body;
    expect(page.status).toBe(200);
    const links = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link]) => link ?? '');
    expect(links.length).toBeGreaterThan(2);
    for (const link of links) {
      const { pathname } = new URL(link, `http://${name}/odds/`);
      const answered = await ask(port, pathname);
      expect([link, answered.status]).toEqual([link, 200]);
      expect(await answered.body).not.toBe(html);
    }
    const races = await ask(port, '/odds/api/races');
    expect(raceList.parse(JSON.parse(await races.body)).races).toEqual([]);

    const leadsTo = async (path: string): Promise<string> => {
      const { status, headers } = await ask(port, path);
      expect(status).toBe(302);
      return new URL(headers.location ?? '', `http://${name}${path}`).pathname;
    };
    expect(await leadsTo('/odds/api')).toBe('/odds/api/openapi.json');
    expect(await leadsTo('/odds/api/')).toBe('/odds/api/openapi.json');
    expect(await leadsTo('/odds/race/r1')).toBe('/odds/');
    const described = JSON.parse(await (await ask(port, '/odds/api/openapi.json')).body) as {
      servers: { url: string }[];
    };
    const base = new URL(described.servers[0]?.url ?? '', `http://${name}/odds/api/openapi.json`);
    expect(base.pathname).toBe('/odds/');
  });

  it('the stream of a quiet race comes at once, and each of its events when it is written', async () => {
    const { url } = await serveJournal(file, { names: [name, '127.0.0.1'] });
    const port = await startProxy(url);
    const stream = readStream(`http://127.0.0.1:${port}/odds/api/stream?race=quiet`);
    await vi.waitFor(() => {
      expect(stream.events.map(({ event }) => event)).toEqual(['hello']);
    }, patience);
    journal.commit([insert('polls', { id: 'p1', race_id: 'quiet', outcome: 'unchanged' })]);
    await vi.waitFor(() => {
      expect(stream.events.map(({ event }) => event)).toEqual(['hello', 'poll']);
    }, patience);
    stream.stop();
  });

  it('a name that was not given is refused', async () => {
    const { url } = await serveJournal(file);
    const port = await startProxy(url);
    expect((await ask(port, '/odds/api/races')).status).toBe(421);
  });
});
