import { existsSync, readdirSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { unaccounted } from '../faults/judge-responses.ts';
import { startFeed } from '../faults/storage-recorder.ts';
import { checkIntegrity } from '../../src/journal/integrity.ts';
import { openReader } from '../../src/journal/reader.ts';
import type { LaunchedSimulator } from '../../src/sources/simulator/launch.ts';
import { fetchLedger, judge } from '../support/judge.ts';
import { oddstream, temporaryDirectory } from '../support/process.ts';
import type { Running } from '../support/process.ts';
import { serveRun } from '../support/serving.ts';

/*
 * A real recorder, the files of whose journal somebody takes away while it runs.
 */

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const patience = { timeout: 500_000, interval: 50 };
let feed: LaunchedSimulator;
let directory: ReturnType<typeof temporaryDirectory>;
const started: Running[] = [];

beforeEach(async () => {
  feed = await startFeed(7);
});

afterEach(async () => {
  for (const { child } of started.splice(0)) child.kill('SIGKILL');
  directory.remove();
  await feed.stop();
});

async function record(db: string): Promise<Running & { readonly url: string }> {
  const running = await serveRun(['--simulator', feed.url, '--db', db, '--log-level', 'debug']);
  started.push(running);
  return running;
}

function events(running: Running, name: string): Record<string, unknown>[] {
  return running
    .printed()
    .split('\n')
    .filter((line) => line.includes(`"event":"${name}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function polls(running: Running, more: number): Promise<void> {
  const count = () => events(running, 'poll.changed').length;
  const wanted = count() + more;
  await vi.waitFor(() => {
    expect(count()).toBeGreaterThanOrEqual(wanted);
  }, patience);
}

const deeds: Readonly<Record<string, (db: string) => void>> = {
  'the file is deleted': (db) => {
    rmSync(db);
  },
  'everything is deleted': (db) => {
    for (const name of readdirSync(join(db, '..'))) rmSync(join(db, '..', name));
  },
  'the log is cut off': (db) => {
    truncateSync(`${db}-wal`, 0);
  },
};

test.each(Object.entries(deeds))(
  'when %s, the recorder says so and ends, and the next goes on from all that was committed',
  async (_, deed) => {
    directory = temporaryDirectory();
    const db = join(directory.path, 'own', 'j.db');
    const running = await record(db);
    await running.says('"import.finished"');
    await polls(running, 20);
    const before = openReader(db).status().counts;
    deed(db);
    const { code } = await running.ended;
    expect(code).toBe(1);
    const [failed] = events(running, 'service.failed');
    expect(failed).toMatchObject({ level: 'fatal' });
    const [lost, ...more] = events(running, 'journal.lost');
    expect(more).toEqual([]);
    expect(lost).toMatchObject({ level: 'error', journal: db, saved: db, damage: null });
    expect(existsSync(db)).toBe(true);
    expect(checkIntegrity(db)).toEqual([]);
    const saved = openReader(db);
    const { polls: kept } = saved.status().counts;
    saved.close();
    expect(kept).toBeGreaterThanOrEqual(before.polls);

    const next = await record(db);
    await next.says('"import.finished"');
    await polls(next, 5);
    next.child.kill('SIGTERM');
    expect((await next.ended).code).toBe(0);
    const ledgers = await fetchLedger(feed.url);
    const { lost: missing, duplicated, untrue } = judge(ledgers, db);
    expect({ missing, duplicated, untrue }).toEqual({ missing: [], duplicated: [], untrue: [] });
    const lives = [lifeOf(running), lifeOf(next)];
    const journal = new DatabaseSync(db, { readOnly: true });
    expect(unaccounted(journal, ledgers, { lives, unheard: new Set() })).toEqual([]);
    journal.close();
  },
);

/** From a run's first poll to its last line: what it was served then is in the journal, or in a gap. */
function lifeOf(running: Running): { from: number; to: number } {
  const times = running
    .printed()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => Date.parse((JSON.parse(line) as { time: string }).time));
  const stopping = events(running, 'service.stopping').map(({ time }) => Date.parse(String(time)));
  return { from: Math.min(...times), to: stopping[0] ?? Math.max(...times) };
}

test('a stop in the moment before it is noticed saves as well', async () => {
  directory = temporaryDirectory();
  const db = join(directory.path, 'own', 'j.db');
  const running = await record(db);
  await running.says('"import.finished"');
  await polls(running, 5);
  rmSync(db);
  running.child.kill('SIGTERM');
  expect((await running.ended).code).toBe(1);
  expect(events(running, 'journal.lost')).toMatchObject([{ saved: db }]);
  const status = await oddstream(['status', '--db', db]);
  expect(status).toMatchObject({ code: 0, stderr: '' });
});

test('a write-ahead log that grows large is reported, once', async () => {
  directory = temporaryDirectory();
  const db = join(directory.path, 'own', 'j.db');
  const running = await record(db);
  await running.says('"import.started"');
  // As large as a reader would make it that holds it back; SQLite reads no further than what it wrote.
  const bytes = 300 * 1_048_576;
  truncateSync(`${db}-wal`, bytes);
  await running.says('"journal.log_grows"');
  await polls(running, 5);
  expect(events(running, 'journal.log_grows')).toMatchObject([
    { level: 'warn', log: `${db}-wal`, bytes, limit_bytes: 256 * 1_048_576 },
  ]);
  running.child.kill('SIGTERM');
  expect((await running.ended).code).toBe(0);
  expect(checkIntegrity(db)).toEqual([]);
});
