import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { scriptProcess } from '../test/faults/stage-process.ts';
import { root, temporaryDirectory } from '../test/support/process.ts';
import type { Vitals } from './growth-preload.ts';

export interface CrowdOptions {
  readonly races: number;
  /** How many simulated milliseconds pass in a real one. */
  readonly speed: number;
  /** The starts of its races are spread over so many simulated hours. */
  readonly hours: number;
  /** `ODDSTREAM_CADENCE`, where it is not the default one. */
  readonly cadence?: unknown;
}

/** A recorder of very many races, in a process of its own, with its simulated feed in another one. */
export interface Crowd {
  /** Real milliseconds from its start until every race had been polled. */
  readonly importMs: number;
  /** Polls so far that did not fail. */
  readonly polls: () => number;
  /** Those of them that something was recorded of. */
  readonly changed: () => number;
  /** Polls after a number of the journal, by how late they were: milliseconds of the recorder's clock. */
  readonly lateness: (after: number) => number[];
  /** The number of the newest poll. */
  readonly newest: () => number;
  readonly vitals: (collect: boolean) => Promise<Vitals>;
  readonly stop: () => Promise<void>;
}

const simulated = Date.parse('2026-03-10T00:00:00Z');
/** The feed's most; of two such days, those that start in time are taken. */
const racesPerDay = 10_000;
const longestImportMs = 600_000;

/** Starts one and waits until every race has been polled. */
export async function crowd({ races, speed, hours, cadence }: CrowdOptions): Promise<Crowd> {
  const directory = temporaryDirectory();
  const options = { seed: 1, racesPerDay, speed, port: 0, origin: { real: Date.now(), simulated } };
  const feed = await scriptProcess('load-feed.ts', [JSON.stringify(options), String(races), String(hours)]);
  const db = join(directory.path, 'crowd.db');
  const began = performance.now();
  const recorder = spawn(
    process.execPath,
    [
      ...['--expose-gc', '--import', pathToFileURL(join(root, 'bench/growth-preload.ts')).href],
      ...[join(root, 'bin/oddstream.js'), 'run', '--simulator', feed.url, '--db', db],
      ...['--no-http', '--log-level', 'error'],
    ],
    {
      cwd: directory.path,
      env: {
        PATH: process.env.PATH,
        ...containerSettings(),
        ...(cadence !== undefined && { ODDSTREAM_CADENCE: JSON.stringify(cadence) }),
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  const ended = once(recorder, 'exit');
  const running = (): boolean => recorder.exitCode === null;
  const stop = async (): Promise<void> => {
    recorder.kill('SIGTERM');
    await ended;
    await feed.stop();
    directory.remove();
  };
  try {
    const journal = await openedJournal(db, running);
    const number = (sql: string): number => Number(journal.prepare(sql).get()?.n ?? 0);
    const polled = (): number => number('SELECT count(DISTINCT race_id) AS n FROM polls');
    await until(() => polled() >= races, running);
    return {
      importMs: performance.now() - began,
      polls: () => number("SELECT count(*) AS n FROM polls WHERE outcome <> 'failed'"),
      changed: () => number("SELECT count(*) AS n FROM polls WHERE outcome = 'changed'"),
      newest: () => number('SELECT max(seq) AS n FROM polls'),
      lateness: (after) =>
        journal
          .prepare('SELECT lateness_ms AS ms FROM polls WHERE seq > ?')
          .all(after)
          .map(({ ms }) => Number(ms)),
      vitals: async (collect) => {
        recorder.send(collect);
        const [vitals] = (await once(recorder, 'message')) as [Vitals];
        return vitals;
      },
      stop: async () => {
        journal.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What the container sets for Node.js and the allocator: memory is measured as it is used there. */
function containerSettings(): Record<string, string> {
  const settings = /^ENV (NODE_OPTIONS=.*)$/m.exec(readFileSync(join(root, 'Dockerfile'), 'utf8'))?.[1];
  if (settings === undefined) throw new Error('The Dockerfile sets no NODE_OPTIONS.');
  return Object.fromEntries(
    settings.split(' ').map((setting) => {
      const at = setting.indexOf('=');
      return [setting.slice(0, at), setting.slice(at + 1)];
    }),
  );
}

async function openedJournal(file: string, running: () => boolean): Promise<DatabaseSync> {
  // Made under another name: the file is a whole journal as soon as it is there.
  await until(() => existsSync(file), running);
  return new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
}

async function until(done: () => boolean, running: () => boolean): Promise<void> {
  const end = performance.now() + longestImportMs;
  while (!done()) {
    if (!running()) throw new Error('A recorder ended by itself.');
    if (performance.now() > end) throw new Error(`A recorder was not ready in ${longestImportMs / 1000} s.`);
    await wait(100);
  }
}
