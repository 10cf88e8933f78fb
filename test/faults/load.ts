// A recorder under load, in real time: node test/faults/load.ts [--minutes N] [--races N]. TMPDIR says on which disk.
import { closeSync, fdatasyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { root, start, temporaryDirectory } from '../support/process.ts';
import { residentBytes, standInProcess } from '../support/sink-processes.ts';
import { makeSchema } from '../support/sink.ts';
import { scriptProcess } from './stage-process.ts';

const { values } = parseArgs({
  options: { minutes: { type: 'string', default: '30' }, races: { type: 'string', default: '2000' } },
});
const minutes = Number(values.minutes);
const races = Number(values.races);
if (!(minutes > 0) || !(races > 0)) {
  console.error('--minutes and --races take numbers over 0.');
  process.exit(2);
}

const spreadHours = 3;
/** Of these some 2,200 start within three hours, in two simulated days. */
const racesPerDay = 9_000;
const simulated = Date.parse('2026-03-10T00:00:00Z');
/** Every request to Appwrite takes so much longer. */
const slowMs = 1_000;
const endMs = minutes * 60_000;
/** The import, and what the runtime needs to settle. */
const warmUpMs = Math.min(5 * 60_000, endMs / 2);
const sampleEveryMs = 5_000;
const jumpMs = 5 * 60_000;
const jumpEveryMs = 10_000;

const directory = temporaryDirectory();
const sync = syncTimes(join(directory.path, 'sync'));
const db = join(directory.path, 'load.db');
const delays = join(directory.path, 'delays.json');
const options = { seed: 1, racesPerDay, speed: 1, port: 0, origin: { real: Date.now(), simulated } };
const [feed, appwrite] = await Promise.all([
  scriptProcess('load-feed.ts', [JSON.stringify(options), String(races), String(spreadHours)]),
  standInProcess(),
]);
await makeSchema(appwrite.connect());
await appwrite.fault({ kind: 'slow', ms: slowMs });

const preload = pathToFileURL(join(root, 'test/faults/load-preload.ts')).href;
const recorder = start(['run', '--simulator', feed.url, '--db', db, '--no-http', '--log-level', 'warn'], {
  cwd: directory.path,
  env: {
    ...appwrite.env,
    ...{ LOAD_DELAYS: delays, LOAD_WARM_UP_MS: String(warmUpMs), NODE_OPTIONS: `--import ${preload}` },
  },
});
const began = Date.now();
const samples: { readonly at: number; readonly bytes: number }[] = [];
while (Date.now() - began < endMs && recorder.child.exitCode === null) {
  await wait(sampleEveryMs);
  samples.push({ at: Date.now() - began, bytes: residentBytes(recorder.child.pid ?? 0) });
}
recorder.child.kill('SIGTERM');
const { code, stdout, stderr } = await recorder.ended;
await Promise.all([feed.stop(), appwrite.stop()]);

const problems: string[] = [];
if (code !== 0) problems.push(`the recorder ended with ${code}: ${stderr.trim()}`);
for (const line of stdout.split('\n')) {
  if (/"(race\.restarted|service\.failed|journal\.failed|sink\.dead_letter)"/.test(line)) problems.push(line);
}

/** Mean of the samples in a tenth of the time: memory goes up and down with every collection. */
const windowMs = Math.max(endMs / 10, 4 * sampleEveryMs);
const meanOf = (from: number): number => {
  const bytes = samples.filter(({ at }) => at >= from && at < from + windowMs).map((sample) => sample.bytes);
  return bytes.reduce((sum, one) => sum + one, 0) / bytes.length / 1024 / 1024;
};
const [warm, last] = [meanOf(warmUpMs), meanOf(endMs - windowMs)];
if (!(last <= warm * 1.1))
  problems.push(`memory went from ${warm.toFixed(0)} MB after warm-up to ${last.toFixed(0)} MB`);

const loop = JSON.parse(readFileSync(delays, 'utf8')) as {
  count: number;
  p50: number;
  p99: number;
  max: number;
};
if (loop.count === 0) problems.push('the delay of the event loop was not measured');
if (!(loop.p99 < 50)) problems.push(`the event loop was ${loop.p99.toFixed(1)} ms late (p99)`);

const journal = new DatabaseSync(db, { readOnly: true });
const one = (sql: string): Record<string, unknown> => journal.prepare(sql).get() ?? {};
const nearJump = `FROM polls JOIN races USING (race_id)
  WHERE unixepoch(started_at, 'subsec') * 1000 BETWEEN unixepoch(advertised_start) * 1000 - ${jumpMs}
    AND unixepoch(advertised_start) * 1000`;
const near = one(`SELECT count(*) AS polls, max(lateness_ms) AS most ${nearJump}`);
if (!(Number(near.polls) > 0)) problems.push('no race came near its jump');
const late = `SELECT race_id, started_at, lateness_ms ${nearJump} AND lateness_ms > ${jumpEveryMs}`;
for (const poll of journal.prepare(late).all()) {
  const after = Math.round((Date.parse(String(poll.started_at)) - simulated) / 1000);
  problems.push(
    `${String(poll.race_id)} was polled ${String(poll.lateness_ms)} ms late, ${after} s after the feed's start`,
  );
}
const polls = one(`SELECT count(*) AS made, sum(outcome = 'failed') AS failed FROM polls`);
const listed = one('SELECT count(*) AS n FROM races');
if (listed.n !== races) problems.push(`${String(listed.n)} races were listed, not ${races}`);
journal.close();
directory.remove();

console.log(
  JSON.stringify({
    ...{ minutes, races: listed.n, polls: polls.made, failed: polls.failed, polls_near_jump: near.polls },
    ...{ most_late_near_jump_ms: near.most, mb_after_warm_up: Math.round(warm), mb_at_end: Math.round(last) },
    sync_ms: sync,
    loop_ms: { p50: loop.p50, p99: loop.p99, max: loop.max },
  }),
);
for (const problem of problems.slice(0, 30)) console.error(problem);
process.exitCode = problems.length === 0 ? 0 : 1;

/** How long this disk takes to make 40 KB durable: every commit of a poll waits for that, and the loop with it. */
function syncTimes(file: string): { readonly p50: number; readonly p99: number } {
  const fd = openSync(file, 'w');
  const piece = Buffer.alloc(40_960, 1);
  const times = Array.from({ length: 200 }, () => {
    const from = performance.now();
    writeSync(fd, piece);
    fdatasyncSync(fd);
    return performance.now() - from;
  }).toSorted((a, b) => a - b);
  closeSync(fd);
  return { p50: times[100] ?? NaN, p99: times[198] ?? NaN };
}
