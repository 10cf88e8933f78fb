import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { levelOf } from '../../src/app/log/logger.ts';
import { logEvents } from '../../src/domain/log-events.ts';
import type { LogEventName } from '../../src/domain/log-events.ts';
import { startSimulatorServer } from '../../src/sources/simulator/server.ts';
import { root, start, temporaryDirectory } from '../support/process.ts';
import { racedayOrigin } from '../support/raceday.ts';

type Line = Readonly<Record<string, unknown>> & { readonly event: LogEventName };

const directory = temporaryDirectory();
let lines: Line[] = [];

/** How many minutes a log tells changes of. */
const minutesOf = (log: string): number =>
  new Set(Array.from(log.matchAll(/"time":"(.{16})[^\n]*"poll\.changed"/g), ([, minute]) => minute)).size;

/** Some minutes of a feed that fails now and then, recorded by the real service. */
beforeAll(async () => {
  const simulator = await startSimulatorServer({
    seed: 3,
    racesPerDay: 120,
    speed: 120,
    port: 0,
    origin: racedayOrigin(),
    faults: { errors: 0.1, hangs: 0.01, outages: [{ afterMs: 420_000, durationMs: 60_000 }] },
  });
  const args = ['run', '--simulator', simulator.url, '--log-level', 'debug'];
  const service = start([...args, '--db', join(directory.path, 'logs.db')]);
  await Promise.all(
    ['"import.finished"', '"gap.closed"', '"poll.failed"'].map((event) => service.says(event)),
  );
  while (minutesOf(service.printed()) < 7) await wait(100);
  service.child.kill('SIGTERM');
  const { stdout } = await service.ended;
  await simulator.close();
  writeFileSync(join(directory.path, 'oddstream.log'), stdout);
  lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
});

afterAll(() => {
  directory.remove();
});

describe('the log of a run', () => {
  it('holds only events of the list, with just their fields, and has a good many of them', () => {
    for (const { level, time, event, ...fields } of lines) {
      expect(Object.keys(logEvents)).toContain(event);
      expect(level).toBe(levelOf(event));
      expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      const { error } = logEvents[event].safeParse(fields);
      expect(error, `${event}: ${error?.message ?? ''}`).toBeUndefined();
    }
    const seen = new Set(lines.map(({ event }) => event));
    for (const event of [
      'service.started',
      'import.finished',
      'poll.failed',
      'gap.opened',
      'gap.closed',
    ] as const) {
      expect(seen).toContain(event);
    }
  });

  it('begins with service.started and ends with service.stopped', () => {
    expect(lines[0]?.event).toBe('service.started');
    expect(lines.at(-1)?.event).toBe('service.stopped');
  });
});

const jq = spawnSync('jq', ['--version']).status === 0;
if (!jq)
  console.warn('The questions of docs/logs.md were not asked: there is no jq here (apt-get install jq).');

describe.skipIf(!jq)('the questions of docs/logs.md', () => {
  const text = readFileSync(join(root, 'docs/logs.md'), 'utf8');
  const commands = [...text.matchAll(/```sh\n(.*)\n```/g)].map(([, command]) => command ?? '');

  function answer(index: number): unknown {
    const { stdout, stderr } = spawnSync('sh', ['-c', commands[index] ?? ''], {
      cwd: directory.path,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    return JSON.parse(stdout);
  }

  const of = (event: LogEventName): Line[] => lines.filter((line) => line.event === event);
  const sum = (list: readonly Line[], field: string): number =>
    list.reduce((total, line) => total + Number(line[field]), 0);

  it('polls by outcome', () => {
    expect(answer(0)).toEqual({
      changed: of('poll.changed').length,
      unchanged: of('poll.unchanged').length,
      failed: of('poll.failed').length,
    });
  });

  it('polls by outcome, of a log without the level debug', () => {
    const info = lines.filter(({ level }) => level !== 'debug');
    expect(info.some(({ event }) => event === 'poll.unchanged')).toBe(false);
    const file = join(directory.path, 'info.log');
    writeFileSync(file, info.map((line) => `${JSON.stringify(line)}\n`).join(''));
    const { stdout } = spawnSync('sh', ['-c', commands[0]?.replace('oddstream.log', file) ?? ''], {
      encoding: 'utf8',
    });
    expect(JSON.parse(stdout)).toEqual(answer(0));
  });

  it('lateness', () => {
    const late = lines.flatMap(({ lateness_ms }) => (typeof lateness_ms === 'number' ? [lateness_ms] : []));
    const sorted = late.toSorted((a, b) => a - b);
    expect(answer(1)).toEqual({ max: sorted.at(-1), median: sorted[Math.floor(sorted.length / 2)] });
  });

  it('changes a minute', () => {
    const minutes = Object.values(answer(2) as Record<string, number>);
    expect(minutes.length).toBeGreaterThan(5);
    expect(minutes.reduce((a, b) => a + b)).toBe(sum(of('poll.changed'), 'changes'));
  });

  it('gaps by reason', () => {
    const reasons = Object.values(answer(3) as Record<string, { gaps: number; polls: number }>);
    expect(reasons.reduce((total, { gaps }) => total + gaps, 0)).toBe(of('gap.closed').length);
    expect(reasons.reduce((total, { polls }) => total + polls, 0)).toBe(
      sum(of('gap.closed'), 'expected_polls'),
    );
  });

  it('the last import', () => {
    const { meetings, races, failed } = { ...of('import.finished').at(-1) } as Record<string, unknown>;
    const races_failed = of('import.race_failed').map(({ race_id }) => race_id);
    expect(answer(4)).toEqual({ last: { meetings, races, failed }, races: races_failed });
  });
});
