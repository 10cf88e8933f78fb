import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { rowId } from '../../src/domain/ids.ts';
import type { Change } from '../../src/domain/tables.ts';
import { timestamp } from '../../src/domain/time.ts';
import { JournalError } from '../../src/journal/errors.ts';
import { insert, noon, open, poll, rows, temporaryDirectory } from './journal-rows.ts';
import { hold } from '../support/properties.ts';

const file = () => join(temporaryDirectory(), 'j.db');
const at = (seconds: number) => timestamp(noon + seconds * 1_000);

test('a history row that is there stays as it is and takes no seq', () => {
  const journal = open(file());
  journal.commit([insert('odds_history', { id: 'a', odds: 2 })]);
  const before = rows(journal.file, 'SELECT * FROM odds_history');
  journal.commit([
    insert('odds_history', { id: 'a', odds: 3 }),
    insert('odds_history', { id: 'b', odds: 4 }),
  ]);
  const [first, second] = rows(journal.file, 'SELECT * FROM odds_history ORDER BY seq');
  expect(first).toEqual(before[0]);
  expect(second).toMatchObject({ id: 'b', odds: 4, seq: Number(before[0]?.seq) + 1 });
});

/** Transactions in a journal's write-ahead log: the last frame of each tells the size of the file, the others 0. */
function transactions(file: string): number {
  const log = readFileSync(`${file}-wal`);
  const frame = 24 + log.readUInt32BE(8);
  let count = 0;
  for (let at = 32; at + frame <= log.length; at += frame) if (log.readUInt32BE(at + 4) !== 0) count++;
  return count;
}

test('several that are committed each by itself are one transaction', () => {
  const journal = open(file());
  const before = transactions(journal.file);
  const each = ['a', 'b', 'c'].map((id) => [insert('odds_history', { id })]);
  expect(journal.commitEach(each)).toEqual([null, null, null]);
  expect(transactions(journal.file)).toBe(before + 1);
  expect(rows(journal.file, 'SELECT id FROM odds_history ORDER BY seq')).toEqual(
    ['a', 'b', 'c'].map((id) => ({ id })),
  );
});

test('where one of them is refused, the others are written and it tells why', () => {
  const journal = open(file());
  const failures = journal.commitEach([
    [insert('odds_history', { id: 'a' })],
    [insert('odds_history', { id: 'b' }), insert('polls', { id: 'p', bytes: NaN })],
    [insert('odds_history', { id: 'c' })],
  ]);
  expect(failures).toEqual([null, expect.any(TypeError), null]);
  expect(rows(journal.file, 'SELECT id FROM odds_history ORDER BY seq')).toEqual([{ id: 'a' }, { id: 'c' }]);
});

test('the same changes twice are the same rows', () => {
  const journal = open(file());
  const changes: Change[] = [
    insert('meetings', { meeting_id: 'm' }),
    insert('races', { race_id: 'r', meeting_id: 'm' }),
    insert('entrants', { entrant_id: 'e', race_id: 'r', fixed_win: 2.5 }),
    insert('odds_history', { id: rowId('x', 'x', at(0), 2.5, 'x'), race_id: 'r', odds: 2.5 }),
    insert('money_flow_history', { id: rowId('r', null, at(0), null, null), race_id: 'r' }),
    insert('gaps', { id: 'g', race_id: 'r' }),
    { table: 'races', key: 'r', patch: { status: 'Closed' } },
    insert('polls', { id: rowId('r', at(0)), race_id: 'r', source_time: at(0) }),
  ];
  const history = () => rows(journal.file, 'SELECT * FROM odds_history, money_flow_history, polls');
  journal.commit(changes);
  const [before, counted, baseline] = [history(), journal.counts(), journal.baseline('r')];
  journal.commit(changes);
  expect(history()).toEqual(before);
  expect(journal.counts()).toEqual(counted);
  expect(journal.baseline('r')).toStrictEqual(baseline);
});

test('a current row is replaced as a whole, unless by an older one', () => {
  const journal = open(file());
  const put = (name: string, jockey: string | null, time: string) => {
    journal.commit([insert('entrants', { entrant_id: 'e', name, jockey, source_time: time })]);
    return rows(journal.file, 'SELECT name, jockey, source_time FROM entrants');
  };
  put('first', 'A', at(0));
  expect(put('newer', null, at(10))).toEqual([{ name: 'newer', jockey: null, source_time: at(10) }]);
  expect(put('older', 'B', at(5))).toEqual([{ name: 'newer', jockey: null, source_time: at(10) }]);
  expect(put('as new', 'C', at(10))).toEqual([{ name: 'as new', jockey: 'C', source_time: at(10) }]);
});

test('what a listing told of a meeting is not replaced by what an event tells, and replaces it always', () => {
  const journal = open(file());
  const put = (name: string, date: string | null, time: string) => {
    journal.commit([insert('meetings', { meeting_id: 'm', name, date, source_time: time })]);
    return rows(journal.file, 'SELECT name FROM meetings')[0]?.name;
  };
  expect(put('event', null, at(60))).toBe('event');
  expect(put('listing', '2026-02-28', at(0))).toBe('listing');
  expect(put('later event', null, at(90))).toBe('listing');
  expect(put('earlier listing', '2026-02-28', at(-10))).toBe('listing');
  expect(put('later listing', '2026-02-28', at(10))).toBe('later listing');
});

test('what an event told of a race is not replaced by a listing’s row, and replaces it always', () => {
  const journal = open(file());
  const put = (name: string, extra: string | null, time: string) => {
    journal.commit([insert('races', { race_id: 'r', name, raw_extra: extra, source_time: time })]);
    return rows(journal.file, 'SELECT name FROM races')[0]?.name;
  };
  expect(put('listing', null, at(60))).toBe('listing');
  expect(put('event', '{}', at(0))).toBe('event');
  expect(put('later listing', null, at(90))).toBe('event');
  expect(put('earlier event', '{}', at(-10))).toBe('event');
  expect(put('later event', '{}', at(10))).toBe('later event');
});

test('a row refused as older takes no seq', () => {
  const journal = open(file());
  journal.commit([insert('entrants', { entrant_id: 'e', source_time: at(10) })]);
  const seq = () => rows(journal.file, 'SELECT seq FROM entrants UNION ALL SELECT seq FROM polls');
  const before = seq();
  journal.commit([insert('entrants', { entrant_id: 'e', source_time: at(0) }), insert('polls', { id: 'p' })]);
  expect(seq()).toEqual([...before, { seq: Number(before[0]?.seq) + 1 }]);
});

test('a patch changes the named columns and the seq, and does nothing without its row', () => {
  const journal = open(file());
  journal.commit([insert('races', { race_id: 'r', status: 'Open', group: 'G1' })]);
  const read = () => rows(journal.file, 'SELECT status, "group", settled_at, seq FROM races');
  const seq = Number(read()[0]?.seq);
  journal.commit([
    { table: 'races', key: 'other', patch: { status: 'Final' } },
    { table: 'races', key: 'r', patch: { group: null, settled_at: at(1) } },
  ]);
  expect(read()).toEqual([{ status: 'Open', group: null, settled_at: at(1), seq: seq + 1 }]);
});

test('log rows are replaced', () => {
  const journal = open(file());
  journal.commit([insert('gaps', { id: 'g', to_time: null, repaired: false })]);
  journal.commit([insert('gaps', { id: 'g', to_time: at(5), repaired: true })]);
  expect(rows(journal.file, 'SELECT to_time, repaired FROM gaps')).toEqual([{ to_time: at(5), repaired: 1 }]);
});

test('values come back as they went in', () => {
  const journal = open(file());
  const given = { id: 'o', odds: 0.1 + 0.2, previous_odds: null, seconds_to_start: -3, kind: 'a"b\nĀ 🐎 \0' };
  journal.commit([insert('odds_history', given)]);
  expect(rows(journal.file, 'SELECT * FROM odds_history')).toEqual([expect.objectContaining(given)]);
});

test.each<[string, Change, string]>([
  ['NaN', insert('odds_history', { odds: NaN }), 'odds_history.odds cannot hold NaN: it is real or null'],
  [
    'infinity',
    insert('odds_history', { seconds_to_start: Infinity }),
    'seconds_to_start cannot hold Infinity',
  ],
  [
    'undefined',
    { table: 'races', key: 'r', patch: { name: undefined } } as unknown as Change,
    'hold undefined',
  ],
  [
    'null where it may not be',
    insert('polls', { changes: null as unknown as number }),
    'hold null: it is integer',
  ],
  ['a fraction in an integer', insert('polls', { changes: 1.5 }), 'polls.changes cannot hold 1.5'],
  ['an integer that is not exact', insert('polls', { bytes: 2 ** 53 }), 'polls.bytes cannot hold'],
  ['a number in a text', insert('polls', { outcome: 1 as unknown as string }), 'polls.outcome cannot hold 1'],
  [
    'a column of no table',
    { table: 'races', key: 'r', patch: { nme: 'x' } } as unknown as Change,
    'column nme',
  ],
  ['a patch of history', { table: 'polls', key: 'p', patch: { changes: 2 } }, 'rows of polls never change'],
  [
    'a patch of a key',
    { table: 'races', key: 'r', patch: { race_id: 'q' } },
    'races.race_id of a row never changes',
  ],
])('%s is refused and nothing is written', (_, change, message) => {
  const journal = open(file());
  expect(() => {
    journal.commit([insert('polls', { id: 'fine' }), change]);
  }).toThrow(message);
  expect(journal.counts().polls).toBe(0);
  journal.commit([insert('polls', { id: 'fine' })]);
  expect(journal.counts().polls).toBe(1);
});

test.each(['ABORT', 'ROLLBACK'])(
  'a transaction that fails half-way by %s leaves nothing, numbers neither',
  (how) => {
    const journal = open(file());
    journal.commit([insert('polls', { id: 'a' })]);
    const [before] = rows(journal.file, 'SELECT seq FROM polls');
    const other = new DatabaseSync(journal.file);
    other.exec(`CREATE TRIGGER t BEFORE INSERT ON gaps BEGIN SELECT RAISE(${how}, 'no gaps today'); END`);
    other.close();
    expect(() => {
      journal.commit([
        insert('polls', { id: 'b' }),
        insert('gaps', { id: 'g' }),
        insert('polls', { id: 'c' }),
      ]);
    }).toThrow(new JournalError(`${journal.file} failed in SQLite (no gaps today).`));
    journal.commit([insert('polls', { id: 'd' })]);
    expect(rows(journal.file, 'SELECT id, seq FROM polls ORDER BY seq')).toEqual([
      { id: 'a', seq: before?.seq },
      { id: 'd', seq: Number(before?.seq) + 1 },
    ]);
  },
);

test('no changes are no transaction', () => {
  const journal = open(file());
  journal.commit([]);
  expect(Object.values(journal.counts()).every((count) => count === 0)).toBe(true);
});

test('seq is the clock in microseconds where that is ahead', () => {
  let now = noon + 0.75;
  const journal = open(file(), { now: () => now });
  journal.commit([insert('polls', { id: 'a' }), insert('gaps', { id: 'b' })]);
  now += 5;
  journal.commit([insert('polls', { id: 'c' })]);
  const read = rows(journal.file, 'SELECT seq FROM polls UNION SELECT seq FROM gaps ORDER BY seq');
  expect(read.map(({ seq }) => seq)).toEqual([noon * 1000, noon * 1000 + 1, (noon + 5) * 1000]);
});

test('a clock that tells no time is refused and nothing is written', () => {
  let now = NaN;
  const journal = open(file(), { now: () => now });
  for (now of [NaN, Infinity, 1e13]) {
    expect(() => {
      journal.commit([insert('polls', { id: 'a' })]);
    }).toThrow('clock');
  }
  expect(journal.counts().polls).toBe(0);
});

test('seq rises over tables, restarts and clocks that go back', () => {
  const clock = fc.integer({ min: -100_000, max: 100_000 });
  const batch = fc.record({
    now: clock,
    tables: fc.array(fc.constantFrom('polls', 'gaps', 'races'), { maxLength: 3 }),
  });
  hold(
    fc.property(fc.array(fc.record({ restart: fc.boolean(), batch }), { maxLength: 8 }), (steps) => {
      const name = file();
      let now = noon;
      let journal = open(name, { now: () => now });
      const seen: number[] = [];
      for (const { restart, batch } of steps) {
        now = noon + batch.now;
        if (restart) {
          journal.close();
          journal = open(name, { now: () => now });
        }
        const key = String(seen.length);
        journal.commit(batch.tables.map((table, index) => plainRow(table, `${key}-${index}`)));
        if (batch.tables.length > 0) journal.quarantine({ raceId: null, receivedAt: now, reason: key, body });
        const all = ['polls', 'gaps', 'races', 'quarantine'].map((table) => `SELECT seq FROM ${table}`);
        const seqs = rows(journal.file, `${all.join(' UNION ALL ')} ORDER BY seq`).map(({ seq }) =>
          Number(seq),
        );
        expect(new Set(seqs).size).toBe(seqs.length);
        expect(seqs.slice(0, seen.length)).toEqual(seen);
        seen.splice(0, seen.length, ...seqs);
      }
      journal.close();
    }),
    15,
  );
});

const body = new Uint8Array([1]);

function plainRow(table: 'polls' | 'gaps' | 'races', race: string): Change {
  if (table === 'races') return insert(table, { race_id: race });
  if (table === 'polls') return poll(race);
  return insert(table, { id: rowId(race, null, at(0), 'x'), race_id: race, from_time: at(0), reason: 'x' });
}
