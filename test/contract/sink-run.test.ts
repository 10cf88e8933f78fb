import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSimulator } from '../../src/app/open-feed.ts';
import type { OpenFeed } from '../../src/app/open-feed.ts';
import { openService } from '../../src/app/service.ts';
import { readSettings } from '../../src/app/settings/settings.ts';
import type { LogEventName } from '../../src/domain/log-events.ts';
import { Secret } from '../../src/domain/secret.ts';
import { tables } from '../../src/domain/tables.ts';
import type { TableName } from '../../src/domain/tables.ts';
import { openAppwrite } from '../../src/sinks/appwrite/client.ts';
import { allTables } from '../../src/sinks/appwrite/selection.ts';
import { AppwriteSink } from '../../src/sinks/appwrite/sink.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { launchSimulator } from '../../src/sources/simulator/launch.ts';
import type { LaunchedSimulator } from '../../src/sources/simulator/launch.ts';
import { raceday } from '../../src/streams/raceday.ts';
import { startAppwrite } from '../support/appwrite/standin.ts';
import type { AppwriteStandIn } from '../support/appwrite/standin.ts';
import { fetchLedger, judge } from '../support/judge.ts';
import { temporaryDirectory } from '../support/process.ts';
import { differences, makeSchema } from '../support/sink.ts';
import { asJournal, repeatedValues } from '../support/sink-judge.ts';

/** The middle of a day with very many races: about fifty start within three quarters of an hour. */
const simulated = Date.parse('2026-02-28T00:00:00Z');
const lastStart = simulated + 45 * 60_000;
const racesPerDay = 1500;
const speed = 40;

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);
const delivered = allTables().map(({ table }) => table.id);
const history = delivered.filter((table) => tables[table].kind === 'history');

let simulator: LaunchedSimulator;
let server: AppwriteStandIn;
const events: { event: LogEventName; fields: object }[] = [];

/** The feed with no more than those. */
async function feedOfFew(): Promise<OpenFeed> {
  const feed = await openSimulator({ simulator: simulator.url }, null);
  const { source } = feed;
  return {
    ...feed,
    source: {
      event: (id, signal) => source.event(id, signal),
      meetings: async (date, signal) => {
        const received = await source.meetings(date, signal);
        const meetings = received.snapshot.meetings.map((meeting) => ({
          ...meeting,
          races: meeting.races.filter(
            ({ advertisedStart: start }) => start > simulated && start <= lastStart,
          ),
        }));
        const snapshot = { ...received.snapshot, meetings: meetings.filter(({ races }) => races.length > 0) };
        return { ...received, snapshot };
      },
    },
  };
}

function access() {
  const { endpoint, projectId, key } = server;
  return { endpoint, projectId, key: new Secret(key), databaseId: 'racing' };
}

/** Records into a journal until so many polls have changed something, and delivers everything. */
async function record(db: string, changes: number): Promise<void> {
  const settings = readSettings({
    APPWRITE_ENDPOINT: server.endpoint,
    APPWRITE_PROJECT_ID: server.projectId,
    APPWRITE_API_KEY: server.key,
    APPWRITE_DATABASE_ID: 'racing',
  });
  const feed = await feedOfFew();
  const service = await openService(feed, db, settings, (event, fields) => {
    events.push({ event, fields });
  });
  service.report$.subscribe({
    error: (error: unknown) => events.push({ event: 'service.failed', fields: { error } }),
  });
  await service.connect();
  server.requests.clear();
  const from = events.length;
  service.start(raceday);
  while (events.slice(from).filter(({ event }) => event === 'poll.changed').length < changes) await wait(50);
  await service.stop();
  await deliverRest(db, feed);
}

/** What a service had not delivered when it was stopped. */
async function deliverRest(db: string, { journalSource, scheduler }: OpenFeed): Promise<void> {
  const journal = openJournal(db, { source: journalSource, now: () => scheduler.now() });
  const sink = new AppwriteSink(openAppwrite(access()), journal, {
    ...{ selection: allTables(), batchRows: 100, inFlight: 2, lingerMs: 1_000, scheduler },
    log: (event, fields) => events.push({ event, fields }),
    random: () => 0.5,
  });
  sink.start();
  expect(await sink.flush(500_000)).toBe(true);
  await sink.stop(100);
  journal.close();
}

function count(db: string, sql: string): number {
  const opened = new DatabaseSync(db, { readOnly: true });
  try {
    return Number(opened.prepare(sql).get()?.n);
  } finally {
    opened.close();
  }
}

beforeAll(async () => {
  server = await startAppwrite();
  await makeSchema(openAppwrite(access()));
  const origin = { real: Date.now(), simulated };
  simulator = await launchSimulator({ seed: 5, racesPerDay, speed, port: 0, origin });
  await record(file('first.db'), 200);
});

afterAll(async () => {
  await simulator.stop();
  await server.close();
  directory.remove();
});

describe('a service with an Appwrite', () => {
  it('has everything of its journal there, with equal values and once', () => {
    expect(differences({ file: file('first.db') }, server, delivered)).toEqual([]);
    for (const table of history) expect(server.ledger.repeated(table)).toEqual([]);
    expect(events.filter(({ event }) => event === 'sink.dead_letter' || event === 'sink.paused')).toEqual([]);
  });

  it('sends no history row twice', () => {
    const changed = count(file('first.db'), "SELECT count(*) AS n FROM polls WHERE outcome = 'changed'");
    expect(count(file('first.db'), 'SELECT count(*) AS n FROM races')).toBeGreaterThan(40);
    expect(changed).toBeGreaterThan(150);
    const sent = (table: TableName): number =>
      server.requests.all.filter((entry) => entry.table === table).reduce((sum, { rows }) => sum + rows, 0);
    for (const table of history) expect([table, sent(table)]).toEqual([table, server.rows(table).length]);
  });

  it('repeats nothing and tells nothing untrue when its disk is thrown away', async () => {
    await record(file('second.db'), 60);
    const read = events.findLast(({ event }) => event === 'sink.read_back')?.fields;
    expect(read).toMatchObject({ races: expect.any(Number) as number });

    asJournal(file('merged.db'), server, [file('first.db'), file('second.db')]);
    const verdict = judge(await fetchLedger(simulator.url), file('merged.db'));
    expect(verdict.states).toBeGreaterThan(100);
    const { lost, duplicated, untrue, stale } = verdict;
    expect({ lost, duplicated, untrue, stale }).toEqual({ lost: [], duplicated: [], untrue: [], stale: [] });
    expect(repeatedValues(file('merged.db'))).toEqual([]);
  });
});
