import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { emptyBaseline } from '../src/domain/baseline.ts';
import { diffEvent } from '../src/domain/diff.ts';
import { rowId } from '../src/domain/ids.ts';
import type { EventSnapshot } from '../src/domain/snapshot.ts';
import type { Insert } from '../src/domain/tables.ts';
import { timestamp } from '../src/domain/time.ts';
import { openJournal } from '../src/journal/journal.ts';
import { writingPragmas } from '../src/journal/open.ts';
import { temporaryDirectory } from '../test/support/process.ts';
import { bareInsert } from './bare-insert.ts';
import type { Bench, Line } from './line.ts';
import { pairs } from './pairs.ts';
import { simulatedSnapshots } from './simulated-snapshots.ts';

const races = 12;
/** Responses of each race after its first, so far apart. */
const polls = 16;
const everyMs = 60_000;
const measured = 7;

/** Rows of changed polls, those of each race's first response left out: each list is written in one transaction. */
function changedPolls(): Insert[][] {
  const times = Array.from({ length: polls + 1 }, (_, index) => index * everyMs);
  const perRace = simulatedSnapshots(races, times).map(changesOf);
  return times.slice(1).flatMap((_, poll) => perRace.map((of) => of[poll] ?? []));
}

function changesOf(snapshots: readonly EventSnapshot[]): Insert[][] {
  let baseline = emptyBaseline(snapshots[0]?.raceId ?? '');
  const all = snapshots.map((snapshot) => {
    const difference = diffEvent(baseline, snapshot, snapshot.generatedAt);
    ({ baseline } = difference);
    const rows = difference.changes.filter((change) => 'row' in change);
    return [...rows, pollRow(snapshot, rows.length)];
  });
  return all.slice(1);
}

function pollRow({ raceId, generatedAt }: EventSnapshot, changes: number): Insert {
  const started_at = timestamp(generatedAt);
  return {
    table: 'polls',
    row: {
      ...{ id: rowId(raceId, started_at), race_id: raceId, started_at, lateness_ms: 1, duration_ms: 100 },
      ...{ outcome: 'changed', reason: null, bytes: 195_000, changes, source_time: started_at },
    },
  };
}

/** Each measurement begins with a new journal, which is not part of it. */
async function inserted(transactions: readonly Insert[][], what: string): Promise<Line> {
  const directory = temporaryDirectory();
  const rows = transactions.reduce((sum, list) => sum + list.length, 0);
  let file = 0;
  const made = (): string => {
    const path = join(directory.path, `journal-${file++}.db`);
    openJournal(path, { source: { kind: 'recording' }, now: () => Date.now() }).close();
    return path;
  };
  try {
    return await pairs({
      what,
      against: 'prepared statements, node:sqlite',
      unit: 'rows/s',
      goal: { atLeast: 0.7 },
      n: measured,
      ours: () => rows / byJournal(made(), transactions),
      yardstick: () => rows / byStatements(made(), transactions),
    });
  } finally {
    directory.remove();
  }
}

/** Seconds. */
function byJournal(file: string, transactions: readonly Insert[][]): number {
  const journal = openJournal(file, { source: { kind: 'recording' }, now: () => Date.now() });
  const from = performance.now();
  for (const rows of transactions) journal.commit(rows);
  const seconds = (performance.now() - from) / 1000;
  journal.close();
  return seconds;
}

/** Seconds that the same rows take in the same tables, with the same durability, by nothing but SQLite. */
function byStatements(file: string, transactions: readonly Insert[][]): number {
  const db = new DatabaseSync(file);
  db.exec(writingPragmas);
  const insert = bareInsert(db);
  const [begin, commit] = [db.prepare('BEGIN IMMEDIATE'), db.prepare('COMMIT')];
  let seq = Date.now() * 1000;
  const from = performance.now();
  for (const rows of transactions) {
    begin.run();
    for (const row of rows) insert(row, seq++);
    commit.run();
  }
  const seconds = (performance.now() - from) / 1000;
  db.close();
  return seconds;
}

/** Several transactions as one. */
function joined(transactions: readonly Insert[][], count: number): Insert[][] {
  const groups = Array.from({ length: Math.ceil(transactions.length / count) }, (_, index) => index * count);
  return groups.map((from) => transactions.slice(from, from + count).flat());
}

export const journal: Bench = {
  name: 'journal',
  run: async () => {
    const each = changedPolls();
    const size = (list: readonly Insert[][]): number =>
      Math.round(list.reduce((sum, rows) => sum + rows.length, 0) / list.length);
    const lines: Line[] = [];
    for (const transactions of [each, joined(each, 24)]) {
      const what = `journal, ${size(transactions)} rows a transaction`;
      lines.push(await inserted(transactions, what));
    }
    return lines;
  },
};
