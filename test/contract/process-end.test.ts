import { once } from 'node:events';
import { openSync, closeSync, writeSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { checkIntegrity } from '../../src/journal/integrity.ts';
import { oddstream, start, temporaryDirectory } from '../support/process.ts';

const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);

afterAll(() => {
  directory.remove();
});

/** How the last recorder of a journal ended, as it says. */
function ending(db: string): unknown {
  const journal = new DatabaseSync(db, { readOnly: true });
  try {
    return journal.prepare("SELECT value FROM meta WHERE key = 'recorder'").get()?.value;
  } finally {
    journal.close();
  }
}

/** Makes a journal of over 64 MB, which is not read in whole at a start, whose page of a table is lost. */
function loseTable(db: string, table: string): void {
  const journal = new DatabaseSync(db);
  journal.exec(
    "INSERT INTO quarantine VALUES ('x', 1, NULL, '2026-03-08T00:00:00.000Z', 'x', zeroblob(70000000))",
  );
  const page = Number(
    journal.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table)?.rootpage,
  );
  const size = Number(journal.prepare('PRAGMA page_size').get()?.page_size);
  journal.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  journal.close();
  const opened = openSync(db, 'r+');
  writeSync(opened, Buffer.alloc(size), 0, size, (page - 1) * size);
  closeSync(opened);
}

/** Code that the recorder's main thread runs when it gets SIGUSR2. */
const onSignal = (code: string): NodeJS.ProcessEnv => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(
    `import{isMainThread}from'node:worker_threads';if(isMainThread)process.on('SIGUSR2',()=>{${code}})`,
  )}`,
});

/** Settings of an Appwrite that accepts connections and answers nothing. */
async function hangingAppwrite(): Promise<NodeJS.ProcessEnv> {
  const server = createServer().listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.close();
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    APPWRITE_ENDPOINT: `http://127.0.0.1:${port}/v1`,
    APPWRITE_PROJECT_ID: 'racing',
    APPWRITE_API_KEY: 'key',
    APPWRITE_DATABASE_ID: 'racing',
  };
}

describe('a recorder that fails', { timeout: 180_000 }, () => {
  it.each(['races', 'polls', 'meta'])('at its start ends: the page of %s is lost', async (table) => {
    const db = file(`${table}.db`);
    await oddstream(['run', '--db', db, '--duration', '3s', '--races', '60']);
    loseTable(db, table);
    const env = await hangingAppwrite();
    const { code, stderr } = await oddstream(['run', '--db', db, '--http', '127.0.0.1:0'], { env });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^oddstream: .* is damaged .*oddstream repair --db [^\n]*\n$/);
  });

  it.each([
    ['an exception that nobody caught', "throw new Error('struck')"],
    ['a rejection that nobody handled', "void Promise.reject(new Error('struck'))"],
  ])('by %s closes everything, and ends', async (_name, code) => {
    const db = file(`struck-${code.length}.db`);
    const args = ['run', '--db', db, '--races', '60', '--http', '127.0.0.1:0'];
    const service = start(args, { env: onSignal(code) });
    await service.says('import.finished');
    service.child.kill('SIGUSR2');
    const ended = await service.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toMatch(/^oddstream failed .*struck/);
    expect(ended.stderr.match(/oddstream failed/g)).toHaveLength(1);
    const events = ended.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { event: string }).event);
    expect(events).toContain('service.failed');
    expect(events.at(-1)).toBe('service.stopped');
    expect(ending(db)).toBe('ended');
    expect(checkIntegrity(db)).toEqual([]);
  });

  it('to close something ends all the same, and says so', async () => {
    const hang = 'AsyncDisposableStack.prototype.disposeAsync=()=>new Promise(()=>undefined)';
    const service = start(['run', '--db', file('hangs.db'), '--races', '60'], { env: onSignal(hang) });
    await service.says('import.started');
    service.child.kill('SIGUSR2');
    service.child.kill('SIGTERM');
    const { code, stderr } = await service.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^oddstream: something hangs and [^\n]*\n$/);
  });

  it('while it waits for Appwrite ends too', async () => {
    const env = { ...(await hangingAppwrite()), ...onSignal("throw new Error('struck')") };
    const service = start(['run', '--db', file('empty.db'), '--races', '60'], { env });
    await service.says('service.started');
    service.child.kill('SIGUSR2');
    const { code, stdout, stderr } = await service.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^oddstream failed .*struck/);
    expect(stdout.trim().split('\n').at(-1)).toContain('service.stopped');
  });

  it('while it imports ends too', async () => {
    const service = start(['import', '--db', file('import.db')], {
      env: onSignal("throw new Error('struck')"),
    });
    await service.says('import.started');
    service.child.kill('SIGUSR2');
    const { code, stderr } = await service.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^oddstream failed .*struck/);
  });
});

describe('SIGHUP', { timeout: 180_000 }, () => {
  it('drains a recorder as SIGTERM does, however often it comes and what else comes once', async () => {
    const db = file('hangup.db');
    const service = start(['run', '--db', db, '--races', '60']);
    await service.says('import.finished');
    for (const signal of ['SIGHUP', 'SIGHUP', 'SIGTERM'] as const) service.child.kill(signal);
    const { code, stdout, stderr } = await service.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.trim().split('\n').at(-1)).toContain('service.stopped');
    expect(ending(db)).toBe('ended');
  });

  it('ends a simulator', async () => {
    const simulator = start(['simulate', '--port', '0']);
    await simulator.says('A simulated feed runs');
    simulator.child.kill('SIGHUP');
    expect((await simulator.ended).code).toBe(0);
  });
});
