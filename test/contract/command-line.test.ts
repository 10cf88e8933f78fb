import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { epochMillis } from '../../src/domain/time.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { oddstream, start, temporaryDirectory } from '../support/process.ts';
import type { Ended } from '../support/process.ts';
import { racedayStart } from '../support/raceday.ts';
import { runner, served } from '../support/snapshots.ts';

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);

beforeAll(() => {
  writeFileSync(
    file('truncated.jsonl.gz'),
    gzipSync(Buffer.from('{"receivedAt":"x"}\n'.repeat(500))).subarray(0, 40),
  );
  writeFileSync(file('text.jsonl'), 'no json\n');
  writeFileSync(file('no.db'), 'this is no database');
});

afterAll(() => {
  directory.remove();
});

/** One clear sentence on standard error, and nothing that looks like a crash. */
function expectSentence(ended: Ended, code: number, sentence: RegExp): void {
  expect(ended.stderr).toMatch(sentence);
  expect(ended.stderr.trim().split('\n')).toHaveLength(1);
  expect(ended.stderr).not.toMatch(/\bat .*:\d+:\d+/);
  expect(ended.code).toBe(code);
}

describe('usage', () => {
  it.each([
    [['run', '--bogus'], /unknown option '--bogus'/],
    [['frobnicate'], /unknown command 'frobnicate'/],
    [['replay'], /Name the recordings to replay, or --quarantine/],
    [['replay', '--quarantine', 'some.jsonl'], /name no recordings with it/],
    [['run', '--duration', 'soon'], /90s, 10m or 2h/],
    [['run', '--speed', '0'], /number from 0\.1 to 1000/],
    [['run', '--origin', '2026-02-30T00:00:00Z'], /a time from 2000 to 2099 with its zone/],
    [['simulate', '--origin', '2026-02-28T00:00:00'], /a time from 2000 to 2099 with its zone/],
    [['simulate', '--port', '70000'], /number from 0 to 65535/],
    [['import', '--date', '28.2.2026'], /2026-02-28/],
    [['run', '--log-level', 'loud'], /Allowed choices/],
    [['run', '--simulator', 'http://127.0.0.1:1', '--seed', '3'], /--seed cannot be given with --simulator/],
    [
      ['run', '--simulator', 'http://127.0.0.1:1', '--origin', '2026-02-28T00:00:00Z'],
      /--origin cannot be given with --simulator/,
    ],
  ])('%j is refused with exit code 2', async (args, sentence) => {
    expectSentence(await oddstream(args, { cwd: directory.path }), 2, sentence);
  });

  it('tells every setting that is wrong, a line each, and no credential', async () => {
    const env = {
      TAB_FROM: 'hidden@example.org',
      TAB_PARTNER: 'hidden-partner',
      ODDSTREAM_COUNTRIES: 'NZL',
      ODDSTREAM_CADENCE: '{"bands":[{"every_s":0}]}',
      ODDSTREAM_REQUESTS_PER_SECOND: 'many',
      TAB_BASE_URL: 'http://tab.example',
    };
    const { code, stderr } = await oddstream(['run'], { cwd: directory.path, env });
    expect(code).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(5);
    for (const name of Object.keys(env).slice(2)) expect(stderr).toContain(name);
    expect(stderr).toContain('TAB_PARTNER_ID is not set');
    expect(stderr).not.toContain('hidden');
  });

  it('helps, for itself and for each command', async () => {
    const { code, stdout } = await oddstream(['--help']);
    expect(code).toBe(0);
    const commands = ['run', 'import', 'replay', 'simulate', 'status'];
    for (const command of commands) expect(stdout).toContain(command);
    const helps = await Promise.all(commands.map((command) => oddstream([command, '--help'])));
    for (const help of helps) expect(help.stdout).toContain('Usage: oddstream');
  });
});

describe('files', () => {
  it('refuses a missing recording before it touches the journal', async () => {
    const ended = await oddstream(['replay', file('none.jsonl'), '--db', file('untouched.db')]);
    expectSentence(ended, 1, /none\.jsonl: no such file/);
    expect(existsSync(file('untouched.db'))).toBe(false);
  });

  it.each([
    ['truncated.jsonl.gz', /ends early/],
    ['text.jsonl', /line 1 of .* is not a JSON object/],
  ])('tells what of %s could not be used, with exit code 1', async (name, sentence) => {
    const { code, stdout } = await oddstream(['replay', file(name), '--db', file('replayed.db')]);
    expect(code).toBe(1);
    expect(stdout).toMatch(sentence);
    expect(stdout).toContain('"event":"replay.finished"');
  });

  it('replays what a journal has in quarantine, and says what it passes over with exit code 1', async () => {
    expectSentence(
      await oddstream(['replay', '--quarantine', '--db', file('none.db')]),
      1,
      /no such journal/,
    );
    const journal = openJournal(file('kept.db'), { source: { kind: 'recording' }, now: Date.now });
    journal.quarantine({
      raceId: 'R',
      receivedAt: epochMillis('2026-03-01T02:00:01Z'),
      reason: 'malformed',
      body: Buffer.from(JSON.stringify(served('2026-03-01T02:00:00Z', { runners: [runner('a')] }))),
    });
    journal.close();
    const one = await oddstream(['replay', '--quarantine', '--db', file('kept.db')]);
    expect(one.code).toBe(0);
    expect(one.stdout).toMatch(/"event":"replay.finished".*"lines":1,"taken":1/);
    const again = openJournal(file('kept.db'), { source: { kind: 'recording' }, now: Date.now });
    again.quarantine({ raceId: 'R', receivedAt: 0, reason: 'malformed', body: Buffer.from('<html>') });
    again.close();
    const two = await oddstream(['replay', '--quarantine', '--db', file('kept.db')]);
    expect(two.code).toBe(1);
    expect(two.stdout).toMatch(/"event":"replay.problem","file":"quarantine\/[0-9a-f]{32}"/);
    expect(two.stdout).toMatch(/"taken":0,.*"already_recorded":1,.*"unusable":1/);
  });

  it('leaves a database alone that is no journal', async () => {
    const ended = await oddstream(['replay', file('text.jsonl'), '--db', file('no.db')]);
    expectSentence(ended, 1, /no\.db is not an oddstream journal/);
    expect(readFileSync(file('no.db'), 'utf8')).toBe('this is no database');
  });

  it('says that there is no journal to tell of', async () => {
    expectSentence(await oddstream(['status', '--db', file('none.db')]), 1, /there is no journal/);
  });

  it('refuses a journal of another source', async () => {
    await oddstream(['replay', file('text.jsonl'), '--db', file('recording.db')]);
    const ended = await oddstream(['run', '--db', file('recording.db')]);
    expectSentence(ended, 1, /holds what a recording served/);
  });

  it.skipIf(process.getuid?.() === 0)('refuses a directory that it may not write to', async () => {
    chmodSync(directory.path, 0o500);
    const ended = await oddstream(['run', '--db', file('new.db')]);
    chmodSync(directory.path, 0o700);
    expectSentence(ended, 1, /new\.db/);
  });
});

describe('other processes', () => {
  it('refuses a journal that another process writes', async () => {
    const first = start(['run', '--db', file('busy.db'), '--origin', racedayStart]);
    await first.says('service.started');
    const second = await oddstream(['run', '--db', file('busy.db')]);
    expectSentence(second, 1, /in use by another oddstream process \(pid \d+\)/);
    const third = await oddstream(['replay', '--quarantine', '--db', file('busy.db')]);
    expectSentence(third, 1, /in use by another oddstream process/);
    first.child.kill('SIGTERM');
    expect((await first.ended).code).toBe(0);
  });

  it('refuses a port that is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const ended = await oddstream(['simulate', '--port', String(port)]);
    server.close();
    expectSentence(ended, 1, new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is in use`));
  });

  it('says when no simulated feed runs at an address', async () => {
    const ended = await oddstream(['run', '--simulator', 'http://127.0.0.1:9', '--db', file('attached.db')]);
    expectSentence(ended, 1, /no simulated feed that runs/);
  });
});
