import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test, vi } from 'vitest';
import { checkIntegrity } from '../../src/journal/integrity.ts';
import { openJournal, readSource } from '../../src/journal/journal.ts';
import { openReader } from '../../src/journal/reader.ts';
import { noon, open, poll, pollId, rows, temporaryDirectory } from '../unit/journal-rows.ts';

vi.setConfig({ testTimeout: 60_000 });

const options = { source: { kind: 'recording' } as const, now: () => noon };

/** A child process that runs a module with `openJournal`, `openReader`, `file` and `options` at hand. */
function run(file: string, code: string): ChildProcess & AsyncIterable<string> {
  const module = (name: string) =>
    JSON.stringify(new URL(`../../src/journal/${name}.ts`, import.meta.url).href);
  const script = `
    import { openJournal } from ${module('journal')};
    import { openReader } from ${module('reader')};
    import { rowId } from ${JSON.stringify(new URL('../../src/domain/ids.ts', import.meta.url).href)};
    const file = ${JSON.stringify(file)};
    const options = { source: { kind: 'recording' }, now: () => ${noon} };
    const at = '2026-02-28T03:10:00.000Z';
    const poll = (race) => ({ table: 'polls', row: { id: rowId(race, at), race_id: race, started_at: at,
      lateness_ms: null, duration_ms: null, outcome: 'changed', reason: null, bytes: 1, changes: 0, source_time: null } });
    ${code}`;
  const child = spawn(process.execPath, ['--expose-gc', '--input-type=module', '--eval', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: fileURLToPath(new URL('../..', import.meta.url)),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout });
  return Object.assign(child, { [Symbol.asyncIterator]: () => lines[Symbol.asyncIterator]() });
}

async function nextLine(child: AsyncIterable<string>): Promise<string> {
  for await (const line of child) return line;
  throw new Error('the child process said nothing');
}

async function killed(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
}

/** With the garbage collector at work: a lock must not go with what nobody holds any more. */
const untilKilled = 'setInterval(gc, 10);';

test('a second writer is refused in the same process, and let in by the first one’s end', () => {
  const file = join(temporaryDirectory(), 'j.db');
  const first = open(file);
  const sentence = `${file} is in use by another oddstream process (pid ${process.pid}); stop it or name another file (--db).`;
  expect(() => openJournal(file, options)).toThrow(sentence);
  first.commit([poll('a')]);
  expect(() => openJournal(file, options)).toThrow(sentence);
  first.close();
  expect(open(file).hasPoll(pollId('a'))).toBe(true);
});

test('a second writer is refused while another process has the journal, whom it names, until that is killed', async () => {
  const file = join(temporaryDirectory(), 'j.db');
  const child = run(
    file,
    `const j = openJournal(file, options); j.commit([poll('a')]); console.log('open'); ${untilKilled}`,
  );
  expect(await nextLine(child)).toBe('open');
  await new Promise((resolve) => setTimeout(resolve, 100));
  const before = rows(file, 'SELECT * FROM meta, polls');
  expect(() => openJournal(file, options)).toThrow(
    `${file} is in use by another oddstream process (pid ${child.pid}); stop it or name another file (--db).`,
  );
  expect(rows(file, 'SELECT * FROM meta, polls')).toEqual(before);
  await killed(child);
  const journal = open(file);
  expect(journal.hasPoll(pollId('a'))).toBe(true);
  journal.commit([poll('b')]);
  expect(journal.counts().polls).toBe(2);
});

test('readers see what is committed beside the writer, and after it was killed', async () => {
  const file = join(temporaryDirectory(), 'j.db');
  const child = run(
    file,
    `const j = openJournal(file, options);
     let n = 0;
     process.stdin.on('data', () => { j.commit([poll('poll ' + n++)]); console.log(n); });
     console.log('open');`,
  );
  const lines = child[Symbol.asyncIterator]();
  await lines.next();
  const reader = openReader(file);
  onTestFinished(() => {
    reader.close();
  });
  for (const count of [1, 2, 3]) {
    child.stdin?.write('commit\n');
    expect((await lines.next()).value).toBe(String(count));
    expect(reader.status().counts.polls).toBe(count);
    expect(readSource(file)).toEqual(options.source);
  }
  await killed(child);
  expect(reader.status().counts.polls).toBe(3);
  const late = openReader(file);
  expect(late.status().counts.polls).toBe(3);
  late.close();
  expect(checkIntegrity(file)).toEqual([]);
});

test('readers neither wait for a writer’s long transaction nor hold up its commits', () => {
  const journal = open(join(temporaryDirectory(), 'j.db'));
  const reader = openReader(journal.file);
  reader.status();
  journal.commit(Array.from({ length: 2_000 }, (_, n) => poll(`poll ${n}`)));
  expect(reader.status().counts.polls).toBe(2_000);
  reader.close();
});

test('a journal closes beside a reader', () => {
  const journal = open(join(temporaryDirectory(), 'j.db'));
  const reader = openReader(journal.file);
  journal.commit([poll('a')]);
  journal.close();
  expect(statSync(`${journal.file}-wal`).size).toBe(0);
  expect(reader.status()).toMatchObject({ walSize: 0, counts: { polls: 1 } });
  reader.close();
  expect(open(journal.file).hasPoll(pollId('a'))).toBe(true);
});

test('what was committed outlives a kill at any instant, and nothing half-written does', async () => {
  const file = join(temporaryDirectory(), 'j.db');
  let known = 0;
  for (let round = 0; round < 3; round += 1) {
    const child = run(
      file,
      `const j = openJournal(file, options);
       for (let n = ${known}; ; n += 1) {
         j.commit([poll(n + ' a'), poll(n + ' b'), poll(n + ' c')]);
         process.stdout.write(n + '\\n');
         await new Promise(setImmediate);
       }`,
    );
    let last = -1;
    for await (const line of child) {
      last = Number(line);
      if (last >= known + 5 + round * 7) break;
    }
    await killed(child);
    const counted = rows(
      file,
      'SELECT count(*) AS n, count(DISTINCT seq) AS seqs, max(CAST(race_id AS INTEGER)) AS last FROM polls',
    );
    const { n, seqs, last: newest } = counted[0] as { n: number; seqs: number; last: number };
    expect(newest).toBeGreaterThanOrEqual(last);
    expect(n).toBe((newest + 1) * 3);
    expect(seqs).toBe(n);
    expect(checkIntegrity(file)).toEqual([]);
    known = newest + 1;
  }
  expect(open(file).counts().polls).toBe(known * 3);
});

test('a kill while a journal is made leaves nothing that is in the way', async () => {
  for (let round = 0; round < 4; round += 1) {
    const file = join(temporaryDirectory(), 'j.db');
    const child = run(file, `console.log('now'); openJournal(file, options); ${untilKilled}`);
    await nextLine(child);
    await new Promise((resolve) => setTimeout(resolve, round * 2));
    await killed(child);
    const journal = open(file);
    expect(journal.counts().polls).toBe(0);
    journal.close();
  }
});

const asNobody = 'if (process.getuid() === 0) { process.setgid(65534); process.setuid(65534); }';
const told = `try { openJournal(file, options); console.log('opened'); } catch (error) { console.log(error.name + ': ' + error.message); }`;

test.skipIf(process.platform === 'win32')('a directory without the right to write is refused', async () => {
  const directory = join(temporaryDirectory(), 'd');
  mkdirSync(directory);
  chmodSync(join(directory, '..'), 0o755);
  chmodSync(directory, 0o555);
  const file = join(directory, 'j.db');
  expect(await nextLine(run(file, asNobody + told))).toBe(
    `JournalError: the directory of ${file} is not writable (permission denied); change that or name another file (--db).`,
  );
  expect(readdirSync(directory)).toEqual([]);
});

test.skipIf(process.platform === 'win32')(
  'a file without the right to write is refused, and stays as it is',
  async () => {
    const directory = temporaryDirectory();
    const journal = open(join(directory, 'j.db'));
    journal.close();
    chmodSync(journal.file, 0o444);
    chmodSync(directory, 0o777);
    const before = readFileSync(journal.file);
    expect(await nextLine(run(journal.file, asNobody + told))).toBe(
      `JournalError: ${journal.file} is not writable (permission denied); change that or name another file (--db).`,
    );
    expect(readFileSync(journal.file)).toEqual(before);
    expect(statSync(journal.file).mode & 0o777).toBe(0o444);
  },
);
