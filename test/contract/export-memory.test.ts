import { spawn } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ExportFormat } from '../../src/sinks/export/format.ts';
import { openJournal } from '../../src/sinks/journal/journal.ts';
import { root, start, temporaryDirectory } from '../support/process.ts';

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);
const few = 20_000;
const many = 200_000;

beforeAll(() => {
  for (const rows of [few, many]) makeJournal(file(`${rows}.db`), rows);
}, 60_000);

afterAll(() => {
  directory.remove();
});

function makeJournal(path: string, rows: number): void {
  openJournal(path, { source: { kind: 'recording' }, now: Date.now }).close();
  const db = new DatabaseSync(path);
  const time = (offset: number): string =>
    `strftime('%Y-%m-%dT%H:%M:%fZ', 1772248200 + i + ${offset}, 'unixepoch')`;
  const indexes = db
    .prepare(`SELECT name FROM sqlite_schema WHERE type = 'index' AND sql LIKE '%odds%'`)
    .all();
  for (const { name } of indexes) db.exec(`DROP INDEX ${String(name)}`);
  db.exec(`PRAGMA synchronous = OFF;
    WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows})
    INSERT INTO odds_history SELECT 1772248200123000 + i, printf('%032x', i * 7919), 'race-' || (i / 1000),
      'entrant-' || (i / 100), iif(i % 4 = 0, 'fixed_win', 'pool_win'), iif(i % 11 = 0, NULL, 1 + (i % 970) / 10.0),
      iif(i % 7 = 0, NULL, 1 + (i % 900) / 10.0), ${time(0)}, ${time(1)}, 'poll', 3600.0 - i % 4000 FROM n`);
  db.close();
}

/** Peak resident set of the real command, in megabytes. */
async function peakOf(format: ExportFormat, rows: number): Promise<number> {
  const told = 'process.on("exit", () => console.error("peak", process.resourceUsage().maxRSS))';
  const args = [
    '--db',
    file(`${rows}.db`),
    '--format',
    format,
    '--table',
    'odds_history',
    file(`${rows}.${format}`),
  ];
  const child = spawn(
    process.execPath,
    ['--import', `data:text/javascript,${told}`, join(root, 'bin/oddstream.js'), 'export', ...args],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [out, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(JSON.parse(out)).toMatchObject({ event: 'export.finished', rows });
  return Number(/peak (\d+)/.exec(errors)?.[1]) / 1024;
}

describe('memory', () => {
  it.each(['csv', 'ndjson', 'parquet'] as const)(
    'ten times as many rows need no more: %s',
    async (format) => {
      const little = await peakOf(format, few);
      const much = await peakOf(format, many);
      expect(little).toBeGreaterThan(30);
      expect(much / little).toBeLessThan(1.5);
      const size = (rows: number): number => statSync(file(`${rows}.${format}`)).size;
      expect(size(many) / size(few)).toBeGreaterThan(8);
    },
  );
});

describe('an export that is interrupted', () => {
  const began = (name: string) => {
    const args = [
      'export',
      '--db',
      file(`${many}.db`),
      '--format',
      'csv',
      '--table',
      'odds_history',
      file(name),
    ];
    return start(args);
  };

  async function isUnderWay(name: string): Promise<void> {
    while (!existsSync(file(`${name}.part`)) || statSync(file(`${name}.part`)).size === 0) await wait(10);
  }

  it.each(['SIGINT', 'SIGTERM'] as const)('leaves nothing: %s', async (signal) => {
    const name = `${signal}.csv`;
    const running = began(name);
    await isUnderWay(name);
    running.child.kill(signal);
    const { code, stderr, stdout } = await running.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toBe(`oddstream: Stopped by ${signal}; ${file(name)} was not written.\n`);
    expect(readdirSync(directory.path).filter((found) => found.startsWith(name))).toEqual([]);
  });

  it('never has its name when it is killed', async () => {
    const running = began('killed.csv');
    await isUnderWay('killed.csv');
    running.child.kill('SIGKILL');
    await running.ended;
    expect(existsSync(file('killed.csv'))).toBe(false);
    expect(existsSync(file('killed.csv.part'))).toBe(true);
  });

  it('tells that the reader of its output went away', async () => {
    const args = ['export', '--db', file(`${many}.db`), '--format', 'ndjson', '--table', 'odds_history', '-'];
    const running = start(args);
    await running.says('"seq"');
    running.child.stdout.destroy();
    const { code, stderr } = await running.ended;
    expect(stderr).toBe('oddstream: standard output was closed before everything was written.\n');
    expect(code).toBe(1);
  });
});
