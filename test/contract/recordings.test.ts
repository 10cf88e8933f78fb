import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it } from 'vitest';
import { readRecording } from '../../src/sources/recording/read.ts';
import { eventPath } from '../../src/sources/tab/paths.ts';
import { eventBody, raceId } from '../support/http-feed.ts';
import { oddstream, start, temporaryDirectory } from '../support/process.ts';
import { racedayStart } from '../support/raceday.ts';

const directory = temporaryDirectory();
const path = (name: string): string => join(directory.path, name);
const filesOf = (name: string): string[] => readdirSync(path(name)).map((file) => path(join(name, file)));

afterAll(() => {
  directory.remove();
});

function idsOf(db: string): Record<string, string[]> {
  const journal = new DatabaseSync(db, { readOnly: true });
  const tables = ['odds_history', 'money_flow_history', 'pool_history', 'bets', 'race_results'];
  const entries = tables.map((table) => {
    const rows = journal.prepare(`SELECT id FROM ${table} ORDER BY id`).all() as { id: string }[];
    return [table, rows.map(({ id }) => id)] as const;
  });
  journal.close();
  return Object.fromEntries(entries);
}

describe('run --record', () => {
  it('keeps what a replay makes the same record of', async () => {
    const args = ['--db', path('live.db'), '--races', '40', '--origin', racedayStart, '--speed', '32'];
    const service = start(['run', ...args, '--record', path('kept')]);
    await service.says('"import.finished"');
    await service.says('"poll.changed"', 60);
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
    for (const file of filesOf('kept')) expect(statSync(file).mode & 0o777).toBe(0o600);

    const replayed = await oddstream(['replay', ...filesOf('kept').toSorted(), '--db', path('replayed.db')]);
    expect(replayed.code).toBe(0);
    expect(idsOf(path('replayed.db'))).toEqual(idsOf(path('live.db')));
    expect(idsOf(path('live.db')).odds_history?.length).toBeGreaterThan(1_000);
  });

  it('can be read up to where the process was killed', async () => {
    const service = start([
      'run',
      '--db',
      path('killed.db'),
      '--races',
      '40',
      '--origin',
      racedayStart,
      '--record',
      path('torn'),
    ]);
    await service.says('poll.changed');
    await expect
      .poll(() => filesOf('torn').filter((file) => statSync(file).size > 0).length, { timeout: 500_000 })
      .toBeGreaterThan(10);
    service.child.kill('SIGKILL');
    await service.ended;
    let responses = 0;
    for (const file of filesOf('torn')) {
      for await (const line of readRecording(file)) {
        if (!('problem' in line)) responses++;
        else expect(line.problem).toContain('ends early');
      }
    }
    expect(responses).toBeGreaterThan(5);
  });

  it('has 304s that a replay passes over: each says what a response before it said', async () => {
    const line = (status: number, second: number, body: unknown): string => {
      const at = `2026-02-28T03:10:${second}.000Z`;
      return JSON.stringify({ url: eventPath(raceId), status, startedAt: at, receivedAt: at, body });
    };
    writeFileSync(path('304.jsonl'), `${line(200, 10, eventBody())}\n${line(304, 20, null)}\n`);
    const { code, stdout } = await oddstream(['replay', path('304.jsonl'), '--db', path('304.db')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/"replay\.finished".*"lines":2,"taken":1,.*"not_used":1,"unusable":0/);
  });

  it('says which directory cannot be used', async () => {
    const { code, stderr } = await oddstream(['run', '--db', path('x.db'), '--record', '/dev/null/kept']);
    expect(stderr).toMatch(/^oddstream: \/dev\/null\/kept cannot be used for recordings/);
    expect(code).toBe(1);
  });
});
