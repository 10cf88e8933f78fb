import { copyFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkIntegrity } from '../../src/journal/integrity.ts';
import { sampleJournal } from '../faults/storage-journal.ts';
import { ids, loseAPage, query } from '../support/damage.ts';
import { oddstream, temporaryDirectory } from '../support/process.ts';

const directory = temporaryDirectory();
const whole = join(directory.path, 'whole.db');
let recordings: string[] = [];

beforeAll(async () => {
  await sampleJournal(directory.path, 3, 5);
  const kept = join(directory.path, 'recordings');
  recordings = readdirSync(kept).map((name) => join(kept, name));
  expect((await oddstream(['replay', '--db', whole, ...recordings])).code).toBe(0);
});

afterAll(() => {
  directory.remove();
});

const history = ['odds_history', 'money_flow_history', 'pool_history', 'bets', 'race_events', 'race_results'];

function damaged(name: string): string {
  const file = join(directory.path, name);
  copyFileSync(whole, file);
  writeFileSync(`${file}-lock`, '');
  for (const table of ['odds_history', 'pool_history']) loseAPage(file, table);
  return file;
}

/** Current rows, but for their numbers: those rise with every write. */
function current(file: string, table: string, key: string): unknown[] {
  return query(file, `SELECT * FROM ${table} ORDER BY ${key}`).map((row) => ({ ...row, seq: 0 }));
}

test('a journal of recordings is whole again when it is given all of them', async () => {
  const file = damaged('all.db');
  const { code } = await oddstream(['repair', '--db', file, '--from', ...recordings]);
  expect(code).toBe(0);
  expect(checkIntegrity(file)).toEqual([]);
  for (const table of history) expect([table, ids(file, table)]).toEqual([table, ids(whole, table)]);
  for (const [table, key] of [
    ['races', 'race_id'],
    ['entrants', 'entrant_id'],
  ] as const) {
    expect(current(file, table, key)).toEqual(current(whole, table, key));
  }
});

test('with those of one race it gets back what they hold, and keeps what it had of the others', async () => {
  const [none, file] = [damaged('none.db'), damaged('some.db')];
  expect((await oddstream(['repair', '--db', none])).code).toBe(0);
  const without = new Set(ids(none, 'odds_history'));
  const rows = query(whole, 'SELECT id, race_id FROM odds_history');
  const raceId = String(rows.find(({ id }) => !without.has(id))?.race_id);
  const of = recordings.filter((name) => name.includes(raceId));
  expect(of).toHaveLength(1);
  expect((await oddstream(['repair', '--db', file, '--from', ...of])).code).toBe(0);
  expect(checkIntegrity(file)).toEqual([]);
  const wanted = rows.filter(({ id, race_id }) => race_id === raceId || without.has(id)).map(({ id }) => id);
  expect(ids(file, 'odds_history')).toEqual(wanted.toSorted());
});
