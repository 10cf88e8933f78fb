import {
  copyFileSync,
  existsSync,
  linkSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { LostError } from '../../src/journal/errors.ts';
import { checkIntegrity } from '../../src/journal/integrity.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openRepair } from '../../src/journal/repair.ts';
import { insert, noon, open, poll, pollId, rows, temporaryDirectory } from '../unit/journal-rows.ts';

vi.setConfig({ testTimeout: 120_000 });

const at = new Date(noon).toISOString();
const options = { source: { kind: 'recording' } as const, now: () => noon };

/** What somebody does to the files of a journal that is being written. */
const deeds: Readonly<Record<string, (file: string) => void>> = {
  'the file deleted': (file) => {
    rmSync(file);
  },
  'the file renamed': (file) => {
    renameSync(file, `${file}.moved`);
  },
  'everything deleted': (file) => {
    for (const name of readdirSync(dirname(file))) rmSync(join(dirname(file), name));
  },
  'the directory deleted': (file) => {
    rmSync(dirname(file), { recursive: true });
  },
  'the directory renamed': (file) => {
    renameSync(dirname(file), `${dirname(file)}-moved`);
  },
  'the log deleted': (file) => {
    rmSync(`${file}-wal`);
  },
  'the index of the log deleted': (file) => {
    rmSync(`${file}-shm`);
  },
  'the log and its index deleted': (file) => {
    rmSync(`${file}-wal`);
    rmSync(`${file}-shm`);
  },
  'the log replaced by an older one': (file) => {
    const log = readFileSync(`${file}-wal`);
    rmSync(`${file}-wal`);
    writeFileSync(`${file}-wal`, log.subarray(0, Math.floor(log.length / 2)));
  },
  'the file replaced by a copy': (file) => {
    copyFileSync(file, `${file}.copy`);
    renameSync(`${file}.copy`, file);
  },
  'the file replaced by an empty one': (file) => {
    rmSync(file);
    writeFileSync(file, '');
  },
  'the file replaced by a text': (file) => {
    rmSync(file);
    writeFileSync(file, 'not a journal');
  },
  'the log cut off': (file) => {
    truncateSync(`${file}-wal`, 0);
  },
  'half of the log cut off': (file) => {
    truncateSync(`${file}-wal`, Math.floor(statSync(`${file}-wal`).size / 2));
  },
  'the file cut off': (file) => {
    truncateSync(file, 0);
  },
};

/** A journal with some rows in its file and some in its log, and how many these are. */
function written(directory = temporaryDirectory()): { journal: Journal; count: number } {
  const file = join(directory, 'own', 'j.db');
  const first = openJournal(file, options);
  first.commit(Array.from({ length: 50 }, (_, n) => poll(`in the file ${n}`)));
  first.close();
  const journal = open(file);
  for (let n = 0; n < 20; n++) journal.commit([poll(`in the log ${n}`)]);
  return { journal, count: 70 };
}

const countOf = (file: string): unknown => rows(file, 'SELECT count(*) AS n FROM polls')[0]?.n;

describe.each(Object.entries(deeds))('%s under the writer', (_, deed) => {
  test('is seen at a look and by the next commit, and what was committed is saved into its place', async () => {
    const { journal, count } = written();
    expect(journal.requireInPlace()).toEqual([]);
    deed(journal.file);
    expect(() => {
      journal.commit([poll('after')]);
    }).toThrow(LostError);
    expect(() => journal.requireInPlace()).toThrow(LostError);
    expect(journal.lost?.message).toContain(`${journal.file} was taken away while it was written (j.db`);
    const saved = await journal.save();
    expect(saved).toMatchObject({ file: journal.file, damage: null });
    expect(journal.isOpen).toBe(false);
    expect(countOf(journal.file)).toBe(count);
    expect(checkIntegrity(journal.file)).toEqual([]);
    const next = openJournal(journal.file, options);
    next.commit([poll('after')]);
    next.close();
    expect(countOf(journal.file)).toBe(count + 1);
  });

  test('is seen at the latest when the next look is made, without a commit', () => {
    const { journal } = written();
    deed(journal.file);
    expect(() => journal.requireInPlace()).toThrow(LostError);
  });
});

test('what SQLite itself does to the files is no loss: a checkpoint, a vacuum, a reader that comes and goes', () => {
  const { journal } = written();
  const outside = (sql: string): void => {
    const db = new DatabaseSync(journal.file);
    db.exec(sql);
    db.close();
  };
  outside('PRAGMA wal_checkpoint(TRUNCATE)');
  expect(statSync(`${journal.file}-wal`).size).toBe(0);
  expect(journal.requireInPlace()).toEqual([]);
  journal.commit([poll('after a checkpoint')]);
  outside(
    'DELETE FROM polls WHERE id IN (SELECT id FROM polls LIMIT 60); VACUUM; PRAGMA wal_checkpoint(TRUNCATE)',
  );
  expect(journal.requireInPlace()).toEqual([]);
  journal.commit([poll('after a vacuum')]);
  expect(journal.requireInPlace()).toEqual([]);
  expect(countOf(journal.file)).toBe(12);
});

test('the file found in its place is kept under another name', async () => {
  const { journal } = written();
  rmSync(journal.file);
  writeFileSync(journal.file, 'somebody’s text');
  expect(() => journal.requireInPlace()).toThrow(LostError);
  const { setAside } = await journal.save();
  expect(setAside).toMatch(/j\.db\.damaged-\d{8}T\d{6}Z$/);
  expect(readFileSync(String(setAside), 'utf8')).toBe('somebody’s text');
});

test('a journal that another process has begun in its place is left alone, and the copy lies beside it', async () => {
  const { journal, count } = written();
  const directory = dirname(journal.file);
  for (const name of readdirSync(directory)) rmSync(join(directory, name));
  const other = open(journal.file);
  other.commit([poll('of the other')]);
  expect(() => journal.requireInPlace()).toThrow(LostError);
  const { file, setAside } = await journal.save();
  expect(file).toMatch(/j\.db\.saved-\d{8}T\d{6}Z$/);
  expect(setAside).toBeNull();
  expect(countOf(file)).toBe(count);
  other.commit([poll('and goes on')]);
  expect(countOf(other.file)).toBe(2);
  other.close();
  expect(checkIntegrity(other.file)).toEqual([]);
});

test('a copy of which bytes are missing is not used before it is repaired', async () => {
  const file = join(temporaryDirectory(), 'j.db');
  const first = openJournal(file, options);
  // More than SQLite keeps in memory: what is in there is not missing.
  const large = { reason: 'x'.repeat(16_000) };
  first.commit(
    Array.from({ length: 2_000 }, (_, n) =>
      insert('polls', { id: pollId(`race ${n}`), race_id: `race ${n}`, started_at: at, ...large }),
    ),
  );
  first.close();
  const journal = open(file);
  journal.commit([poll('newest')]);
  truncateSync(file, 0);
  expect(() => journal.requireInPlace()).toThrow(LostError);
  const { damage } = await journal.save();
  expect(damage).not.toBeNull();
  expect(() => openJournal(file, options)).toThrow(`${file} is damaged`);
  const repair = openRepair(file);
  repair.salvage({ kind: 'recording' });
  repair.fill(false);
  repair.finish();
  repair.close();
  expect(rows(file, "SELECT race_id FROM polls WHERE race_id = 'newest'")).toHaveLength(1);
  expect(checkIntegrity(file)).toEqual([]);
});

test('a copy that was made but not yet put in its place is found by the next start', () => {
  const { journal } = written();
  journal.close();
  renameSync(journal.file, `${journal.file}.repaired`);
  expect(() => openJournal(journal.file, options)).toThrow('finish it (oddstream repair --db');
});

describe('a second writer is refused', () => {
  const inUse = (file: string): string => `${file} is in use by another oddstream process`;

  test('when the lock beside the journal was removed', () => {
    const journal = open(join(temporaryDirectory(), 'j.db'));
    rmSync(`${journal.file}-lock`);
    expect(() => openJournal(journal.file, options)).toThrow(inUse(journal.file));
    expect(journal.requireInPlace()).toEqual([`${journal.file}-lock`]);
    expect(journal.requireInPlace()).toEqual([]);
    expect(() => openJournal(journal.file, options)).toThrow(inUse(journal.file));
    journal.close();
    openJournal(journal.file, options).close();
  });

  test('under another name of the file, as long as it has two', () => {
    const journal = open(join(temporaryDirectory(), 'j.db'));
    const other = join(dirname(journal.file), 'other.db');
    linkSync(journal.file, other);
    const sentence = (file: string): string => `${file} has another name as well (a hard link)`;
    expect(() => openJournal(other, options)).toThrow(sentence(other));
    expect(() => openRepair(other)).toThrow(sentence(other));
    expect(existsSync(`${other}-wal`)).toBe(false);
    journal.close();
    expect(() => openJournal(journal.file, options)).toThrow(sentence(journal.file));
    rmSync(other);
    openJournal(journal.file, options).close();
  });

  test('through a symbolic link, and under the name that the file got meanwhile', () => {
    const journal = open(join(temporaryDirectory(), 'j.db'));
    const link = join(temporaryDirectory(), 'link.db');
    symlinkSync(journal.file, link);
    expect(() => openJournal(link, options)).toThrow(inUse(journal.file));
    const moved = join(temporaryDirectory(), 'moved.db');
    renameSync(journal.file, moved);
    expect(() => openJournal(moved, options)).toThrow(inUse(moved));
  });

  test('in a new journal of the same name once another has its lock', () => {
    const journal = open(join(temporaryDirectory(), 'j.db'));
    rmSync(`${journal.file}-lock`);
    const thief = new DatabaseSync(`${journal.file}-lock`);
    onTestFinished(() => {
      thief.close();
    });
    thief.exec('BEGIN EXCLUSIVE');
    expect(() => journal.requireInPlace()).toThrow(inUse(journal.file));
  });
});

test('locks by inode leave nothing behind', () => {
  const journal = open(join(temporaryDirectory(), 'j.db'));
  const { dev, ino } = statSync(journal.file, { bigint: true });
  const lock = join(tmpdir(), `oddstream-locks-${process.getuid?.() ?? 'user'}`, `${dev}-${ino}.lock`);
  expect(existsSync(lock)).toBe(true);
  journal.close();
  expect(existsSync(lock)).toBe(false);
});
