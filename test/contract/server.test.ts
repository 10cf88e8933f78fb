import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { request as rawRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { z } from 'zod';
import * as answers from '../../src/server/contract/answers.ts';
import { failure } from '../../src/server/contract/failure.ts';
import { status as statusAnswer } from '../../src/server/contract/status.ts';
import type { Race } from '../../src/server/contract/race.ts';
import { root, temporaryDirectory } from '../support/process.ts';
import { racedayStart } from '../support/raceday.ts';
import { readStream, serveRun } from '../support/serving.ts';
import type { Serving } from '../support/serving.ts';

/*
 * The server of a real run against the simulator: what it answers, to whom, and how it ends.
 */

const directory = temporaryDirectory();
const patience = { timeout: 500_000, interval: 100 };
let service: Serving;
let race: Race;

beforeAll(async () => {
  const args = ['--db', join(directory.path, 'run.db'), '--races', '60', '--seed', '5', '--speed', '60'];
  args.push('--origin', racedayStart);
  service = await serveRun(args);
  await vi.waitFor(async () => {
    expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  }, patience);
  await service.says('poll.changed');
  const { races } = await answer('/api/races?limit=1', answers.raceList);
  const [first] = races;
  if (first === undefined) throw new Error('no race is listed');
  race = first;
});

afterAll(async () => {
  service.child.kill('SIGKILL');
  await service.ended;
  directory.remove();
});

/** An answer, which is just what its schema says: nothing missing, nothing more. */
async function answer<S extends z.ZodType>(path: string, schema: S): Promise<z.infer<S>> {
  const response = await fetch(`${service.url}${path}`);
  const body: unknown = await response.json();
  expect(response.status, `${path}: ${JSON.stringify(body)}`).toBe(200);
  const parsed = schema.parse(body);
  expect(parsed).toEqual(body);
  return parsed;
}

describe('the API', () => {
  it('lists the races next to jump by their start, with the plan that each is polled by', async () => {
    const { races } = await answer('/api/races?limit=200', answers.raceList);
    expect(races.length).toBeGreaterThan(5);
    const starts = races.map(({ advertised_start }) => advertised_start);
    expect(starts).toEqual(starts.toSorted());
    for (const { ended_at } of races) expect(ended_at).toBeNull();
    expect(races.some(({ band, every_ms }) => band !== null && every_ms !== null)).toBe(true);
    expect(races.filter(({ freshness }) => freshness === 'fresh')).not.toEqual([]);
    const some = await answer(`/api/races?country=AUS&type=${race.type ?? 'T'}`, answers.raceList);
    for (const { country, type } of some.races) expect([country, type]).toEqual(['AUS', race.type]);
  });

  it('lists those that have ended, the newest first', async () => {
    const { races } = await answer('/api/races?view=ended', answers.raceList);
    const starts = races.map(({ advertised_start }) => advertised_start);
    expect(starts).toEqual(starts.toSorted().reverse());
  });

  it('tells a race with its runners, their prices, and their change since the first one', async () => {
    const detail = await answer(`/api/races/${race.race_id}`, answers.raceDetail);
    expect(detail.race.race_id).toBe(race.race_id);
    expect(detail.runners.length).toBeGreaterThan(3);
    const page = await answer(
      `/api/races/${race.race_id}/odds?kind=fixed_win&limit=2000`,
      answers.historyPages.odds,
    );
    for (const { entrant_id, fixed_win, fixed_win_open, fixed_win_change } of detail.runners) {
      const [first] = page.rows.filter((row) => row.entrant_id === entrant_id && row.odds !== null);
      expect(fixed_win_open).toBe(first?.odds ?? null);
      if (fixed_win === null || fixed_win_open === null) expect(fixed_win_change).toBeNull();
      else expect(fixed_win_change).toBeCloseTo(fixed_win / fixed_win_open - 1, 12);
    }
    expect(new Set(detail.pools.map(({ product }) => product)).size).toBe(detail.pools.length);
  });

  it.each(Object.keys(answers.historyPages) as (keyof typeof answers.historyPages)[])(
    'tells the history of a race: %s',
    async (part) => {
      const { rows } = await answer(`/api/races/${race.race_id}/${part}`, answers.historyPages[part]);
      for (const row of rows) expect(row.race_id).toBe(race.race_id);
      if (part === 'odds' || part === 'polls' || part === 'money') expect(rows).not.toEqual([]);
    },
  );

  it('tells movers and gaps over all races', async () => {
    await vi.waitFor(async () => {
      const { shortening, drifting, held } = await answer('/api/movers?minutes=60&limit=5', answers.movers);
      expect(shortening.length).toBeGreaterThan(0);
      expect(drifting.length).toBeGreaterThan(0);
      const changes = shortening.map(({ change }) => change);
      expect(changes).toEqual(changes.toSorted((a, b) => a - b));
      for (const { difference } of held) expect(difference).toBeGreaterThan(0);
    }, patience);
    await answer('/api/gaps', answers.gapList);
  });

  it('tells how the recorder does, on its own clock', async () => {
    const {
      source,
      clock,
      races,
      polls,
      rows,
      import: imported,
      sinks,
    } = await answer('/api/status', statusAnswer);
    expect(source).toMatchObject({ kind: 'simulator', seed: 5 });
    expect(clock.speed).toBe(60);
    expect(Date.parse(clock.now)).toBeGreaterThan(Date.parse(racedayStart));
    expect(races.live).toBeGreaterThan(10);
    expect(polls.minutes).toHaveLength(60);
    expect(polls.since_start.changed).toBeGreaterThan(0);
    expect(rows.polls).toBeGreaterThan(0);
    expect(imported?.finished_at).toMatch(/Z$/);
    expect(sinks).toEqual([]);
  });

  it('describes itself by OpenAPI', async () => {
    const { openapi, paths } = (await (await fetch(`${service.url}/api/openapi.json`)).json()) as {
      openapi: string;
      paths: Record<string, object>;
    };
    expect(openapi).toBe('3.1.0');
    const parts = Object.keys(answers.historyPages).map((part) => `/api/races/{race_id}/${part}`);
    const others = ['/livez', '/readyz', '/api/races', '/api/races/{race_id}', '/api/movers', '/api/gaps'];
    expect(Object.keys(paths).sort()).toEqual([...others, ...parts, '/api/status', '/api/stream'].sort());
  });
});

describe('a request that cannot be answered', () => {
  it.each([
    ['/api/races?limit=0', 400, 'limit'],
    ['/api/races?limit=many', 400, 'limit'],
    ['/api/races?limit=1&limit=2', 400, 'limit'],
    ['/api/races?sort=name', 400, 'sort'],
    ['/api/races?cursor=%00', 400, 'cursor'],
    ['/api/races?cursor=WzEsMl0', 400, 'cursor'],
    ['/api/races?type=X', 400, 'type'],
    ['/api/races/unknown', 404, 'race'],
    ['/api/races/unknown/odds', 404, 'race'],
    ['/api/movers?minutes=1000', 400, 'minutes'],
    ['/api/stream?events=prices', 400, 'events'],
    ['/api/stream?after=-1', 400, 'after'],
    ['/api/stream?events=toString', 400, 'events'],
    ['/api/stream?events=__proto__,odds', 400, 'events'],
    ['/api/stream?events=odds,', 400, 'events'],
    ['/api/races?__proto__=1', 400, '__proto__'],
    ['/api/races?country=NZ&country=AUS', 400, 'country'],
    ['/api/nothing', 404, 'nothing'],
    ['/api/races/toString/constructor', 404, 'nothing'],
    ['/assets/../../package.json', 404, 'nothing'],
    ['/%ff', 400, 'address'],
    ['/%zz', 400, 'address'],
    ['/api/races/%c3%28', 400, 'address'],
    [`/api/races/${'x'.repeat(300)}`, 404, 'nothing'],
  ])('%s is told so in one sentence', async (path, status, word) => {
    const response = await fetch(`${service.url}${path}`);
    const body = failure.parse(await response.json());
    expect(response.status).toBe(status);
    expect(body.status).toBe(status);
    expect(body.error).toContain(word);
    expect(body.error).toMatch(/^[^\n]{10,300}[.!]$/);
    expect(body.error).not.toMatch(/node_modules|\.ts\b| at .*:\d/);
  });

  it.each([
    ['/api/races?limit=abc', '"limit" must be a whole number from 1 to 200.'],
    ['/api/races?limit=201', '"limit" must be a whole number from 1 to 200.'],
    ['/api/races?limit=1.5', '"limit" must be a whole number from 1 to 200.'],
    ['/api/races?limit=', '"limit" must be a whole number from 1 to 200.'],
    ['/api/races?view=all', '"view" must be one of next, ended.'],
    ['/api/movers?minutes=NaN', '"minutes" must be a whole number from 1 to 180.'],
    ['/api/stream?after=x', '"after" must be a whole number from 0 to 9007199254740991.'],
    ['/api/races?country=NZ&country=AUS', '"country" must be given once.'],
    ['/api/races?lmit=5', 'There is no parameter "lmit" here; see /api/openapi.json.'],
  ])('%s is told which parameter is wrong and what it may be', async (path, sentence) => {
    const body = failure.parse(await (await fetch(`${service.url}${path}`)).json());
    expect(body.error).toBe(sentence);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('%s is not allowed', async (method) => {
    const response = await fetch(`${service.url}/api/races`, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(failure.parse(await response.json()).error).toContain('read-only');
  });

  it('a Last-Event-ID that is none is refused', async () => {
    const response = await fetch(`${service.url}/api/stream`, { headers: { 'last-event-id': 'x' } });
    expect(response.status).toBe(400);
    await response.body?.cancel();
  });
});

describe('who may ask', () => {
  /** `fetch` does not let the Host be set. */
  const statusFor = (host: string): Promise<number | undefined> =>
    new Promise((resolve, reject) => {
      rawRequest(`${service.url}/livez`, { headers: { host } }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

  it('answers to names of this machine only', async () => {
    for (const host of ['localhost', 'localhost:1', '127.0.0.1', '[::1]:8080']) {
      expect(await statusFor(host), host).toBe(200);
    }
    for (const host of [
      'evil.example',
      'localhost.evil.example:8080',
      '127.0.0.1.evil.example',
      '10.0.0.1',
    ]) {
      expect(await statusFor(host), host).toBe(421);
    }
  });

  it('lets no page of another origin have anything, and says so in strict headers', async () => {
    const { headers, status } = await fetch(`${service.url}/api/races`, {
      headers: { origin: 'https://evil.example' },
    });
    expect(status).toBe(403);
    expect(headers.get('access-control-allow-origin')).toBeNull();
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
    expect(headers.get('server')).toBeNull();
  });
});

describe('every answer', () => {
  /** What comes back for bytes that `fetch` would not send. */
  async function answerTo(text: string): Promise<string> {
    const { hostname, port } = new URL(service.url);
    const socket = connect({ host: hostname, port: Number(port) });
    socket.end(text);
    return (await socket.setEncoding('utf8').toArray()).join('');
  }
  const request = (path: string, host = 'localhost'): string =>
    `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`;

  it.each([
    ['an address that cannot be decoded', request('/%zz'), 400],
    ['the same, by a name that is not this machine', request('/%zz', 'evil.example'), 421],
    ['a name that is too long', request(`/api/races/${'x'.repeat(300)}`, 'evil.example'), 421],
    ['slashes alone', request('//'), 404],
    ['slashes alone, by another name', request('//', 'evil.example'), 421],
    ['a host in its place', request('//evil.example/%2f..'), 404],
    ['a whole URL', request('http://localhost/nothing'), 404],
    ['another method with a bad address', request('/%zz').replace('GET', 'POST'), 405],
    ['what is no HTTP', 'nonsense\r\n\r\n', 400],
    ['headers without an end', `${request('/').trimEnd()}\r\nx: ${'x'.repeat(10_000)}\r\n\r\n`, 431],
  ])('is strict: to %s', async (_what, text, status) => {
    const answered = await answerTo(text);
    const [head = '', body = ''] = answered.split('\r\n\r\n');
    expect(Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), answered).toBe(status);
    expect(failure.parse(JSON.parse(body)).status).toBe(status);
    for (const header of ["content-security-policy: default-src 'self'", 'x-content-type-options: nosniff']) {
      expect(head.toLowerCase()).toContain(header);
    }
    expect(head.toLowerCase()).toContain('cross-origin-resource-policy: same-origin');
  });

  it('can be read where links lead: the description of the API, as JSON', async () => {
    for (const path of ['/api', '/api/']) {
      const response = await fetch(`${service.url}${path}`, { headers: { accept: 'text/html' } });
      expect([response.status, response.url]).toEqual([200, `${service.url}/api/openapi.json`]);
      expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
      expect(await response.text()).toMatch(/^\{\n {2}"openapi": "3\.1\.0"/);
    }
  });
});

describe('the metrics', () => {
  it('are those of docs/server.md, and every one of them', async () => {
    const text = await (await fetch(`${service.url}/metrics`)).text();
    const served = [...text.matchAll(/^# TYPE (oddstream_\w+) (\w+)$/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    const table = readFileSync(join(root, 'docs/server.md'), 'utf8');
    const told = [...table.matchAll(/^\| `(oddstream_\w+)` +\| (\w+) +\|/gm)].map(
      ([, name, type]) => `${name} ${type}`,
    );
    expect(told.toSorted()).toEqual(served.toSorted());
    expect(text).not.toContain(race.race_id);
    expect(text).toMatch(/^oddstream_polls_total\{outcome="changed"\} [1-9]/m);
    expect(text).toMatch(/^oddstream_rows_written_total\{table="odds_history"\} [1-9]/m);
    expect(text).toMatch(/^oddstream_ready 1$/m);
    expect(text).toMatch(/^oddstream_poll_duration_seconds_count [1-9]/m);
    expect(text).toMatch(/^process_resident_memory_bytes [1-9]/m);
  });

  const promtool = existsSync('/usr/bin/promtool');
  if (!promtool)
    console.warn('The metrics were not linted: there is no promtool here (apt-get install prometheus).');
  it.skipIf(!promtool)('follow the conventions of Prometheus', async () => {
    const input = await (await fetch(`${service.url}/metrics`)).text();
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input,
      encoding: 'utf8',
    });
    expect({ status, told: `${stdout}${stderr}` }).toEqual({ status: 0, told: '' });
  });
});

describe('the end of a run', () => {
  it('ends the streams and lets go of the port, with exit code 0', async () => {
    const stream = readStream(`${service.url}/api/stream`);
    await vi.waitFor(() => {
      expect(stream.events[0]?.event).toBe('hello');
    }, patience);
    service.child.kill('SIGTERM');
    await stream.ended;
    const { code, stderr } = await service.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(existsSync(join(directory.path, 'run.db-wal'))).toBe(false);
    await expect(fetch(`${service.url}/livez`)).rejects.toThrow();
  });
});
