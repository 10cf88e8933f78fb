import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkIntegrity } from '../../src/journal/integrity.ts';
import { openJournal, readSource } from '../../src/journal/journal.ts';
import { openRepair } from '../../src/journal/repair.ts';
import { sampleJournal } from '../faults/storage-journal.ts';
import type { SampleJournal } from '../faults/storage-journal.ts';
import { ids, loseAPage, query } from '../support/damage.ts';
import { oddstream, start, temporaryDirectory } from '../support/process.ts';

const directory = temporaryDirectory();
let sample: SampleJournal;

beforeAll(async () => {
  sample = await sampleJournal(directory.path, 3, 5);
});

afterAll(() => {
  directory.remove();
});

const history = ['odds_history', 'money_flow_history', 'pool_history', 'bets', 'race_events', 'race_results'];

/** A copy of the sample, in a directory of its own. */
function copied(): string {
  const file = join(mkdtempSync(join(directory.path, 'copy-')), 'j.db');
  copyFileSync(sample.closed, file);
  writeFileSync(`${file}-lock`, '');
  return file;
}

function events(stdout: string, event: string): Record<string, unknown>[] {
  return stdout
    .split('\n')
    .filter((line) => line.includes(`"event":"${event}"`))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a healthy journal is left alone, and that is said', async () => {
  const file = copied();
  const before = readFileSync(file);
  const { code, stdout } = await oddstream(['repair', '--db', file]);
  expect([code, events(stdout, 'repair.healthy')]).toMatchObject([0, [{ journal: file }]]);
  expect(readFileSync(file)).toEqual(before);
  expect(readdirSync(join(file, '..')).filter((name) => /repair|damaged/.test(name))).toEqual([]);
});

test('what a lost page held is a gap of its races, and the rest is kept', async () => {
  const file = copied();
  loseAPage(file, 'odds_history');
  const { code, stdout } = await oddstream(['repair', '--db', file]);
  expect(code).toBe(0);
  const [finished] = events(stdout, 'repair.finished');
  expect(finished).toMatchObject({ journal: file, pages_lost: 1, dropped: 0, restored: 0 });
  expect(existsSync(String(finished?.damaged))).toBe(true);
  expect(checkIntegrity(file)).toEqual([]);

  const lost = ids(sample.closed, 'odds_history').length - ids(file, 'odds_history').length;
  expect(lost).toBeGreaterThan(0);
  for (const table of history.slice(1)) expect(ids(file, table)).toEqual(ids(sample.closed, table));
  const gaps = query(file, "SELECT race_id, to_time FROM gaps WHERE reason = 'journal'");
  expect(gaps.length).toBeGreaterThan(0);
  // Their next polls close them.
  expect(gaps.every(({ to_time }) => to_time === null)).toBe(true);
  expect(finished).toMatchObject({ gaps: gaps.length });
});

test('recordings bring back what a lost page held, and no gap is left', async () => {
  const file = copied();
  for (const table of ['odds_history', 'money_flow_history', 'pool_history']) loseAPage(file, table);
  const recordings = readdirSync(join(directory.path, 'recordings')).map((name) =>
    join(directory.path, 'recordings', name),
  );
  const { code, stdout } = await oddstream(['repair', '--db', file, '--from', ...recordings]);
  expect(code).toBe(0);
  expect(events(stdout, 'repair.finished')).toMatchObject([{ pages_lost: 3, gaps: 0 }]);
  for (const table of history) expect([table, ids(file, table)]).toEqual([table, ids(sample.closed, table)]);
  const responses = 'SELECT race_id, source_time FROM polls ORDER BY race_id, source_time';
  expect(query(file, responses)).toEqual(query(sample.closed, responses));
});

test('a row that does not match its id is dropped and counted', () => {
  const file = copied();
  const [row] = query(
    file,
    'SELECT * FROM odds_history WHERE odds IS NOT NULL ORDER BY seq LIMIT 1 OFFSET 20',
  );
  query(file, `UPDATE odds_history SET odds = odds + 1 WHERE id = '${String(row?.id)}'`);
  expect(checkIntegrity(file)).toEqual([
    'a row of odds_history is not as it was written: the id is not that of the row',
  ]);
  const repair = openRepair(file);
  repair.salvage(null);
  repair.fill(false);
  expect(repair.tables.get('odds_history')).toMatchObject({ dropped: 1, pagesLost: 0, restored: 0 });
  repair.finish();
  repair.close();
  expect(query(file, "SELECT race_id FROM gaps WHERE reason = 'journal'")).toEqual([
    { race_id: row?.race_id },
  ]);
});

/** Pages of a table with its rows, as SQLite tells them; it numbers them from 1. */
function leaves(file: string, table: string): number[] {
  const sql = `SELECT pageno FROM dbstat WHERE name = '${table}' AND pagetype = 'leaf' ORDER BY path`;
  return query(file, sql).map(({ pageno }) => Number(pageno));
}

test('rows that their page does not count are found all the same, on the last page of a table too', () => {
  for (const table of ['odds_history', 'polls', 'bets']) {
    for (const page of new Set([leaves(sample.closed, table).at(0), leaves(sample.closed, table).at(-1)])) {
      const file = copied();
      const bytes = readFileSync(file);
      const count = ((page ?? NaN) - 1) * 4_096 + 3;
      const rows = bytes.readUInt16BE(count);
      expect(rows).toBeGreaterThan(1);
      bytes.writeUInt16BE(rows - 2, count);
      writeFileSync(file, bytes);
      const repair = openRepair(file);
      repair.salvage(null);
      repair.fill(false);
      repair.finish();
      repair.close();
      expect([table, page, ids(file, table)]).toEqual([table, page, ids(sample.closed, table)]);
      expect(checkIntegrity(file)).toEqual([]);
      expect(query(file, "SELECT race_id FROM gaps WHERE reason = 'journal'")).toEqual([]);
    }
  }
});

test('a price whose row was lost is recorded again by the next poll', () => {
  const file = copied();
  const [row] = query(
    file,
    "SELECT * FROM odds_history WHERE kind = 'pool_win' AND previous_odds IS NOT NULL ORDER BY seq DESC LIMIT 1",
  );
  query(file, `UPDATE odds_history SET odds = 99 WHERE id = '${String(row?.id)}'`);
  const repair = openRepair(file);
  const source = repair.salvage(null);
  repair.fill(false);
  repair.finish();
  repair.close();
  const journal = openJournal(file, { source, now: Date.now });
  const known = journal.baseline(String(row?.race_id)).entrants.get(String(row?.entrant_id));
  journal.close();
  expect(known?.prices.pool_win).toBe(row?.previous_odds);
});

test('a journal that is in use is not repaired', async () => {
  const file = copied();
  const journal = openJournal(file, { source: readSource(file) ?? { kind: 'recording' }, now: Date.now });
  const { code, stderr } = await oddstream(['repair', '--db', file]);
  journal.close();
  expect([code, stderr]).toEqual([
    1,
    `oddstream: ${file} is in use by another oddstream process (pid ${process.pid}); stop it or name another file (--db).\n`,
  ]);
});

test('a repair that is killed is done by the next one', async () => {
  const file = copied();
  loseAPage(file, 'odds_history');
  for (const delay of [250, 500, 750]) {
    const repair = start(['repair', '--db', file]);
    setTimeout(() => repair.child.kill('SIGKILL'), delay);
    await repair.ended;
  }
  expect((await oddstream(['repair', '--db', file])).code).toBe(0);
  expect(checkIntegrity(file)).toEqual([]);
  expect(readdirSync(join(file, '..')).filter((name) => name.includes('repair'))).toEqual([]);
});

test.each(['before', 'after'])(
  'a swap that is cut off %s the damaged file was moved is finished',
  async (when) => {
    const file = copied();
    loseAPage(file, 'odds_history');
    await oddstream(['repair', '--db', file]);
    const kept = readdirSync(join(file, '..')).find((name) => /damaged-\w+$/.test(name)) ?? '';
    renameSync(file, `${file}.repaired`);
    if (when === 'before') renameSync(join(file, '..', kept), file);
    expect(() => openJournal(file, { source: { kind: 'recording' }, now: Date.now })).toThrow(
      `a repair of ${file} was cut off near its end; finish it (oddstream repair --db ${file}).`,
    );
    const { code, stdout } = await oddstream(['repair', '--db', file]);
    expect([code, events(stdout, 'repair.resumed').length]).toEqual([0, 1]);
    expect(checkIntegrity(file)).toEqual([]);
    expect(readdirSync(join(file, '..')).filter((name) => name.includes('damaged'))).toEqual([kept]);
  },
);

test('a check changes nothing and ends with 1 for damage', async () => {
  const file = copied();
  expect((await oddstream(['repair', '--db', file, '--check'])).code).toBe(0);
  loseAPage(file, 'polls');
  const before = readFileSync(file);
  const { code, stdout, stderr } = await oddstream(['repair', '--db', file, '--check']);
  expect([code, stderr]).toEqual([
    1,
    `oddstream: ${file} is damaged; rebuild it (oddstream repair --db ${file}).\n`,
  ]);
  expect(events(stdout, 'repair.problem').length).toBeGreaterThan(0);
  expect(readFileSync(file)).toEqual(before);
});

test('a journal that lost its file is refused, and what its log holds is kept', () => {
  const file = join(mkdtempSync(join(directory.path, 'copy-')), 'j.db');
  copyFileSync(`${sample.killed}-wal`, `${file}-wal`);
  expect(() => openJournal(file, { source: { kind: 'recording' }, now: Date.now })).toThrow(
    `${file} is damaged (it is gone, but its write-ahead log is there); rebuild it (oddstream repair --db ${file}).`,
  );
  const repair = openRepair(file);
  expect(() => repair.salvage(null)).toThrow(
    `${file} does not say any more what it recorded; say it (--source tab, or recording).`,
  );
  repair.salvage({ kind: 'tab', baseUrl: 'https://api.tab.co.nz' });
  repair.fill(false);
  repair.finish();
  repair.close();
  expect(readSource(file)).toEqual({ kind: 'tab', baseUrl: 'https://api.tab.co.nz' });
  const known = new Set(ids(sample.closed, 'odds_history'));
  const kept = ids(file, 'odds_history');
  expect(kept.length).toBeGreaterThan(0);
  expect(kept.filter((id) => !known.has(id))).toEqual([]);
});
