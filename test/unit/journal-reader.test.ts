import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { timestamp } from '../../src/domain/time.ts';
import { checkIntegrity } from '../../src/journal/integrity.ts';
import { openReader } from '../../src/journal/reader.ts';
import type { JournalReader } from '../../src/journal/reader.ts';
import { insert, noon, open, poll, temporaryDirectory } from './journal-rows.ts';

const file = () => join(temporaryDirectory(), 'j.db');
const at = (seconds: number) => timestamp(noon + seconds * 1_000);

function reading(name: string): JournalReader {
  const reader = openReader(name);
  onTestFinished(() => {
    reader.close();
  });
  return reader;
}

test('the status of a new journal', () => {
  const journal = open(file());
  const status = reading(journal.file).status();
  expect(status).toMatchObject({
    file: journal.file,
    source: { kind: 'recording' },
    races: { live: 0, running: [], next: [] },
    lastPollAt: null,
    recentPolls: { changed: 0, unchanged: 0, failed: 0 },
    gaps: { open: 0, total: 0 },
    lastImport: null,
  });
  expect(status.size).toBeGreaterThan(4_096);
  expect(Object.values(status.counts).every((count) => count === 0)).toBe(true);
});

test('the status tells of races, polls, gaps and imports, and sees what the writer commits', () => {
  const journal = open(file());
  const reader = reading(journal.file);
  const race = (id: string, seconds: number, over: object) =>
    insert('races', {
      race_id: id,
      meeting_id: 'm',
      race_number: 3,
      status: 'Open',
      advertised_start: at(seconds),
      ...over,
    });
  journal.commit([
    insert('meetings', { meeting_id: 'm', name: 'Ellerslie' }),
    race('settled', -900, { ended_at: at(-800), settled_at: at(-1) }),
    race('ended', -600, { ended_at: at(-400) }),
    race('overdue', -60, { name: 'The Cup' }),
    race('far', 900, {}),
    race('near', 60, { meeting_id: 'unknown' }),
  ]);
  journal.commit([
    insert('polls', { id: '1', started_at: at(-601), outcome: 'failed' }),
    insert('polls', { id: '2', started_at: at(-599), outcome: 'failed' }),
    insert('polls', { id: '3', started_at: at(-5), outcome: 'changed' }),
    insert('polls', { id: '4', started_at: at(0), outcome: 'unchanged' }),
    insert('polls', { id: '5', started_at: at(-1), outcome: 'unchanged' }),
    insert('gaps', { id: 'a', to_time: null }),
    insert('gaps', { id: 'b', to_time: at(0) }),
    insert('imports', { id: 'a', started_at: at(-99), failed: '[]' }),
    insert('imports', {
      id: 'b',
      started_at: at(-9),
      dates: '["2026-02-28"]',
      failed: '[{"reason":"timeout"}]',
    }),
  ]);
  const line = { raceNumber: 3, name: null, meeting: 'Ellerslie', status: 'Open' };
  expect(reader.status()).toMatchObject({
    races: {
      live: 4,
      running: [{ ...line, raceId: 'overdue', name: 'The Cup', start: at(-60) }],
      next: [
        { ...line, raceId: 'near', meeting: null, start: at(60) },
        { ...line, raceId: 'far', start: at(900) },
      ],
    },
    lastPollAt: at(0),
    recentPolls: { changed: 1, unchanged: 2, failed: 1 },
    gaps: { open: 1, total: 2 },
    lastImport: { startedAt: at(-9), dates: ['2026-02-28'], failed: [{ reason: 'timeout' }] },
    counts: { races: 5, polls: 5, quarantine: 0 },
  });
  expect(reader.status(1).races.next).toHaveLength(1);
});

test('a reader that is closed says so', () => {
  const reader = reading(open(file()).file);
  reader.close();
  reader.close();
  expect(() => reader.status()).toThrow(/is closed; open it again to use it\.$/);
});

test('a sound journal has no problems, beside its writer too', () => {
  const journal = open(file());
  journal.commit([poll('a')]);
  expect(checkIntegrity(journal.file)).toEqual([]);
  journal.close();
  expect(checkIntegrity(journal.file)).toEqual([]);
});

test('a row that is missing from an index is found', () => {
  const journal = open(file());
  journal.commit([poll('a'), poll('b')]);
  journal.close();
  const db = new DatabaseSync(journal.file, { defensive: false });
  db.exec('PRAGMA writable_schema = ON');
  db.exec(
    `UPDATE sqlite_schema SET sql = 'CREATE INDEX polls_started_at ON polls (reason)' WHERE name = 'polls_started_at'`,
  );
  db.close();
  expect(checkIntegrity(journal.file).join('\n')).toContain('polls_started_at');
});

test('pages that were overwritten are found', () => {
  const journal = open(file());
  journal.commit(Array.from({ length: 500 }, (_, index) => poll(`poll ${index}`)));
  journal.close();
  const bytes = readFileSync(journal.file);
  writeFileSync(journal.file, bytes.fill(0xab, bytes.length - 8 * 4_096));
  expect(checkIntegrity(journal.file)).not.toEqual([]);
});
