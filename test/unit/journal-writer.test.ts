import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { cursorWrite } from '../../src/journal/cursors.ts';
import { Writer, preparing } from '../../src/journal/writer.ts';
import { noon, open, rows, temporaryDirectory } from './journal-rows.ts';

/** What SQLite calls `synchronous = FULL`. */
const full = { synchronous: 2 };

test('what need not wait for the disk is there for others, and the next write waits again', () => {
  const journal = open(join(temporaryDirectory(), 'j.db'));
  journal.close();
  const db = new DatabaseSync(journal.file);
  onTestFinished(() => {
    db.close();
  });
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
  const writer = new Writer(db, preparing(db), () => noon);
  const level = () => db.prepare('PRAGMA synchronous').get();

  writer.writeSoon([cursorWrite('s', { table: 'odds_history', kinds: null }, 7)]);
  expect(rows(journal.file, 'SELECT seq FROM cursors')).toEqual([{ seq: 7 }]);
  expect(level()).toEqual(full);

  expect(() => {
    writer.writeSoon([{ sql: 'INSERT INTO meta (key, value) SELECT ?1, NULL', values: [null] }]);
  }).toThrow('constraint');
  expect(level()).toEqual(full);
});
