import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchSimulator } from '../../src/sources/simulator/launch.ts';
import { fetchLedger, judge } from '../support/judge.ts';
import type { RaceLedger, Verdict } from '../support/judge.ts';
import { start, temporaryDirectory } from '../support/process.ts';
import { racedayOrigin } from '../support/raceday.ts';

const directory = temporaryDirectory();
const db = join(directory.path, 'hour.db');
let ledgers: RaceLedger[] = [];
let exitCode: number | null = null;

beforeAll(async () => {
  const origin = racedayOrigin();
  const simulator = await launchSimulator({ seed: 11, racesPerDay: 150, speed: 120, port: 0, origin });
  const service = start(['run', '--simulator', simulator.url, '--db', db]);
  await service.says('"import.finished"');
  await service.says('"poll.changed"', 600);
  service.child.kill('SIGTERM');
  exitCode = (await service.ended).code;
  ledgers = await fetchLedger(simulator.url);
  await simulator.stop();
});

afterAll(() => {
  directory.remove();
});

function summary({ lost, duplicated, untrue, stale }: Verdict) {
  const few = (list: readonly string[]): readonly string[] => [`${list.length}`, ...list.slice(0, 3)];
  return { lost: few(lost), duplicated: few(duplicated), untrue: few(untrue), stale: few(stale) };
}

describe('a simulated hour', () => {
  it('is in the journal as it was served: nothing lost, nothing twice, nothing untrue', () => {
    const verdict = judge(ledgers, db);
    expect(exitCode).toBe(0);
    expect(summary(verdict)).toEqual({ lost: ['0'], duplicated: ['0'], untrue: ['0'], stale: ['0'] });
    expect(verdict.states).toBeGreaterThan(500);
    expect(verdict.prices).toBeGreaterThan(100);
  });

  it.each([
    ['lost', "DELETE FROM odds_history WHERE kind = 'pool_win' AND seq % 7 = 0"],
    ['lost', "DELETE FROM odds_history WHERE kind = 'fixed_win' AND basis = 'fluctuation'"],
    ['lost', 'DELETE FROM money_flow_history WHERE seq % 7 = 0'],
    ['lost', 'UPDATE pool_history SET total = total + 0.01'],
    ['lost', 'DELETE FROM polls WHERE seq % 5 = 0'],
    ['untrue', "UPDATE odds_history SET odds = odds + 0.01 WHERE kind = 'fixed_place'"],
    ['untrue', 'UPDATE money_flow_history SET hold_percentage = hold_percentage + 1'],
    ['stale', 'UPDATE entrants SET fixed_win = fixed_win + 1'],
  ] as const)('would be found %s after: %s', (kind, tampering) => {
    const copy = join(directory.path, 'tampered.db');
    copyFileSync(db, copy);
    const tampered = new DatabaseSync(copy);
    tampered.exec(tampering);
    tampered.close();
    const busiest = ledgers.toSorted((a, b) => b.states.length - a.states.length).slice(0, 4);
    expect(judge(busiest, copy)[kind]).not.toEqual([]);
  });
});
