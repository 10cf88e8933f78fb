import { spawn, spawnSync } from 'node:child_process';
import type { StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { lastMs } from '../../src/app/lifecycle.ts';
import { root, start, temporaryDirectory } from '../support/process.ts';

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);

afterAll(() => {
  directory.remove();
});

/** Polls after which a pipe that nobody reads has long been full. */
const manyPolls = 700;

function recorder(db: string, stdout: 'pipe' | number, more: readonly string[] = []) {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const args = ['run', '--db', db, '--races', '240', '--speed', '240', '--log-level', 'debug', ...more];
  const stdio: StdioOptions = ['ignore', stdout, 'pipe'];
  const child = spawn(process.execPath, [join(root, 'bin/oddstream.js'), ...args], {
    cwd: root,
    env: { PATH, NODE_COMPILE_CACHE, ODDSTREAM_HTTP: 'off' },
    stdio,
  });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const stderr = child.stderr === null ? Promise.resolve('') : text(child.stderr);
  return { child, stderr, ended: once(child, 'exit').then(([code]) => code as number | null) };
}

function first(db: string, sql: string): unknown {
  if (!existsSync(db)) return undefined;
  const opened = new DatabaseSync(db, { readOnly: true, timeout: 60_000 });
  try {
    return Object.values(opened.prepare(sql).get() ?? {})[0];
  } catch (error) {
    if (error instanceof Error && /no such table|unable to open/.test(error.message)) return undefined;
    throw error;
  } finally {
    opened.close();
  }
}

async function polled(db: string, count: number): Promise<void> {
  while (Number(first(db, 'SELECT count(*) FROM polls') ?? 0) < count) await wait(100);
}

describe('recording goes on, and ends when it is asked to,', { timeout: 180_000 }, () => {
  it('while nobody reads its log', async () => {
    const db = file('blocked.db');
    const { child, ended } = recorder(db, 'pipe');
    await polled(db, manyPolls);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });

  it('when whoever read its log is gone', async () => {
    const db = file('gone.db');
    const { child, stderr, ended } = recorder(db, 'pipe');
    child.stdout?.once('data', () => child.stdout?.destroy());
    await polled(db, 300);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(await stderr).toBe('');
  });

  it.skipIf(!existsSync('/dev/full'))('when the disk of its log is full', async () => {
    const db = file('full.db');
    const full = openSync('/dev/full', 'w');
    const { child, stderr, ended } = recorder(db, full);
    closeSync(full);
    await polled(db, 300);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    expect(await stderr).toBe('');
  });

  const script = spawnSync('script', ['--version']).status === 0;

  it.skipIf(!script)('when its terminal is closed', async () => {
    const db = file('terminal.db');
    const command = [process.execPath, join(root, 'bin/oddstream.js'), 'run', '--db', db, '--races', '60'];
    // As the leader of the terminal's session it gets the signal; nobody is left to hear its exit code.
    const inside = `exec ${command.join(' ')} 2> ${file('stderr')}`;
    const tellCode = `import{writeFileSync}from'node:fs';import{isMainThread}from'node:worker_threads';
      if(isMainThread)process.on('exit',(code)=>{writeFileSync('${file('code')}',String(code))})`;
    const terminal = spawn('script', ['--quiet', '--command', inside, '/dev/null'], {
      env: {
        PATH: process.env.PATH,
        ODDSTREAM_HTTP: 'off',
        TERM: 'xterm',
        NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(tellCode)}`,
      },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    onTestFinished(() => {
      terminal.kill('SIGKILL');
    });
    await polled(db, 30);
    terminal.kill('SIGKILL');
    while (!existsSync(file('code')) || readFileSync(file('code'), 'utf8') === '') await wait(50);
    expect(readFileSync(file('code'), 'utf8')).toBe('0');
    expect(readFileSync(file('stderr'), 'utf8')).toBe('');
  });
});

describe('a command that has done its work', { timeout: 180_000 }, () => {
  it('waits for whoever reads its log', async () => {
    const db = file('import.db');
    const simulator = start(['simulate', '--races', '240', '--port', '0']);
    onTestFinished(() => {
      simulator.child.kill('SIGKILL');
    });
    await simulator.says('Record it with');
    const url = /http:[\d./]+:\d+/.exec(simulator.printed())?.[0] ?? '';
    const args = ['import', '--db', db, '--simulator', url, '--log-level', 'debug'];
    const { child, ended } = start(args);
    child.stdout.pause();
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    const imported = 'SELECT count(*) FROM imports WHERE finished_at IS NOT NULL';
    while (child.exitCode === null && Number(first(db, imported) ?? 0) === 0) await wait(100);
    // Longer than a process waits that is to stop.
    await wait(2 * lastMs);
    child.stdout.resume();
    const { code, stdout } = await ended;
    expect(code).toBe(0);
    expect(stdout.length).toBeGreaterThan(65_536);
    expect(stdout.trimEnd().split('\n').at(-1)).toContain('import.finished');
  });
});

describe('the log of a run whose reader stops for a while', () => {
  it('has its lines in order, and says where some are missing, and how many', async () => {
    const program = `
      import { LogOutput } from './src/app/log/log-output.ts';
      import { standardOutput } from './src/app/log/line-target.ts';
      const output = new LogOutput(standardOutput, 100_000);
      output.reportBy((lines) => output.write('missing ' + lines + '\\n'));
      const write = (from, to) => {
        for (let number = from; number < to; number++) output.write(number + ' '.repeat(100) + '\\n');
      };
      // In turns, so that the pipe is full before lines have to wait.
      for (let part = 0; part < 20; part++) {
        write(part * 1_000, part * 1_000 + 1_000);
        await new Promise(setImmediate);
      }
      process.stderr.write('written');
      await output.flush(60_000);
      write(20_000, 20_100);
      await output.flush(60_000);
    `;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    await once(child.stderr, 'data');
    let expected = 0;
    let missing = 0;
    for (const line of (await text(child.stdout)).trimEnd().split('\n')) {
      const skipped = /^missing (\d+)$/.exec(line)?.[1];
      if (skipped === undefined) {
        expect(Number(line)).toBe(expected++);
      } else {
        missing += Number(skipped);
        expected += Number(skipped);
      }
    }
    expect(expected).toBe(20_100);
    expect(missing).toBeGreaterThan(10_000);
  });
});
