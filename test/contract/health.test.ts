import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowId } from '../../src/domain/ids.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { serve } from '../support/http.ts';
import { insert } from '../support/sink.ts';
import { oddstream, root, start, temporaryDirectory } from '../support/process.ts';
import type { Running } from '../support/process.ts';

const directory = temporaryDirectory();

afterAll(() => {
  directory.remove();
});

const health = (env: NodeJS.ProcessEnv, ...args: string[]) =>
  oddstream(['health', ...args], { cwd: directory.path, env });

describe('a recorder that serves nothing', () => {
  const db = join(directory.path, 'off.db');
  let recorder: Running;

  beforeAll(async () => {
    recorder = start(['run', '--races', '12', '--db', db], { cwd: directory.path });
    await recorder.says('"import.finished"');
  });

  afterAll(async () => {
    recorder.child.kill('SIGKILL');
    await recorder.ended;
  });

  it('is healthy', async () => {
    expect(await health({ ODDSTREAM_HTTP: 'off' }, '--db', db)).toEqual({ code: 0, stdout: '', stderr: '' });
  });
});

describe('a journal without a recorder', () => {
  function journal(name: string, pollAgeMs: number, imported: boolean): string {
    const file = join(directory.path, name);
    const now = Date.now();
    const written = openJournal(file, {
      source: { kind: 'tab', baseUrl: 'https://feed.test' },
      now: () => now,
    });
    const at = new Date(now - pollAgeMs).toISOString();
    written.commit([
      insert('polls', { id: rowId('r1', at), race_id: 'r1', started_at: at, outcome: 'changed' }),
      ...(imported
        ? [
            insert('imports', {
              id: rowId('import', at),
              started_at: at,
              finished_at: at,
              dates: '[]',
              failed: '[]',
            }),
          ]
        : []),
    ]);
    written.close();
    return file;
  }

  it('that has no import yet is not healthy', async () => {
    const ended = await health({ ODDSTREAM_HTTP: 'off' }, '--db', journal('new.db', 1_000, false));
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^oddstream: .* has no import yet\.\n$/) as string,
    });
  });

  it('that has live races and no poll of late is not healthy, but is while nothing is live', async () => {
    const off = { ODDSTREAM_HTTP: 'off' };
    const quiet = journal('quiet.db', 36 * 60_000, true);
    expect(await health(off, '--db', quiet)).toMatchObject({ code: 0, stderr: '' });
    const open = openJournal(quiet, {
      source: { kind: 'tab', baseUrl: 'https://feed.test' },
      now: () => Date.now(),
    });
    const start = new Date(Date.now() + 3_600_000).toISOString();
    open.commit([insert('races', { race_id: 'r1', status: 'Open', advertised_start: start })]);
    open.close();
    const ended = await health(off, '--db', quiet);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/has 1 live races and no poll of the last 35 minutes\.\n$/);
  });

  it('that is not there is not healthy', async () => {
    const { code, stderr } = await health({ ODDSTREAM_HTTP: 'off' }, '--db', join(directory.path, 'none.db'));
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});

describe('a recorder that serves', () => {
  it.each([
    [200, { ready: true, reasons: [] }, 0, /^$/],
    [
      503,
      { ready: false, reasons: [{ code: 'importing', detail: 'Not yet.' }] },
      1,
      /is not ready\. Not yet\.\n$/,
    ],
    [500, 'what', 1, /is not ready\. It answered 500\.\n$/],
  ])('and answers %s is asked where it listens', async (status, body, code, sentence) => {
    const server = await serve((_, response) => response.writeHead(status).end(JSON.stringify(body)));
    const { port } = new URL(server.url);
    for (const host of ['127.0.0.1', '0.0.0.0']) {
      const ended = await health({ ODDSTREAM_HTTP: `${host}:${port}`, HTTP_PROXY: 'http://127.0.0.1:9' });
      expect(ended.stderr).toMatch(sentence);
      expect(ended.code).toBe(code);
    }
    expect(server.requests.map(({ url }) => url)).toEqual(['/readyz', '/readyz']);
  });

  it('and does not answer is not healthy', async () => {
    const { code, stderr } = await health({ ODDSTREAM_HTTP: '127.0.0.1:9' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^oddstream: http:\/\/127\.0\.0\.1:9 does not answer; .*ODDSTREAM_HTTP\.\n$/);
  });
});

it('the image is checked by it', () => {
  expect(readFileSync(join(root, 'Dockerfile'), 'utf8')).toMatch(
    /^HEALTHCHECK [^\n]*\\\n +CMD \["node", "\/app\/bin\/oddstream\.js", "health"\]$/m,
  );
});
