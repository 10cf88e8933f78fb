// What floods of readers, and one that reads no log, cost the polls of 100 races within five minutes of their jump: npm run test:readers.
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { scriptProcess } from '../faults/stage-process.ts';
import { start, temporaryDirectory } from '../support/process.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '60' } } });
const windowMs = Number(values.seconds) * 1000;
if (!(windowMs > 0)) {
  console.error('--seconds takes a number over 0.');
  process.exit(2);
}

/** Real milliseconds by which the p99 of lateness may grow. */
const maxGrowthMs = 50;
/** Of four markets, spread over 24 minutes: some 100 of them are within five minutes of their jump at a time. */
const [races, hours, markets] = [500, 0.4, 4];
/** Real milliseconds after which a client that was answered comes again, and after which a stream is left. */
const [againMs, streamMs] = [100, 5_000];

interface Flood {
  readonly name: string;
  /** The paths that are asked for, each by a client of its own, again and again. */
  readonly paths: readonly string[];
  /** Whether nobody reads the log meanwhile: its pipe is full soon. */
  readonly isLogUnread?: boolean;
}
const movers = Array.from({ length: 180 }, (_, index) => `/api/movers?minutes=${index + 1}`);
const streams = Array.from({ length: 1_000 }, () => '/api/stream?after=1');
const floods: readonly Flood[] = [
  { name: 'no readers', paths: [] },
  { name: '180 of /api/movers', paths: movers },
  { name: '1,000 of /api/stream?after=1', paths: streams },
  { name: 'both', paths: [...movers, ...streams] },
  { name: 'nobody reads the log', paths: [], isLogUnread: true },
  { name: 'no readers again', paths: [] },
];

/** One client, again and again until the signal ends it. */
async function ask(
  port: number,
  path: string,
  counts: Map<string, number>,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    const status = await answerTo(port, path, signal);
    if (signal.aborted) return;
    counts.set(status, (counts.get(status) ?? 0) + 1);
    await wait(againMs);
  }
}

/** The status of an answer that was read to its end, or for a while. */
function answerTo(port: number, path: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    const socket: Socket = connect(port, '127.0.0.1');
    let status = 'none';
    const end = (): void => {
      socket.destroy();
    };
    const late = setTimeout(end, path.includes('stream') ? streamMs : windowMs);
    signal.addEventListener('abort', end, { once: true });
    socket.once('data', (bytes) => {
      status = bytes.toString('latin1', 9, 12);
    });
    socket.on('error', () => undefined).resume();
    socket.once('close', () => {
      clearTimeout(late);
      signal.removeEventListener('abort', end);
      resolve(status);
    });
    socket.write(`GET ${path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`);
  });
}

const directory = temporaryDirectory();
const db = join(directory.path, 'readers.db');
const simulated = Date.parse('2026-03-10T00:00:00Z');
const options = { seed: 1, racesPerDay: 9_000, speed: 1, port: 0, origin: { real: Date.now(), simulated } };
const feed = await scriptProcess('load-feed.ts', [
  JSON.stringify(options),
  ...[races, hours, markets].map(String),
]);
const recorder = start(
  ['run', '--simulator', feed.url, '--db', db, '--http', '127.0.0.1:0', '--log-level', 'debug'],
  {
    cwd: directory.path,
    env: { ODDSTREAM_REQUESTS_PER_SECOND: '1000', ODDSTREAM_REQUESTS_IN_FLIGHT: '20' },
  },
);
// Those who ask are other machines in truth: here they share the cores, and are not what is measured.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
await recorder.says('"import.finished"');
const { url } = JSON.parse(/^.*"server\.started".*$/m.exec(recorder.printed())?.[0] ?? '{}') as {
  url: string;
};
const port = Number(new URL(url).port);
const journal = new DatabaseSync(db, { readOnly: true });
const newest = (): number => Number(journal.prepare('SELECT max(seq) AS seq FROM polls').get()?.seq ?? 0);
const nearJump = `SELECT lateness_ms AS ms, outcome FROM polls JOIN races USING (race_id)
  WHERE polls.seq > ? AND polls.seq <= ? AND unixepoch(started_at) >= unixepoch(advertised_start) - 300`;
const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;

// Until the import's polls are over.
await wait(45_000);
const lines: Record<string, number | string>[] = [];
for (const { name, paths, isLogUnread = false } of floods) {
  const controller = new AbortController();
  const counts = new Map<string, number>();
  const began = newest();
  const read = recorder.printed().length;
  if (isLogUnread) recorder.child.stdout.pause();
  const clients = paths.map((path) => ask(port, path, counts, controller.signal));
  let [health, unhealthy] = [0, 0];
  const until = performance.now() + windowMs;
  while (performance.now() < until) {
    const from = performance.now();
    const { ok } = await fetch(`${url}/livez`).catch(() => ({ ok: false }));
    health = Math.max(health, performance.now() - from);
    if (!ok) unhealthy++;
    await wait(500);
  }
  const ended = newest();
  recorder.child.stdout.resume();
  controller.abort();
  await Promise.all(clients);
  const polls = journal.prepare(nearJump).all(began, ended);
  const late = polls.map(({ ms }) => Number(ms)).toSorted((a, b) => a - b);
  lines.push({
    ...{
      readers: name,
      polls: late.length,
      failed: polls.filter(({ outcome }) => outcome === 'failed').length,
    },
    ...{ p50: at(late, 0.5), p99: at(late, 0.99), max: at(late, 1) },
    answers: [...counts].map(([status, count]) => `${count} × ${status}`).join(', '),
    ...{ 'livez max': Math.round(health), 'livez failed': unhealthy },
  });
  await wait(5_000);
  if (isLogUnread) console.log(`${recorder.printed().length - read} characters of the log were read late.`);
}
recorder.child.kill('SIGTERM');
const { code } = await recorder.ended;
await feed.stop();
journal.close();
directory.remove();

console.log('Lateness of polls within five minutes of the jump, and the longest answer of /livez, ms:');
console.table(lines);
const quiet = Math.max(
  ...lines.filter(({ readers }) => String(readers).startsWith('no readers')).map(({ p99 }) => Number(p99)),
);
const worst = Math.max(...lines.map(({ p99 }) => Number(p99)));
console.log(`p99 without readers ${quiet} ms, with the worst of them ${worst} ms.`);
const problems = [
  ...(code === 0 ? [] : [`The recorder ended with ${code}.`]),
  ...(worst - quiet <= maxGrowthMs ? [] : [`Polls are later by more than ${maxGrowthMs} ms.`]),
  ...(lines.every((line) => line['livez failed'] === 0) ? [] : ['/livez did not answer.']),
];
for (const problem of problems) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;
