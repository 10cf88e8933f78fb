import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { checkIntegrity } from '../../src/journal/integrity.ts';
import { openReader } from '../../src/journal/reader.ts';
import { startSimulatorServer } from '../../src/sources/simulator/server.ts';
import { oddstream, root, start, temporaryDirectory } from '../support/process.ts';
import { racedayOrigin, racedayStart } from '../support/raceday.ts';

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);

afterAll(() => {
  directory.remove();
});

function status(db: string) {
  const reader = openReader(db);
  try {
    return reader.status();
  } finally {
    reader.close();
  }
}

/** Races are open at its start, whatever the hour is. */
const market = ['--races', '60', '--origin', racedayStart];

const recorded = [
  'meetings',
  'races',
  'entrants',
  'odds_history',
  'money_flow_history',
  'pool_history',
] as const;

describe('run', () => {
  it('says what it records and where, and stops by itself', async () => {
    const service = start(['run', '--db', file('short.db'), '--duration', '1s', ...market]);
    await service.says('service.started');
    const first = JSON.parse(service.printed().split('\n')[0] ?? '') as Record<string, unknown>;
    expect(first).toMatchObject({
      source: 'simulator',
      journal: file('short.db'),
      records: 'T,H,G races in NZ,AUS',
    });

    const { code, stderr } = await service.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'ends by %s after its import, with exit code 0 and an intact journal that has it all',
    async (signal) => {
      const db = file(`${signal}.db`);
      const service = start(['run', '--db', db, ...market]);
      await service.says('import.finished');
      await service.says('poll.changed');
      service.child.kill(signal);
      const { code, stdout } = await service.ended;
      expect(code).toBe(0);
      expect(stdout.trim().split('\n').at(-1)).toContain('service.stopped');
      expect(checkIntegrity(db)).toEqual([]);
      const { counts } = status(db);
      for (const table of recorded) expect(counts[table], table).toBeGreaterThan(0);
      expect(counts.quarantine).toBe(0);
    },
  );

  it('goes on from its journal, with the same market and clock, and tells the stop as gaps', async () => {
    const db = file('again.db');
    const first = start(['run', '--db', db, ...market, '--seed', '7', '--speed', '120']);
    await first.says('import.finished');
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
    const before = status(db);
    const second = start(['run', '--db', db]);
    await expect.poll(() => status(db).counts.odds_history).toBeGreaterThan(before.counts.odds_history);
    second.child.kill('SIGTERM');
    expect((await second.ended).code).toBe(0);
    const after = status(db);
    expect(after.source).toEqual(before.source);
    expect(after.counts.races).toBeGreaterThanOrEqual(before.counts.races);
    expect(after.gaps.total).toBeGreaterThan(0);
    expect(after.lastPollAt ?? '').toMatch(/^\d{4}-/);
    expect(after.lastPollAt ?? '' > (before.lastPollAt ?? '')).toBeTruthy();
  });

  it('ends when a race of a large journal would go on from a row that is not as it was written', async () => {
    const db = file('large.db');
    const first = start(['run', '--db', db, ...market]);
    await first.says('import.finished');
    first.child.kill('SIGTERM');
    await first.ended;
    const journal = new DatabaseSync(db);
    journal.exec(`INSERT INTO quarantine VALUES ('x', 1, NULL, '2026-03-08T00:00:00.000Z', 'x', zeroblob(70000000));
      UPDATE odds_history SET odds = odds + 1 WHERE seq = (SELECT max(seq) FROM odds_history)`);
    journal.close();
    const { code, stdout } = await oddstream(['run', '--db', db]);
    expect(code).toBe(1);
    const failed = stdout.split('\n').find((line) => line.includes('service.failed')) ?? '{}';
    expect((JSON.parse(failed) as { reason: string }).reason).toBe(
      `${db} is damaged (a row of odds_history is not as it was written: the id is not that of the row); ` +
        `rebuild it (oddstream repair --db ${db}).`,
    );
  });

  it('leaves no process behind when Ctrl-C reaches npm start', async () => {
    const db = file('npm.db');
    const npm = spawn('npm', ['start', '--', '--db', db, '--races', '60', '--origin', racedayStart], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await new Promise((resolve) => npm.stdout.once('data', resolve));
    while (!readable(db)) await wait(100);
    process.kill(-(npm.pid ?? 0), 'SIGINT');
    await new Promise((resolve) => npm.once('close', resolve));
    expect(() => process.kill(-(npm.pid ?? 0), 0)).toThrow();
  });
});

function readable(db: string): boolean {
  try {
    return readFileSync(db).length > 0;
  } catch {
    return false;
  }
}

describe('import', () => {
  it('imports a day once, and ends', async () => {
    const feed = await startSimulatorServer({
      ...{ seed: 1, racesPerDay: 40, speed: 1, port: 0, origin: racedayOrigin() },
    });
    onTestFinished(() => feed.close());
    const { code, stdout } = await oddstream(['import', '--simulator', feed.url, '--db', file('import.db')]);
    expect(code).toBe(0);
    const finished = stdout.split('\n').find((line) => line.includes('import.finished')) ?? '{}';
    const { meetings, races, failed } = JSON.parse(finished) as Record<string, number>;
    expect(failed).toBe(0);
    const { counts, lastImport } = status(file('import.db'));
    expect(counts).toMatchObject({ meetings, races });
    // A busy machine may have had to try again.
    expect(counts.polls).toBeGreaterThanOrEqual(races ?? Infinity);
    expect(lastImport).toMatchObject({ meetings, races, failed: [] });
  });
});
