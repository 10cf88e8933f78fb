import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { damages, liveDamages } from '../../src/sinks/journal/check.ts';
import { insert, open, poll, temporaryDirectory } from './journal-rows.ts';

/** A journal with a settled race and a live one, in which a poll's id is another one. */
function flipped(race: string): DatabaseSync {
  const journal = open(join(temporaryDirectory(), 'j.db'));
  journal.commit([
    insert('races', { race_id: 'settled', settled_at: '2026-02-28T03:10:00.000Z' }),
    insert('races', { race_id: 'live' }),
    poll('settled'),
    poll('live'),
  ]);
  journal.close();
  const db = new DatabaseSync(journal.file);
  db.prepare("UPDATE polls SET id = 'x' WHERE race_id = ?").run(race);
  return db;
}

const finding = 'a row of polls is not as it was written: the id is not that of the row';

test('of a large journal the rows of live races are looked at', () => {
  expect([...liveDamages(flipped('live'))]).toEqual([finding]);
  expect([...liveDamages(flipped('settled'))]).toEqual([]);
});

test('of a small one all are', () => {
  expect([...damages(flipped('live'))]).toEqual([finding]);
  expect([...damages(flipped('settled'))]).toEqual([finding]);
});
