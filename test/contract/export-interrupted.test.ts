import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLargeJournal } from '../support/large-journal.ts';
import { start, temporaryDirectory } from '../support/process.ts';

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);
const many = 200_000;

beforeAll(() => {
  makeLargeJournal(file(`${many}.db`), many);
});

afterAll(() => {
  directory.remove();
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
