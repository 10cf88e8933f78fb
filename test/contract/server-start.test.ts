import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { elsewhereServer, leakServer } from '../support/leak-server.ts';
import type { Artefact } from '../support/leak-marks.ts';
import { search, settingsOf, tabMarks } from '../support/leak-marks.ts';
import { oddstream, start, temporaryDirectory } from '../support/process.ts';
import { racedayStart } from '../support/raceday.ts';
import { readStream, serveRun } from '../support/serving.ts';

/*
 * Where the server listens, what becomes of a port that is taken, and that no answer holds a credential.
 */

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);
const taken = createServer();
let address = '';

beforeAll(async () => {
  taken.listen(0, '127.0.0.1');
  await once(taken, 'listening');
  address = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
});

afterAll(() => {
  taken.close();
  directory.remove();
});

describe('an address', () => {
  it('that was asked for and is taken stops the start with one sentence, and leaves nothing running', async () => {
    const [asked, set] = await Promise.all([
      oddstream(['run', '--db', file('asked.db'), '--http', address]),
      oddstream(['run', '--db', file('set.db')], { env: { ODDSTREAM_HTTP: address } }),
    ]);
    const sentence = (by: string): string =>
      `oddstream: ${address} cannot be served at (another program listens there); name another address (${by}).\n`;
    expect([asked.code, asked.stderr, asked.stdout]).toEqual([1, sentence('--http'), '']);
    expect([set.code, set.stderr, set.stdout]).toEqual([1, sentence('ODDSTREAM_HTTP'), '']);
  });

  it.each(['8080', ':8080', 'localhost', '127.0.0.1:65536', '::1:80', 'http://localhost:80', 'a b:80', ''])(
    'that is none is told so, with exit code 2: "%s"',
    async (text) => {
      const { code, stderr } = await oddstream(['run', '--http', text]);
      expect(code).toBe(2);
      expect(stderr).toContain('It must be a host and a port such as 127.0.0.1:8080');
    },
  );

  it('in the environment that is none is told so too', async () => {
    const { code, stderr } = await oddstream(['run'], { env: { ODDSTREAM_HTTP: '8080' } });
    expect([code, stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(stderr).toContain('ODDSTREAM_HTTP is "8080". It must be a host and a port');
  });

  it('that nobody asked for and that cannot be had is done without, in one line', async () => {
    // Whoever has the usual one, this test or somebody else on this machine.
    const other = createServer();
    other.on('error', () => undefined);
    other.listen(8080, '127.0.0.1');
    const service = start(['run', '--db', file('usual.db'), '--races', '20', '--origin', racedayStart], {
      env: { ODDSTREAM_HTTP: undefined },
    });
    onTestFinished(() => {
      other.close();
      service.child.kill('SIGKILL');
    });
    await service.says('poll.changed');
    const lines = service
      .printed()
      .split('\n')
      .filter((line) => line.includes('"server.'));
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 'warn',
      event: 'server.unavailable',
      address: '127.0.0.1:8080',
    });
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
  });

  it('is not used with --no-http or with off', async () => {
    const service = start(
      ['run', '--db', file('none.db'), '--races', '20', '--origin', racedayStart, '--no-http'],
      {
        env: { ODDSTREAM_HTTP: address },
      },
    );
    onTestFinished(() => {
      service.child.kill('SIGKILL');
    });
    await service.says('poll.changed');
    expect(service.printed()).not.toContain('"server.');
  });
});

describe('marked credentials', () => {
  it('are in no answer, though the feed echoes them', async () => {
    const elsewhere = await elsewhereServer();
    const feed = await leakServer(elsewhere.url, [
      'good',
      'telltale',
      'html',
      'status-401',
      'garbage',
      'headers-as-text',
    ]);
    const service = await serveRun(['--db', file('leak.db')], {
      ...settingsOf(tabMarks),
      TAB_BASE_URL: feed.url,
      ODDSTREAM_REQUESTS_PER_SECOND: '1000',
    });
    onTestFinished(() => {
      service.child.kill('SIGKILL');
      feed.stop();
      elsewhere.stop();
    });
    await vi.waitFor(
      () => {
        expect(feed.missing()).toEqual([]);
      },
      { timeout: 500_000 },
    );
    await service.says('poll.quarantined');
    const stream = readStream(`${service.url}/api/stream?after=0`);
    await vi.waitFor(
      () => {
        expect(stream.events.some(({ event }) => event === 'runner')).toBe(true);
      },
      { timeout: 500_000 },
    );
    const parts = [
      '',
      ...['odds', 'money', 'pools', 'bets', 'events', 'results', 'gaps', 'polls'].map((part) => `/${part}`),
    ];
    const paths = [
      ...[
        '/',
        '/livez',
        '/readyz',
        '/metrics',
        '/api/races',
        '/api/races?view=ended',
        '/api/movers',
        '/api/gaps',
      ],
      ...['/api/status', '/api/openapi.json', '/api/races?limit=x', '/nothing'],
      ...parts.flatMap((part) => [`/api/races/telltale${part}`, `/api/races/html${part}`]),
    ];
    const answers = await Promise.all(
      paths.map(async (path): Promise<Artefact> => {
        const response = await fetch(`${service.url}${path}`);
        const head = JSON.stringify([...response.headers]);
        return {
          place: path,
          bytes: Buffer.concat([Buffer.from(head), Buffer.from(await response.arrayBuffer())]),
        };
      }),
    );
    const told = { place: '/api/stream', bytes: Buffer.from(JSON.stringify(stream.events)) };
    stream.stop();
    const telltale = answers.find(({ place }) => place === '/api/races/telltale')?.bytes.toString() ?? '';
    expect(telltale).toContain('[redacted]');
    expect(search([...answers, told])).toEqual([]);
  });
});
