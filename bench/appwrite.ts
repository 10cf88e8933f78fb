import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncScheduler, from, lastValueFrom, mergeMap } from 'rxjs';
import { emptyBaseline } from '../src/domain/baseline.ts';
import { diffEvent } from '../src/domain/diff.ts';
import { outgoing } from '../src/sinks/appwrite/encode.ts';
import type { AppwriteRow } from '../src/sinks/appwrite/encode.ts';
import { allTables } from '../src/sinks/appwrite/selection.ts';
import type { SelectedTable } from '../src/sinks/appwrite/selection.ts';
import { AppwriteSink } from '../src/sinks/appwrite/sink.ts';
import { openJournal } from '../src/journal/journal.ts';
import type { Journal } from '../src/journal/journal.ts';
import { temporaryDirectory } from '../test/support/process.ts';
import { databaseId, makeSchema } from '../test/support/sink.ts';
import { standInProcess } from '../test/support/sink-processes.ts';
import type { StandInProcess } from '../test/support/sink-processes.ts';
import type { Bench } from './line.ts';
import { pairs } from './pairs.ts';
import { simulatedSnapshots } from './simulated-snapshots.ts';

/** The sink's own defaults. */
const batchRows = 100;
const inFlight = 2;
const lingerMs = 30_000;

const races = 30;
const polls = 48;
const everyMs = 60_000;
const measured = 3;

/** Rows of one table, as many as a request takes. */
interface Batch {
  readonly tableId: string;
  readonly rows: AppwriteRow[];
}

/** A sink that catches up a journal with a backlog, into the stand-in of the tests in a process of its own. */
export const appwrite: Bench = {
  name: 'appwrite',
  async run() {
    const directory = temporaryDirectory();
    try {
      const file = join(directory.path, 'backlog.db');
      const batches = backlog(file);
      const rows = batches.reduce((sum, batch) => sum + batch.rows.length, 0);
      const line = await pairs({
        what: `Appwrite sink, a backlog of ${rows.toLocaleString('en')} rows`,
        against: 'a loop of upsertRows',
        unit: 'rows/s',
        goal: { atLeast: 0.9 },
        n: measured,
        ours: () => bySink(file, join(directory.path, 'delivered.db'), rows),
        yardstick: () => byLoop(batches, rows),
      });
      return [line];
    } finally {
      directory.remove();
    }
  },
};

/** Writes what simulated races changed in some polls into a journal; returns its rows as they are to arrive. */
function backlog(file: string): Batch[] {
  const times = Array.from({ length: polls }, (_, index) => index * everyMs);
  const journal = opened(file);
  for (const snapshots of simulatedSnapshots(races, times)) {
    let baseline = emptyBaseline(snapshots[0]?.raceId ?? '');
    for (const snapshot of snapshots) {
      const difference = diffEvent(baseline, snapshot, snapshot.generatedAt);
      ({ baseline } = difference);
      journal.commit(difference.changes);
    }
  }
  const batches = allTables().flatMap((selected) => batchesOf(journal, selected));
  journal.close();
  return batches;
}

function batchesOf(journal: Journal, selected: SelectedTable): Batch[] {
  const followed = journal.followed('bench');
  const part = { table: selected.table.id, kinds: selected.kinds };
  const batches: Batch[] = [];
  for (let more = true; more;) {
    const page = followed.page(part, batchRows);
    ({ more } = page);
    const rows = page.rows.map((row) => outgoing(selected.table, row).row);
    if (rows.length > 0) batches.push({ tableId: selected.table.id, rows });
    followed.acknowledge(part, page.end, [], Date.now());
  }
  return batches;
}

function opened(file: string): Journal {
  return openJournal(file, { source: { kind: 'recording' }, now: Date.now });
}

/** Rows a second, from the start of the sink until everything is there. */
async function bySink(file: string, copy: string, rows: number): Promise<number> {
  copyFileSync(file, copy);
  const journal = opened(copy);
  return await withStandIn(async (standIn) => {
    const sink = new AppwriteSink(standIn.connect(), journal, {
      ...{ batchRows, inFlight, lingerMs, random: Math.random, scheduler: asyncScheduler },
      selection: allTables(),
      log: (event, fields) => {
        if (event === 'sink.dead_letter') throw new Error(JSON.stringify(fields));
      },
    });
    const begun = performance.now();
    sink.start();
    if (!(await sink.flush(30_000))) throw new Error('The sink did not deliver everything.');
    const seconds = (performance.now() - begun) / 1000;
    await sink.stop(1_000);
    journal.close();
    return rows / seconds;
  });
}

/** The same of a loop that holds the rows ready, and keeps as many requests under way as the sink may. */
async function byLoop(batches: readonly Batch[], rows: number): Promise<number> {
  return await withStandIn(async (standIn) => {
    const connected = standIn.connect();
    const send = ({ tableId, rows: sent }: Batch): Promise<unknown> =>
      connected.ask((tables) => tables.upsertRows({ databaseId, tableId, rows: sent }));
    const begun = performance.now();
    await lastValueFrom(from(batches).pipe(mergeMap(send, inFlight)), { defaultValue: null });
    const seconds = (performance.now() - begun) / 1000;
    await connected.close();
    return rows / seconds;
  });
}

async function withStandIn<T>(work: (standIn: StandInProcess) => Promise<T>): Promise<T> {
  const standIn = await standInProcess();
  try {
    await makeSchema(standIn.connect());
    return await work(standIn);
  } finally {
    await standIn.stop();
  }
}
