import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { replay } from '../src/app/replay.ts';
import { openJournal } from '../src/journal/journal.ts';
import { hashesLoaded } from '../src/sources/tab/hashing.ts';
import type { Bench, Line } from './line.ts';
import { pairs } from './pairs.ts';

await hashesLoaded;

const data = fileURLToPath(new URL('../../shared/data/', import.meta.url));
const folders = ['tab-nz', 'ladbrokes-au'];

/**
 * What `oddstream replay` does between its first and its last line of log, in this process, against a loop that only
 * unpacks and parses. Both read the same files, which the operating system has in memory.
 */
export const replaying: Bench = {
  name: 'replay',
  run: async () => {
    const files = folders.flatMap(recordings);
    if (files.length === 0) {
      console.error('replay: there are no recordings beside the project; nothing is measured.');
      return [];
    }
    const again = mkdtempSync(join(tmpdir(), 'oddstream-bench-'));
    try {
      const known = join(again, 'journal.db');
      await replayed(files, known);
      return [await line('replay', files, null), await line('replay of what is recorded', files, known)];
    } finally {
      rmSync(again, { recursive: true });
    }
  },
};

/** @param journal that has them already; null for a new one each time */
function line(what: string, files: readonly string[], journal: string | null): Promise<Line> {
  return pairs({
    what,
    against: 'gunzip and JSON.parse of each line',
    unit: 'responses/s',
    goal: journal === null ? { atLeast: 0.7 } : null,
    n: 3,
    ours: () => (journal === null ? anew(files) : replayed(files, journal)),
    yardstick: () => unpackedAndParsed(files),
  });
}

function recordings(folder: string): string[] {
  const directory = join(data, folder);
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((name) => name.endsWith('.jsonl.gz'))
    .map((name) => join(directory, name));
}

async function anew(files: readonly string[]): Promise<number> {
  const directory = mkdtempSync(join(tmpdir(), 'oddstream-bench-'));
  try {
    return await replayed(files, join(directory, 'journal.db'));
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** Responses a second. */
async function replayed(files: readonly string[], file: string): Promise<number> {
  const journal = openJournal(file, { source: { kind: 'recording' }, now: Date.now });
  try {
    const from = performance.now();
    const { lines } = await replay(files, journal, () => undefined);
    return rate(lines, from);
  } finally {
    journal.close();
  }
}

/** Responses a second. */
function unpackedAndParsed(files: readonly string[]): number {
  const from = performance.now();
  let lines = 0;
  for (const file of files) {
    for (const line of gunzipSync(readFileSync(file)).toString('utf8').split('\n')) {
      if (line === '') continue;
      JSON.parse(line);
      lines += 1;
    }
  }
  return rate(lines, from);
}

function rate(lines: number, from: number): number {
  return (lines * 1000) / (performance.now() - from);
}
