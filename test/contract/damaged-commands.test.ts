import { chmodSync, copyFileSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { CommandError, UsageError } from '../../src/app/errors.ts';
import { exportCommand } from '../../src/cli/export.ts';
import { listDeadLetters } from '../../src/cli/dead-letters.ts';
import { repairCommand } from '../../src/cli/repair.ts';
import { statusCommand } from '../../src/cli/status.ts';
import { tables } from '../../src/domain/tables.ts';
import type { TableName } from '../../src/domain/tables.ts';
import { JournalError } from '../../src/journal/errors.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { oddstream, temporaryDirectory } from '../support/process.ts';
import { insert } from '../unit/journal-rows.ts';

/*
 * Whatever is in the place of a journal: a command that reads it does its work, or fails with one sentence.
 */

vi.setConfig({ testTimeout: 120_000 });

const pageBytes = 4_096;
const directory = temporaryDirectory();
const sound = join(directory.path, 'sound.db');
const damaged = join(directory.path, 'damaged.db');

beforeAll(() => {
  // Each export listens to signals until the process ends.
  process.setMaxListeners(0);
  const journal = openJournal(sound, { source: { kind: 'recording' }, now: Date.now });
  const names = Object.keys(tables) as TableName[];
  for (const name of names) {
    const { key } = tables[name];
    const rows = Array.from({ length: 60 }, (_, n) =>
      insert(name, { [key]: n.toString(16).padStart(32, '0'), ...(name === 'gaps' && { to_time: null }) }),
    );
    journal.commit(rows);
  }
  const followed = journal.followed('appwrite');
  followed.follow(names.map((table) => ({ table, kinds: null })));
  const refused = { key: 'x', seq: 1, reason: 'no', row: {} };
  for (const table of names) followed.acknowledge({ table, kinds: null }, 1, [refused], Date.now());
  journal.close();
});

afterAll(() => {
  directory.remove();
});

const common = { db: damaged, logLevel: 'silent' } as const;
const out = join(directory.path, 'out.csv');

const commands: Readonly<Record<string, () => unknown>> = {
  status: () => {
    statusCommand(common);
  },
  'status --json': () => {
    statusCommand({ ...common, json: true });
  },
  'dead-letters list': () => {
    listDeadLetters(common);
  },
  'repair --check': () => repairCommand({ ...common, check: true }),
  'export of a history table': () =>
    exportCommand(out, { ...common, format: 'csv', table: 'odds_history', force: true }),
  'export of a current table': () =>
    exportCommand(out, { ...common, format: 'ndjson', table: 'races', force: true }),
  'export of a date': () =>
    exportCommand(out, { ...common, format: 'csv', table: 'races', date: '2026-02-28', force: true }),
  'export of a race': () =>
    exportCommand(out, { ...common, format: 'csv', table: 'polls', race: 'x', force: true }),
};

/** @returns what is wrong with how a command ended; null when nothing is */
async function complaint(command: () => unknown): Promise<string | null> {
  const silent = vi.spyOn(console, 'log').mockImplementation(() => undefined);
  try {
    await command();
    return null;
  } catch (error) {
    const expected = [JournalError, CommandError, UsageError].some((kind) => error instanceof kind);
    if (!expected) return String(error instanceof Error ? error.stack : error);
    const { message } = error as Error;
    return /^[^\n]+\.$/.test(message) ? null : message;
  } finally {
    silent.mockRestore();
  }
}

async function complaints(what: string): Promise<string[]> {
  const all: string[] = [];
  for (const [name, command] of Object.entries(commands)) {
    const found = await complaint(command);
    if (found !== null) all.push(`${name}, ${what}: ${found}`);
  }
  return all;
}

function place(bytes: Uint8Array | null): void {
  for (const part of ['', '-wal', '-shm', '-journal', '-lock']) {
    rmSync(`${damaged}${part}`, { force: true, recursive: true });
  }
  if (bytes !== null) writeFileSync(damaged, bytes);
}

/** Bytes that look like nothing, and the same each time. */
function noise(length: number, seed: number): Buffer {
  let state = seed * 2_654_435_761 + 1;
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}

describe('a command that reads a journal', () => {
  it.each([
    ['zeros', (page: Buffer) => page.fill(0)],
    ['noise', (page: Buffer, n: number) => noise(page.length, n).copy(page)],
    ['noise in its cells', (page: Buffer, n: number) => noise(600, n).copy(page, pageBytes - 600)],
    ['other numbers in its head', (page: Buffer, n: number) => noise(8, n).copy(page, 1)],
  ])('ends with a sentence at the most when a page is %s', async (what, damage) => {
    const bytes = readFileSync(sound);
    const pages = bytes.length / pageBytes;
    const every = Math.max(1, Math.floor(pages / 8));
    const found: string[] = [];
    for (let page = 0; page < pages; page += every) {
      const copy = Buffer.from(bytes);
      damage(copy.subarray(page * pageBytes, (page + 1) * pageBytes), page + 1);
      place(copy);
      found.push(...(await complaints(`page ${page} is ${what}`)));
    }
    expect(found).toEqual([]);
  });

  it('ends with a sentence when it is cut off, empty, something else, newer, or no file', async () => {
    const bytes = readFileSync(sound);
    const found: string[] = [];
    for (const length of [0, 99, 100, 4_096, bytes.length - 1]) {
      place(bytes.subarray(0, length));
      found.push(...(await complaints(`cut off at ${length}`)));
      writeFileSync(`${damaged}-lock`, '');
      found.push(...(await complaints(`cut off at ${length}, with a lock`)));
    }
    place(Buffer.from('a text\n'.repeat(1_000)));
    found.push(...(await complaints('a text')));
    place(null);
    found.push(...(await complaints('missing')));
    mkdirSync(damaged);
    found.push(...(await complaints('a directory')));
    place(bytes);
    writeFileSync(`${damaged}-wal`, noise(100_000, 5));
    found.push(...(await complaints('beside a log of noise')));
    place(null);
    new DatabaseSync(damaged).exec('PRAGMA journal_mode = WAL; CREATE TABLE t (a)');
    found.push(...(await complaints('a database of another program')));
    expect(found).toEqual([]);
  });

  it.each([
    'PRAGMA user_version = 99',
    'PRAGMA user_version = 0',
    'DROP TABLE polls',
    "DELETE FROM meta WHERE key = 'source'",
    "UPDATE meta SET value = '{' WHERE key LIKE 'sink:%'",
    `UPDATE meta SET value = '{"a":1}' WHERE key LIKE 'sink:%'`,
    `UPDATE meta SET value = '["no_such_table"]' WHERE key LIKE 'sink:%'`,
    "UPDATE polls SET started_at = 'yesterday'",
    "UPDATE imports SET dates = 'x', failed = '{'",
    "UPDATE imports SET failed = '7', dates = '{}'",
    "UPDATE races SET advertised_start = 'soon'",
    'UPDATE cursors SET seq = 9223372036854775807',
    'UPDATE races SET seq = 9223372036854775000 - rowid',
    "UPDATE dead_letters SET table_name = 'no_such_table'",
  ])('ends with a sentence at the most after %s', async (sql) => {
    place(null);
    copyFileSync(sound, damaged);
    const db = new DatabaseSync(damaged);
    db.exec(sql);
    db.close();
    expect(await complaints(sql)).toEqual([]);
  });

  it('prints the sentence and no stack, and ends with 1', async () => {
    const bytes = readFileSync(sound);
    bytes.fill(0, pageBytes * 2);
    place(bytes);
    const ended = await oddstream(['status', '--db', damaged]);
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(
      /^oddstream: .*damaged\.db is damaged \(.*\); rebuild it \(oddstream repair --db .*\)\.\n$/,
    );
  });

  it.skipIf(process.getuid?.() === 0)('ends with a sentence when it may not be read', async () => {
    place(readFileSync(sound));
    chmodSync(damaged, 0);
    expect(statSync(damaged).mode & 0o777).toBe(0);
    expect(await complaints('unreadable')).toEqual([]);
  });
});
