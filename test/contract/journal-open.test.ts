import { existsSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { checkIntegrity } from '../../src/journal/integrity.ts';
import { openJournal, readSource } from '../../src/journal/journal.ts';
import { JournalError } from '../../src/journal/errors.ts';
import { openReader } from '../../src/journal/reader.ts';
import type { JournalSource } from '../../src/journal/source.ts';
import { noon, open, poll, pollId, temporaryDirectory } from '../unit/journal-rows.ts';

const options = { source: { kind: 'recording' } as JournalSource, now: () => noon };

/** The sentence with which something is refused. */
function refusal(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(JournalError);
    return (error as JournalError).message;
  }
  throw new Error('it was not refused');
}

test('a journal is made with its directories, for its owner alone', () => {
  const file = join(temporaryDirectory(), 'a', 'b', 'j.db');
  const journal = open(file);
  expect(journal.file).toBe(file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(statSync(`${file}-wal`).mode & 0o777).toBe(0o600);
  expect(statSync(`${file}-lock`).mode & 0o777).toBe(0o600);
  journal.commit([poll('a')]);
  expect(readdirSync(join(file, '..')).toSorted()).toEqual(['j.db', 'j.db-lock', 'j.db-shm', 'j.db-wal']);
  journal.close();
  journal.close();
  expect(readdirSync(join(file, '..')).toSorted()).toEqual(['j.db', 'j.db-lock']);
  expect(open(file).hasPoll(pollId('a'))).toBe(true);
});

test('a journal that is closed says so', () => {
  const journal = open(join(temporaryDirectory(), 'j.db'));
  journal.close();
  const sentence = `${journal.file} is closed; open it again to use it.`;
  expect(refusal(() => journal.counts())).toBe(sentence);
  expect(
    refusal(() => {
      journal.commit([poll('a')]);
    }),
  ).toBe(sentence);
});

test('an empty file becomes a journal', () => {
  const file = join(temporaryDirectory(), 'j.db');
  writeFileSync(file, '');
  expect(readSource(file)).toBeNull();
  expect(open(file).counts().polls).toBe(0);
});

test('a link and the file it leads to are one journal', () => {
  const directory = temporaryDirectory();
  const { file } = open(join(directory, 'j.db'));
  symlinkSync(file, join(directory, 'link.db'));
  expect(refusal(() => openJournal(join(directory, 'link.db'), options))).toContain(`${file} is in use`);
});

describe('what is no journal is refused and stays as it is', () => {
  const other =
    'is not an oddstream journal (it is a database of another program); name another file (--db).';
  const none = 'is not an oddstream journal (it is no SQLite database); name another file (--db).';

  function database(file: string, ...statements: string[]): void {
    const db = new DatabaseSync(file);
    for (const statement of statements) db.exec(statement);
    db.close();
  }

  const kinds: [string, (file: string) => void, string][] = [
    [
      'a short text',
      (file) => {
        writeFileSync(file, 'hello');
      },
      none,
    ],
    [
      'a long text',
      (file) => {
        writeFileSync(file, 'hello '.repeat(10_000));
      },
      none,
    ],
    [
      'a database',
      (file) => {
        database(file, 'CREATE TABLE polls (id)');
      },
      other,
    ],
    [
      'a database in WAL mode',
      (file) => {
        database(file, 'PRAGMA journal_mode = WAL', 'CREATE TABLE a (b)');
      },
      other,
    ],
    [
      'one with its own mark',
      (file) => {
        database(file, 'PRAGMA application_id = 7', 'CREATE TABLE a (b)');
      },
      other,
    ],
  ];

  test.each(kinds)('%s', (_, make, sentence) => {
    const file = join(temporaryDirectory(), 'j.db');
    make(file);
    const before = readFileSync(file);
    for (const use of [() => openJournal(file, options), () => readSource(file), () => openReader(file)]) {
      expect(refusal(use)).toBe(`${file} ${sentence}`);
    }
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(join(file, '..'))).toEqual(['j.db']);
  });

  test('a directory', () => {
    const file = temporaryDirectory();
    expect(refusal(() => openJournal(file, options))).toBe(
      `${file} is a directory; name a file in it (--db).`,
    );
    expect(refusal(() => openReader(file))).toBe(`${file} is a directory; name a file in it (--db).`);
    expect(readdirSync(file)).toEqual([]);
  });

  test('a device', () => {
    expect(refusal(() => openJournal('/dev/null', options))).toBe(
      '/dev/null is not a regular file; name another one (--db).',
    );
  });

  test('a file in the place of a directory', () => {
    const file = join(temporaryDirectory(), 'notes');
    writeFileSync(file, 'mine');
    expect(refusal(() => openJournal(join(file, 'j.db'), options))).toBe(
      `the directory of ${join(file, 'j.db')} cannot be created (a part of the path is a file, not a directory); ` +
        'name another file (--db).',
    );
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('a place where nothing can be made', () => {
    expect(refusal(() => openJournal('/proc/oddstream/j.db', options))).toMatch(
      /^the directory of \/proc\/oddstream\/j\.db cannot be created \(.+\); name another file \(--db\)\.$/,
    );
  });
});

describe('journals that cannot be used', () => {
  /** A closed journal with some polls, changed by hand. */
  function changed(statement: string): string {
    const journal = open(join(temporaryDirectory(), 'j.db'));
    journal.commit([poll('a')]);
    journal.close();
    const db = new DatabaseSync(journal.file);
    db.exec(statement);
    db.close();
    return journal.file;
  }

  test('one of a newer version', () => {
    const file = changed('PRAGMA user_version = 2');
    const before = readFileSync(file);
    const sentence =
      `${file} was written by a newer oddstream (journal version 2, this one knows 1); ` +
      'update oddstream or name another file (--db).';
    for (const use of [() => openJournal(file, options), () => readSource(file), () => openReader(file)]) {
      expect(refusal(use)).toBe(sentence);
    }
    expect(readFileSync(file)).toEqual(before);
  });

  test('one that lacks a table', () => {
    const file = changed('DROP TABLE gaps');
    expect(refusal(() => openJournal(file, options))).toBe(
      `${file} is damaged (without the table gaps); rebuild it (oddstream repair --db ${file}).`,
    );
  });

  test('one that does not say what it recorded', () => {
    const file = changed("UPDATE meta SET value = '{}' WHERE key = 'source'");
    for (const use of [() => openJournal(file, options), () => readSource(file)]) {
      expect(refusal(use)).toBe(
        `${file} is damaged (it does not say what it recorded); rebuild it (oddstream repair --db ${file}).`,
      );
    }
  });

  test('one that was cut off', () => {
    const file = changed('PRAGMA user_version = 1');
    writeFileSync(file, readFileSync(file).subarray(0, 3 * 4_096 + 10));
    const sentence = `${file} is damaged (database disk image is malformed); rebuild it (oddstream repair --db ${file}).`;
    expect(refusal(() => openJournal(file, options))).toBe(sentence);
    expect(checkIntegrity(file)).toEqual(['database disk image is malformed']);
  });

  test('a refused journal can be opened as soon as its fault is mended', () => {
    const file = changed('PRAGMA user_version = 2');
    refusal(() => openJournal(file, options));
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 1');
    db.close();
    expect(open(file).hasPoll(pollId('a'))).toBe(true);
  });
});

describe('a journal belongs to one source', () => {
  const clock = { real: noon, simulated: noon, speed: 60 };
  const tab: JournalSource = { kind: 'tab', baseUrl: 'https://api.tab.co.nz' };
  const simulator: JournalSource = { kind: 'simulator', seed: 7, racesPerDay: 40, clock };
  const recording: JournalSource = { kind: 'recording' };

  test.each<[JournalSource, JournalSource, string, string]>([
    [
      tab,
      { ...tab, baseUrl: 'https://x.test' },
      'the TAB API at https://api.tab.co.nz',
      'the TAB API at https://x.test',
    ],
    [tab, recording, 'the TAB API at https://api.tab.co.nz', 'a recording'],
    [recording, simulator, 'a recording', 'the simulator with seed 7 and 40 races a day'],
    [
      simulator,
      { ...simulator, seed: 8 },
      'the simulator with seed 7 and 40 races a day',
      'the simulator with seed 8 and 40 races a day',
    ],
    [
      simulator,
      { ...simulator, racesPerDay: 9 },
      'the simulator with seed 7 and 40 races a day',
      'the simulator with seed 7 and 9 races a day',
    ],
  ])('%o takes nothing of %o', (recorded, given, known, other) => {
    const file = join(temporaryDirectory(), 'j.db');
    open(file, { source: recorded }).close();
    const before = readFileSync(file);
    expect(refusal(() => openJournal(file, { ...options, source: given }))).toBe(
      `${file} holds what ${known} served and takes nothing of ${other}; name another file (--db).`,
    );
    expect(readFileSync(file)).toEqual(before);
    expect(readSource(file)).toEqual(recorded);
    open(file, { source: recorded }).close();
  });

  test('a simulator’s clock is no other source, and is kept until it is set', () => {
    const file = join(temporaryDirectory(), 'j.db');
    open(file, { source: simulator }).close();
    const later = { ...simulator, clock: { ...clock, real: noon + 1, speed: 10 } };
    const journal = open(file, { source: later });
    expect(journal.source).toEqual(simulator);
    journal.setSource(later);
    expect(journal.source).toEqual(later);
    expect(readSource(file)).toEqual(later);
    expect(
      refusal(() => {
        journal.setSource({ ...later, seed: 8 });
      }),
    ).toContain('takes nothing of');
    journal.close();
    expect(readSource(file)).toEqual(later);
  });

  test('a slash at the end makes no other source', () => {
    const file = join(temporaryDirectory(), 'j.db');
    open(file, { source: tab }).close();
    expect(open(file, { source: { ...tab, baseUrl: 'https://api.tab.co.nz/' } }).source).toEqual(tab);
  });
});

test('where there is no journal, reading makes none', () => {
  const directory = temporaryDirectory();
  const file = join(directory, 'none', 'j.db');
  expect(readSource(file)).toBeNull();
  for (const use of [() => openReader(file), () => checkIntegrity(file)]) {
    expect(refusal(use)).toBe(
      `there is no journal ${file}; name the file of one (--db), or run oddstream to make it.`,
    );
  }
  expect(existsSync(join(directory, 'none'))).toBe(false);
});
