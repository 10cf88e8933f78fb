import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compareWithJournal } from '../support/reference/compare.ts';
import { expectedRows } from '../support/reference/expected.ts';
import { madeLine, madeRunner } from '../support/reference/made.ts';
import type { Row } from '../support/reference/rows.ts';

const expected = expectedRows([
  madeLine('11:00:00', {
    runners: [madeRunner('A', 5.1, [['10:00:00', 5.1]], { overall: { starts: 3 } })],
    results: [{ position: 1, name: 'Runner A' }],
  }),
]);
const { form, ...tables } = expected;
let folder = '';
let file = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'reference-'));
  file = join(folder, 'journal.db');
  change((db) => {
    for (const [table, rows] of Object.entries(tables)) store(db, table, rows);
    store(
      db,
      'form',
      [...form].map(([id, served]) => ({ entrant_id: id, body: JSON.stringify(served) })),
    );
  });
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function change(work: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(file);
  work(db);
  db.close();
}

function store(db: DatabaseSync, table: string, rows: Row[]): void {
  const columns = Object.keys(rows[0] ?? { id: null });
  db.exec(`CREATE TABLE ${table} (${columns.join(', ')})`);
  const insert = db.prepare(`INSERT INTO ${table} VALUES (${columns.map(() => '?').join(', ')})`);
  for (const row of rows) insert.run(...columns.map((name) => row[name] ?? null));
}

it('finds no difference in the very rows', () => {
  expect(compareWithJournal(expected, file)).toEqual([]);
});

it('accepts JSON written another way', () => {
  change((db) => {
    db.exec(`UPDATE race_results SET placings = '[ { "name": "Runner A", "position": 1 } ]'`);
  });
  expect(compareWithJournal(expected, file)).toEqual([]);
});

it.each([
  ['a missing row', 'DELETE FROM odds_history', /^odds_history: missing id=/],
  ['an extra row', "INSERT INTO gaps (id) VALUES ('x')", /^gaps: extra id="x"/],
  [
    'another number',
    'UPDATE odds_history SET odds = 5.1000000000000005',
    /odds is 5.1000000000000005, should be 5.1$/,
  ],
  ['a number for a text', 'UPDATE races SET status = 1', /^races: R status is 1, should be "Open"$/],
  ['another JSON', "UPDATE race_results SET placings = '[]'", /placings is "\[\]", should be/],
  ['a row twice', 'INSERT INTO entrants SELECT * FROM entrants', /^entrants: 1 keys stored more than once$/],
  ['a column that is not there', 'ALTER TABLE entrants DROP COLUMN barrier', /^entrants: no column barrier$/],
  ['a table that is not there', 'DROP TABLE bets', /^bets: no such table$/],
  ['no form', 'DELETE FROM form', /^form: missing A$/],
  ['another form', `UPDATE form SET body = '{"overall":{}}'`, /^form: A overall is {}$/],
])('lists %s', (_what, sql, difference) => {
  change((db) => {
    db.exec(sql);
  });
  expect(compareWithJournal(expected, file)).toEqual([expect.stringMatching(difference)]);
});
