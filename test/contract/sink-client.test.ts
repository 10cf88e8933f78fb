import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import type { Appwrite } from '../../src/sinks/appwrite/client.ts';
import { AppwriteError } from '../../src/sinks/appwrite/errors.ts';
import { serve, serveSocket, unusedPort } from '../support/http.ts';

const key = 'standard_4711-very-secret';

function clientOf(url: string, timeoutMs = 500_000): Appwrite {
  const access = { endpoint: `${url}/v1`, projectId: 'racing', key: new Secret(key), databaseId: 'odds' };
  const appwrite = openAppwrite(access, timeoutMs);
  onTestFinished(() => appwrite.close());
  return appwrite;
}

const row = { $id: 'a', seq: 1, odds: 0.1 + 0.2, name: 'Ōtaki', gone: null };

function upsert(appwrite: Appwrite, signal?: AbortSignal): Promise<unknown> {
  return appwrite.ask(
    (tables) => tables.upsertRows({ databaseId: 'odds', tableId: 'bets', rows: [row] }),
    signal,
  );
}

/** What a call fails with, after a look for the key in everything that could be shown of it. */
async function failure(call: Promise<unknown>): Promise<AppwriteError> {
  const error = await call.then(
    () => 'an answer',
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof AppwriteError)) throw new Error('expected an AppwriteError', { cause: error });
  const shown = [inspect(error, { depth: 9, showHidden: true }), JSON.stringify(error), error.stack ?? ''];
  expect(shown.join()).not.toContain(key);
  return error;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

const json = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => {
  return (_, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
};

describe('a call to Appwrite', () => {
  it('is what the SDK would send, with the key in a header and nowhere else', async () => {
    const bodies: string[] = [];
    const server = await serve((request, response) => {
      void request.toArray().then((chunks: Buffer[]) => {
        bodies.push(Buffer.concat(chunks).toString());
        json(200, { total: 0, rows: [] })(request, response);
      });
    });
    const appwrite = clientOf(server.url);
    expect(await upsert(appwrite)).toEqual({ total: 0, rows: [] });
    const [request] = server.requests;
    expect(request).toMatchObject({ method: 'PUT', url: '/v1/tablesdb/odds/tables/bets/rows' });
    expect(request?.headers).toMatchObject({
      'x-appwrite-key': key,
      'x-appwrite-project': 'racing',
      'x-sdk-name': 'Node.js',
      'content-type': 'application/json',
    });
    expect(bodies).toEqual([JSON.stringify({ rows: [row] })]);
    expect(inspect(appwrite, { depth: 9, showHidden: true })).not.toContain(key);
  });

  it('never takes the key to another host', async () => {
    const other = await serve(json(200, { total: 0, rows: [] }));
    const server = await serve((_, response) => response.writeHead(307, { location: other.url }).end());
    expect((await failure(upsert(clientOf(server.url)))).fault).toBe('misdirected');
    expect(other.requests).toEqual([]);
  });

  it.each<[string, Answer, Partial<AppwriteError>]>([
    [
      'a refusal',
      json(400, { message: `No ${key}`, code: 400, type: 'row_invalid_structure' }),
      { fault: 'refused', status: 400, type: 'row_invalid_structure', detail: 'No [redacted]' },
    ],
    ['a wrong key', json(401, { type: 'user_unauthorized', message: '' }), { fault: 'unauthorized' }],
    ['a forbidden call', json(403, {}), { fault: 'forbidden', type: '' }],
    ['the limit of a plan', json(402, {}), { fault: 'forbidden' }],
    ['something that is not there', json(404, { type: 'table_not_found' }), { fault: 'not_found' }],
    ['a timeout', json(408, {}), { fault: 'timeout', passes: true }],
    ['a limit', json(429, {}, { 'retry-after': '7' }), { fault: 'rate_limited', retryAfterMs: 7_000 }],
    ['a failing database', json(500, { type: 'general_unknown' }), { fault: 'server_error', passes: true }],
    [
      'a page of a proxy',
      (_, response) => response.writeHead(502, { 'content-type': 'text/html' }).end(`<p>${key}</p>`),
      { fault: 'server_error', type: '', detail: '' },
    ],
    [
      'a page with status 200',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<p>Welcome</p>'),
      { fault: 'misdirected', passes: false },
    ],
    [
      'a compression that was not asked for',
      (_, response) => {
        response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(1_000_000)));
      },
      { fault: 'misdirected' },
    ],
    [
      'an endless answer',
      (_, response) => {
        const chunk = Buffer.alloc(1 << 20, 'x');
        const more = (): void => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on('drain', more);
        more();
      },
      { fault: 'misdirected' },
    ],
  ])('tells %s without a credential', async (_, answer, expected) => {
    const server = await serve(answer);
    const error = await failure(upsert(clientOf(server.url, 10_000)));
    expect(error).toMatchObject(expected);
    expect(error.message).toMatch(/^PUT \/v1\/tablesdb\/odds\/tables\/bets\/rows /);
  });

  it('ends by its deadline when there is no answer, and when there is no end of it', async () => {
    const silent = await serve(() => undefined);
    const slow = await serve((_, response) => {
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    for (const { url } of [silent, slow]) {
      expect((await failure(upsert(clientOf(url, 200)))).fault).toBe('timeout');
    }
  });

  it('is given up by its caller', async () => {
    const silent = await serve(() => undefined);
    const controller = new AbortController();
    const call = failure(upsert(clientOf(silent.url), controller.signal));
    setTimeout(() => {
      controller.abort();
    }, 50);
    expect((await call).passes).toBe(true);
  });

  it('tells when nobody is there', async () => {
    const closed = `http://127.0.0.1:${await unusedPort()}`;
    expect(await failure(upsert(clientOf(closed)))).toMatchObject({ fault: 'network', status: 0 });
    const broken = await serveSocket((socket) => socket.destroy());
    expect(await failure(upsert(clientOf(broken.url)))).toMatchObject({ fault: 'network' });
    const garbage = await serveSocket((socket) => socket.end(`HTTP/9 ${key}\r\n\r\n`));
    expect(await failure(upsert(clientOf(garbage.url)))).toMatchObject({ fault: 'network' });
  });
});
