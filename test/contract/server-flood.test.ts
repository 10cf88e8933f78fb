import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { failure } from '../../src/server/contract/failure.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { temporaryDirectory } from '../support/process.ts';
import { serveJournal, serveRun } from '../support/serving.ts';
import { insert } from '../support/sink.ts';

/*
 * Readers that are too many, or that do not read: they are refused or cut off, and nothing else suffers.
 */

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);
const patience = { timeout: 25_000, interval: 100 };

afterAll(() => {
  directory.remove();
});

const requestOf = (path: string): string => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;

/** A client that sends requests without waiting for answers; gone when the test is finished. */
function client(
  url: string,
  text: string,
  reads = true,
): { readonly socket: Socket; readonly had: () => string } {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  let had = '';
  if (reads) {
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      had += chunk;
      // The rest of what is given is much for this process too.
      if (statusOf(had) === '200') socket.pause();
    });
  }
  if (!reads) socket.pause();
  socket.on('error', () => undefined);
  socket.write(text);
  onTestFinished(() => {
    socket.destroy();
  });
  return { socket, had: () => had };
}

const statusOf = (had: string): string => had.slice(9, 12);

describe('a flood of readers', () => {
  it('is answered with 503 and Retry-After beyond its bounds, while polls are committed and health is told', async () => {
    const service = await serveRun(['--db', file('run.db'), '--races', '60', '--seed', '5', '--speed', '20']);
    onTestFinished(() => {
      service.child.kill('SIGKILL');
    });
    await service.says('"import.finished"');
    const polls = (): number => service.printed().split('"poll.changed"').length;
    const flood = [
      ...Array.from({ length: 300 }, () => '/api/stream?after=1'),
      ...Array.from({ length: 100 }, (_, index) => `/api/movers?minutes=${index + 1}`),
      ...Array.from({ length: 50 }, () => '/api/status'),
    ].map((path) => client(service.url, requestOf(path)));
    const before = polls();
    for (const path of ['/livez', '/readyz', '/metrics']) {
      expect([path, (await fetch(`${service.url}${path}`)).status]).toEqual([path, 200]);
    }
    await vi.waitFor(
      () => {
        for (const { had } of flood) expect(had()).toMatch(/^HTTP\/1\.1 (200|503) /);
      },
      { timeout: 60_000, interval: 100 },
    );
    const refused = flood.filter(({ had }) => statusOf(had()) === '503');
    expect(refused.length).toBeGreaterThanOrEqual(44);
    for (const { had } of refused) {
      const [head = '', body = ''] = had().split('\r\n\r\n');
      expect(head.toLowerCase()).toMatch(/^retry-after: [15]$/m);
      expect(head.toLowerCase()).toContain('connection: close');
      expect(failure.parse(JSON.parse(body)).status).toBe(503);
    }
    expect(flood.some(({ had }) => statusOf(had()) === '200')).toBe(true);
    await vi.waitFor(
      () => {
        expect(polls()).toBeGreaterThan(before + 5);
      },
      { timeout: 60_000, interval: 100 },
    );
    expect(service.printed()).not.toContain('"server.failed"');
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  }, 120_000);
});

describe('a client that does not read its answers', () => {
  /** A journal with a race that has an answer of 10 MB: more than what lies on the way to a client. */
  function longHistory(name: string): string {
    const journal = openJournal(file(name), { source: { kind: 'recording' }, now: () => Date.now() });
    const description = 'x'.repeat(5_000);
    journal.commit([
      insert('races', { race_id: 'r1', status: 'Open' }),
      ...Array.from({ length: 2_000 }, (_, index) =>
        insert('bets', { id: `b${index}`, race_id: 'r1', description }),
      ),
    ]);
    journal.close();
    return file(name);
  }
  const page = '/api/races/r1/bets?limit=2000';
  const statusNow = async (url: string): Promise<number> => {
    const response = await fetch(`${url}${page}`);
    await response.body?.cancel();
    return response.status;
  };

  it('is cut off, and others have its place then', async () => {
    const { url, dropped } = await serveJournal(longHistory('unread.db'), {
      limits: { heavy: 4, answerMs: 3_000 },
    });
    for (let index = 0; index < 4; index++) client(url, requestOf(page), false);
    const route = '/api/races/:race_id/bets';
    await vi.waitFor(() => {
      expect(dropped.filter((one) => one === route).length).toBeGreaterThanOrEqual(4);
    }, patience);
    await vi.waitFor(async () => {
      expect(await statusNow(url)).toBe(200);
    }, patience);
    const text = await (await fetch(`${url}/metrics`)).text();
    expect(text).toContain(`oddstream_http_clients_dropped_total{route="${route}"} ${dropped.length}`);
  });

  it('gives back every place that it had when it leaves, those of answers that wait behind others too', async () => {
    const { url, dropped } = await serveJournal(longHistory('left.db'), { limits: { heavy: 4 } });
    const { socket } = client(url, requestOf(page).repeat(4), false);
    await vi.waitFor(async () => {
      expect(await statusNow(url)).toBe(503);
    }, patience);
    socket.resetAndDestroy();
    await vi.waitFor(async () => {
      const all = await Promise.all([1, 2, 3, 4].map(() => statusNow(url)));
      expect(all).toEqual([200, 200, 200, 200]);
    }, patience);
    expect(dropped).toEqual([]);
  });
});

describe('connections', () => {
  it('that are idle make room for another one', async () => {
    openJournal(file('idle.db'), { source: { kind: 'recording' }, now: () => Date.now() }).close();
    const { url } = await serveJournal(file('idle.db'), { limits: { connections: 3 } });
    const idle = Array.from({ length: 3 }, () => client(url, requestOf('/livez')));
    await vi.waitFor(() => {
      for (const { had } of idle) expect(statusOf(had())).toBe('200');
    }, patience);
    await vi.waitFor(async () => {
      expect((await fetch(`${url}/livez`)).status).toBe(200);
    }, patience);
  });
});
