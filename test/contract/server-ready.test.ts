import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Subject } from 'rxjs';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { LogEvent } from '../../src/domain/log-events.ts';
import { liveness, readiness } from '../../src/server/contract/status.ts';
import type { Reason } from '../../src/server/contract/status.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { startSimulatorServer } from '../../src/sources/simulator/server.ts';
import { startAppwrite } from '../support/appwrite/standin.ts';
import { unusedPort } from '../support/http.ts';
import { temporaryDirectory } from '../support/process.ts';
import { racedayOrigin } from '../support/raceday.ts';
import { serveJournal, serveRun } from '../support/serving.ts';
import { databaseId, insert, makeSchema } from '../support/sink.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import { Secret } from '../../src/domain/secret.ts';

/*
 * /readyz tells the truth in each state, and /livez is not disturbed by any of them.
 */

const directory = temporaryDirectory();
const patience = { timeout: 500_000, interval: 25 };
const speed = 120;
const tables = ['races', 'money_flow_history'] as const;

afterAll(() => {
  directory.remove();
});

async function ready(url: string): Promise<{ readonly status: number; readonly codes: Reason['code'][] }> {
  const response = await fetch(`${url}/readyz`);
  const { reasons, ready: isReady } = readiness.parse(await response.json());
  expect(isReady).toBe(reasons.length === 0);
  for (const { detail } of reasons) expect(detail).toMatch(/^[^\n]+\.$/);
  return { status: response.status, codes: reasons.map(({ code }) => code) };
}

async function becomes(url: string, ...codes: Reason['code'][]): Promise<void> {
  await vi.waitFor(async () => {
    expect(await ready(url)).toEqual({ status: codes.length === 0 ? 200 : 503, codes });
  }, patience);
  const alive = await fetch(`${url}/livez`);
  expect([alive.status, liveness.parse(await alive.json()).live]).toEqual([200, true]);
}

describe('a run', () => {
  it('is not ready before its import, while the feed fails, and while the sink lags; and is in between', async () => {
    const origin = racedayOrigin();
    const feedPort = await unusedPort();
    const simulate = () =>
      startSimulatorServer({
        ...{ seed: 3, racesPerDay: 30, speed, port: feedPort },
        origin,
      });
    let simulator = await simulate();
    const sinkPort = await unusedPort();
    const appwrite = (options: object = {}) => startAppwrite({ port: sinkPort, ...options });
    let sink = await appwrite();
    onTestFinished(async () => {
      await simulator.close();
      await sink.close();
    });
    const { endpoint, projectId, key } = sink;
    await makeSchema(openAppwrite({ endpoint, projectId, key: new Secret(key), databaseId }), tables);
    const service = await serveRun(['--simulator', simulator.url, '--db', join(directory.path, 'run.db')], {
      APPWRITE_ENDPOINT: endpoint,
      APPWRITE_PROJECT_ID: projectId,
      APPWRITE_API_KEY: key,
      APPWRITE_DATABASE_ID: databaseId,
      // What an import brings is delivered within the limit.
      APPWRITE_TABLES: tables.join(','),
      ODDSTREAM_SINK_LAG_LIMIT: '400',
    });
    onTestFinished(() => {
      service.child.kill('SIGKILL');
    });
    const first = await ready(service.url);
    expect(first.status).toBe(503);
    expect(first.codes).toContain('importing');
    await becomes(service.url);

    await simulator.close();
    await becomes(service.url, 'feed_failing');
    simulator = await simulate();
    await becomes(service.url);

    await sink.close();
    await becomes(service.url, 'sink_lagging');
    await vi.waitFor(async () => {
      const text = await (await fetch(`${service.url}/metrics`)).text();
      expect(text).toMatch(/^oddstream_ready 0$/m);
      expect(text).toMatch(/^oddstream_sink_retries_total\{sink="appwrite"\} [1-9]/m);
      expect(text).toMatch(/^oddstream_sink_lag_rows\{sink="appwrite"\} [1-9]/m);
    }, patience);
    const { sinks } = (await (await fetch(`${service.url}/api/status`)).json()) as {
      sinks: { lag_seconds: number }[];
    };
    expect(sinks[0]?.lag_seconds).toBeGreaterThan(400);
    sink = await appwrite();
  });
});

describe('a recorder', () => {
  it('whose import has finished and that is told to stop is not ready any more', async () => {
    const file = join(directory.path, 'stopping.db');
    const journal = openJournal(file, { source: { kind: 'recording' }, now: () => Date.now() });
    onTestFinished(() => {
      journal.close();
    });
    const event$ = new Subject<LogEvent>();
    const { url } = await serveJournal(file, { recorder: { event$ } });
    await becomes(url, 'importing');
    const fields = { dates: [], meetings: 0, races: 0, failed: 0, duration_ms: 1 };
    event$.next({ event: 'import.finished', fields });
    // It has finished, but without anything.
    await becomes(url, 'feed_failing');
    const taken = { date: '2026-02-28', races: 1 };
    event$.next({ event: 'listing.taken', fields: { ...taken, meetings: 0 } });
    await becomes(url, 'nothing_selected');
    event$.next({ event: 'listing.taken', fields: { ...taken, meetings: 1 } });
    await becomes(url);
    event$.next({ event: 'import.finished', fields });
    await becomes(url, 'nothing_selected');
    event$.next({ event: 'listing.taken', fields: { ...taken, meetings: 1 } });
    await becomes(url);
    event$.next({ event: 'service.stopping', fields: { reason: 'SIGTERM' } });
    await becomes(url, 'stopping');
  });

  it('that has failed says why, and so does one whose journal cannot be read any more', async () => {
    const file = join(directory.path, 'failed.db');
    const journal = openJournal(file, { source: { kind: 'recording' }, now: () => Date.now() });
    journal.commit([insert('polls', { id: 'p1', outcome: 'changed' })]);
    journal.close();
    const event$ = new Subject<LogEvent>();
    const { url } = await serveJournal(file, { recorder: { event$ } });
    const fields = { dates: [], meetings: 1, races: 0, failed: 0, duration_ms: 1 };
    event$.next({ event: 'listing.taken', fields: { date: '2026-02-28', meetings: 1, races: 1 } });
    event$.next({ event: 'import.finished', fields });
    await becomes(url);
    const damage = new DatabaseSync(file);
    damage.exec("INSERT INTO meta VALUES ('sink:appwrite', 'cut o')");
    await becomes(url, 'failed');
    damage.exec("DELETE FROM meta WHERE key = 'sink:appwrite'");
    damage.close();
    await becomes(url);
    event$.next({ event: 'service.failed', fields: { reason: 'the journal is gone' } });
    await becomes(url, 'failed');
    const response = await fetch(`${url}/readyz`);
    expect(readiness.parse(await response.json()).reasons).toEqual([
      { code: 'failed', detail: 'Recording has failed: the journal is gone.' },
    ]);
  });

  it('is not held to a sink that only earlier runs delivered to', async () => {
    const file = join(directory.path, 'earlier.db');
    const journal = openJournal(file, { source: { kind: 'recording' }, now: () => 1_000_000 });
    onTestFinished(() => {
      journal.close();
    });
    journal.followed('appwrite').follow([{ table: 'polls', kinds: null }]);
    journal.commit([insert('polls', { id: 'p1', outcome: 'changed' })]);
    const event$ = new Subject<LogEvent>();
    const { url } = await serveJournal(file, { recorder: { event$ } });
    const fields = { dates: [], meetings: 1, races: 0, failed: 0, duration_ms: 1 };
    event$.next({ event: 'listing.taken', fields: { date: '2026-02-28', meetings: 1, races: 1 } });
    event$.next({ event: 'import.finished', fields });
    await becomes(url);
    const started = { sink: 'appwrite', endpoint: 'https://x.example', database: 'd', tables: ['polls'] };
    event$.next({ event: 'sink.started', fields: started });
    await becomes(url, 'sink_lagging');
  });
});
