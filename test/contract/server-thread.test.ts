import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Subject } from 'rxjs';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { LogEvent } from '../../src/domain/log-events.ts';
import type { Change } from '../../src/domain/tables.ts';
import type { Status } from '../../src/server/contract/status.ts';
import { startSupervised } from '../../src/server/supervised.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { temporaryDirectory } from '../support/process.ts';
import { readStream, silentRecorder } from '../support/serving.ts';
import { insert } from '../support/sink.ts';

/*
 * The server in a thread of its own: what the recorder shows it, and what becomes of it when it dies.
 */

const directory = temporaryDirectory();
const patience = { timeout: 500_000, interval: 50 };

afterAll(() => {
  directory.remove();
});

async function serveThread(name: string, port = 0) {
  const file = join(directory.path, name);
  const journal = openJournal(file, { source: { kind: 'recording' }, now: () => Date.now() });
  onTestFinished(() => {
    journal.close();
  });
  const event$ = new Subject<LogEvent>();
  const committed$ = new Subject<readonly Change[]>();
  const posted = vi.spyOn(Worker.prototype, 'postMessage');
  onTestFinished(() => {
    posted.mockRestore();
  });
  const faults: string[] = [];
  const dropped: string[] = [];
  const server = await startSupervised(silentRecorder(file, { event$, committed$ }), {
    ...{ host: '127.0.0.1', port, pageDirectory: '/nowhere' },
    onFault: (route, reason) => faults.push(`${route}: ${reason}`),
    onDropped: (route, clients) => dropped.push(`${route}: ${clients}`),
  });
  onTestFinished(() => server.close());
  /** The thread that serves now. */
  const thread = (): Worker => {
    const worker = posted.mock.contexts.at(-1);
    if (!(worker instanceof Worker)) throw new Error('No thread was shown anything yet.');
    return worker;
  };
  const status = async (): Promise<Status> =>
    (await (await fetch(`${server.url}/api/status`)).json()) as Status;
  return { ...{ server, journal, event$, committed$, faults, dropped, thread, status }, url: server.url };
}

const polled = { race_id: 'r1', changes: 3, bytes: 100, lateness_ms: 5, duration_ms: 20 };

describe('the server in its thread', () => {
  it('shows what the recorder says and the journal does not hold', async () => {
    const { url, journal, event$, committed$, status } = await serveThread('shown.db');
    event$.next({ event: 'race.cadence', fields: { race_id: 'r1', band: 'near', every_ms: 10_000 } });
    event$.next({ event: 'race.cadence', fields: { race_id: 'r2', band: 'far', every_ms: 60_000 } });
    event$.next({ event: 'poll.changed', fields: polled });
    committed$.next([insert('polls', { id: 'p1' })]);
    await vi.waitFor(async () => {
      const { races, polls, rows } = await status();
      expect([races.live, races.by_band]).toEqual([2, { near: 1, far: 1 }]);
      expect([polls.since_start.changed, rows]).toEqual([1, { polls: 1 }]);
    }, patience);
    event$.next({ event: 'race.settled', fields: { race_id: 'r2', status: 'Final' } });
    await vi.waitFor(async () => {
      expect((await status()).races.by_band).toEqual({ near: 1 });
    }, patience);
    await vi.waitFor(async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      // Counted in the recorder's thread, measured in the server's, and of the process.
      expect(text).toMatch(/^oddstream_response_bytes_total 100$/m);
      expect(text).toMatch(/^oddstream_races\{band="near"\} 1$/m);
      expect(text).toMatch(/^nodejs_eventloop_lag_p99_seconds /m);
    }, patience);
    const stream = readStream(`${url}/api/stream`);
    await vi.waitFor(() => {
      expect(stream.events).toHaveLength(1);
    }, patience);
    journal.commit([insert('polls', { id: 'p2', race_id: 'r1', outcome: 'changed' })]);
    await vi.waitFor(() => {
      expect(stream.events[1]).toMatchObject({ event: 'poll', data: { band: 'near', every_ms: 10_000 } });
    }, patience);
    stream.stop();
  });

  it('is started again when it dies, where it was, and knows everything again; the recorder goes on', async () => {
    const { url, journal, event$, faults, thread, status } = await serveThread('died.db');
    event$.next({ event: 'race.cadence', fields: { race_id: 'r1', band: 'near', every_ms: 10_000 } });
    await vi.waitFor(() => {
      expect(thread().threadId).toBeGreaterThan(0);
    }, patience);
    await thread().terminate();
    expect(faults).toEqual(['thread: it ended without an error']);
    journal.commit([insert('polls', { id: 'p1', race_id: 'r1', outcome: 'changed' })]);
    event$.next({ event: 'poll.changed', fields: polled });
    await vi.waitFor(async () => {
      const { races, polls } = await status();
      expect([races.by_band, polls.since_start.changed]).toEqual([{ near: 1 }, 1]);
      expect(await (await fetch(`${url}/metrics`)).text()).toMatch(/^oddstream_server_restarts_total 1$/m);
    }, patience);
    expect(faults).toHaveLength(1);
  });

  it('says why it cannot listen, and leaves no thread behind', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => {
      taken.close();
    });
    const { port } = taken.address() as AddressInfo;
    await expect(serveThread('taken.db', port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
