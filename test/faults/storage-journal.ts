import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import { diffEvent } from '../../src/domain/diff.ts';
import { rowId } from '../../src/domain/ids.ts';
import { tables } from '../../src/domain/tables.ts';
import { timestamp } from '../../src/domain/time.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { Recordings } from '../../src/sinks/recordings/recordings.ts';
import { launchSimulator } from '../../src/sources/simulator/launch.ts';
import { createTabClient } from '../../src/sources/tab/client.ts';
import type { TabClient } from '../../src/sources/tab/client.ts';
import { openGap } from '../../src/streams/gap.ts';

/** A small journal with something in every table, as it is after a clean stop and as a kill leaves it. */
export interface SampleJournal {
  /** One file; all rows are in it. */
  readonly closed: string;
  /** With a log beside it, in which the later half of the rows stands. */
  readonly killed: string;
}

const speed = 300;
const day = '2026-03-07';

/**
 * Records some polls of a simulated feed, and keeps the responses in the directory `recordings` too.
 * @param polls of each race
 */
export async function sampleJournal(directory: string, races: number, polls: number): Promise<SampleJournal> {
  const simulated = Date.parse(`${day}T01:00:00Z`);
  const origin = { real: Date.now(), simulated };
  const simulator = await launchSimulator({ seed: 3, racesPerDay: 40, speed, port: 0, origin });
  const now = (): number => simulated + (Date.now() - origin.real) * speed;
  const recordings = new Recordings(join(directory, 'recordings'), (reason) => {
    throw new Error(reason);
  });
  const client = createTabClient({
    baseUrl: simulator.url,
    identity: null,
    connections: 2,
    deadlineMs: 10_000,
    now,
    onAnswer: (exchange) => {
      recordings.keep(exchange);
    },
  });
  const source = { kind: 'simulator', seed: 3, racesPerDay: 40, clock: { ...origin, speed } } as const;
  const [closed, killed] = ['closed.db', 'killed.db'].map((name) => join(directory, name)) as [
    string,
    string,
  ];
  const journal = openJournal(closed, { source, now });
  try {
    const { snapshot } = await client.meetings(day, AbortSignal.timeout(10_000));
    const open = snapshot.meetings
      .flatMap((meeting) => meeting.races)
      .filter(({ status }) => status === 'Open');
    const listed = open.toSorted((a, b) => a.advertisedStart - b.advertisedStart).slice(0, races);
    for (let round = 0; round < polls; round++) {
      // The feed is told anew every few seconds of its own.
      await wait(100);
      for (const { raceId } of listed) await record(client, journal, raceId, now);
      // What is written until here is in the file itself, and the rest in the log.
      if (round === Math.floor(polls / 2)) rest(journal, now);
    }
    for (const part of ['', '-wal', '-lock']) copyFileSync(`${closed}${part}`, `${killed}${part}`);
  } finally {
    journal.close();
    await client.close();
    await recordings.close();
    await simulator.stop();
  }
  if (!existsSync(`${killed}-wal`)) throw new Error('the journal had no log');
  return { closed, killed };
}

async function record(client: TabClient, journal: Journal, raceId: string, now: () => number): Promise<void> {
  const startedAt = now();
  const { snapshot, bytes } = await client.event(raceId, AbortSignal.timeout(10_000));
  const difference = diffEvent(journal.baseline(raceId), snapshot, now());
  const rows = difference.changes.filter(({ table }) => tables[table].kind === 'history').length;
  const started = timestamp(startedAt);
  journal.commit([
    ...difference.changes,
    {
      table: 'polls',
      row: {
        id: rowId(raceId, started),
        race_id: raceId,
        started_at: started,
        lateness_ms: 0,
        duration_ms: now() - startedAt,
        outcome: rows > 0 ? 'changed' : 'unchanged',
        reason: null,
        bytes,
        changes: rows,
        source_time: timestamp(snapshot.generatedAt),
      },
    },
  ]);
}

/** Rows of the tables that polls do not fill. */
function rest(journal: Journal, now: () => number): void {
  const startedAt = timestamp(now());
  const gap = openGap('another race', now() - 60_000, 'timeout');
  journal.commit([
    { table: 'gaps', row: { ...gap, to_time: timestamp(now()) } },
    {
      table: 'imports',
      row: {
        id: rowId('import', startedAt),
        started_at: startedAt,
        finished_at: startedAt,
        dates: '[]',
        meetings: 1,
        races: 1,
        failed: '[]',
      },
    },
  ]);
  const body = new TextEncoder().encode('not what was asked for');
  journal.quarantine({ raceId: 'another race', receivedAt: now(), reason: 'malformed', body });
  const part = { table: 'races', kinds: null } as const;
  const followed = journal.followed('appwrite');
  followed.follow([part]);
  const [first] = followed.page(part, 1).rows;
  if (first === undefined) throw new Error('the journal has no race');
  const refused = { key: String(first.race_id), seq: Number(first.seq), reason: 'no', row: first };
  followed.acknowledge(part, Number(first.seq), [refused], now());
  const other = new DatabaseSync(journal.file);
  other.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  other.close();
}
