import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { rowId } from '../../src/domain/ids.ts';
import { timestamp } from '../../src/domain/time.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { Writer } from '../../src/journal/writer.ts';
import { insert, noon, open, rows, temporaryDirectory } from './journal-rows.ts';

const underWayMs = 10_000;
const at = (seconds: number): string => timestamp(noon + seconds * 1_000);

/** A journal whose recorder has begun, with a race for each name and the newest row written at noon. */
function recorded(...races: string[]): Journal {
  const journal = open(join(temporaryDirectory(), 'j.db'));
  journal.begin(underWayMs);
  journal.commit(races.map((race_id) => insert('races', { race_id, settled_at: null })));
  return journal;
}

/** Gaps after a recorder began again on the journal. */
function gapsOfNext(journal: Journal): unknown[] {
  journal.close();
  const next = open(journal.file, { now: () => noon + 3_600_000 });
  next.begin(underWayMs);
  next.close();
  return rows(
    journal.file,
    'SELECT race_id, entrant_id, from_time, to_time, reason FROM gaps ORDER BY race_id, from_time',
  );
}

const gap = (race_id: string, from_time: string, reason = 'stopped'): object => ({
  race_id,
  entrant_id: null,
  from_time,
  to_time: null,
  reason,
});

test('a recorder that did not end leaves a gap of each race, from the oldest poll that can have been under way', () => {
  expect(gapsOfNext(recorded('a', 'b'))).toEqual([gap('a', at(-10)), gap('b', at(-10))]);
});

test('such a gap begins with the last good poll when that is newer', () => {
  const journal = recorded('a');
  journal.commit([
    insert('polls', { id: rowId('a', at(-30)), race_id: 'a', started_at: at(-30), outcome: 'changed' }),
    insert('polls', { id: rowId('a', at(-4)), race_id: 'a', started_at: at(-4), outcome: 'unchanged' }),
  ]);
  expect(gapsOfNext(journal)).toEqual([gap('a', at(-4))]);
});

test('a gap that is open already goes on, and a settled race has none', () => {
  const journal = recorded('a', 'b');
  journal.commit([
    insert('gaps', {
      id: rowId('a', null, at(-60), 'timeout'),
      race_id: 'a',
      from_time: at(-60),
      reason: 'timeout',
    }),
    { table: 'races', key: 'b', patch: { settled_at: at(0) } },
  ]);
  expect(gapsOfNext(journal)).toEqual([gap('a', at(-60), 'timeout')]);
});

test('a recorder that ended leaves none, and neither does one that never began', () => {
  const journal = recorded('a');
  journal.ended();
  expect(gapsOfNext(journal)).toEqual([]);
  const fresh = open(join(temporaryDirectory(), 'j.db'));
  fresh.commit([insert('races', { race_id: 'a', settled_at: null })]);
  expect(gapsOfNext(fresh)).toEqual([]);
});

test('a recorder that ended, and could not commit something before, leaves a gap since then', () => {
  const journal = recorded('a', 'b');
  const broken = insert('polls', { id: rowId('a', at(0)), race_id: 'a', bytes: NaN });
  expect(() => {
    journal.commit([broken]);
  }).toThrow(TypeError);
  journal.ended();
  expect(gapsOfNext(journal)).toEqual([gap('a', at(-10)), gap('b', at(-10))]);
});

test('what fails beside others and not by itself leaves none; what fails by itself too leaves one', () => {
  const journal = recorded('a');
  const fine = ['b', 'c'].map((race_id) => [insert('races', { race_id, settled_at: null })]);
  vi.spyOn(Writer.prototype, 'write').mockImplementationOnce(() => {
    throw new Error('database is locked');
  });
  expect(journal.commitEach(fine)).toEqual([null, null]);
  journal.ended();
  expect(gapsOfNext(journal)).toEqual([]);

  const next = recorded('a');
  const broken = insert('polls', { id: rowId('a', at(0)), race_id: 'a', bytes: NaN });
  expect(next.commitEach([[broken], ...fine])).toEqual([expect.any(TypeError), null, null]);
  next.ended();
  expect(gapsOfNext(next)).toEqual(['a', 'b', 'c'].map((race) => gap(race, at(-10))));
});

test('a gap is told once, however often a recorder begins and does not end', () => {
  const journal = recorded('a');
  expect(gapsOfNext(journal)).toHaveLength(1);
  expect(gapsOfNext(journal)).toEqual([gap('a', at(-10))]);
});

test('a journal in which only an import was begun is not empty: what it holds is still to be delivered', () => {
  const journal = open(join(temporaryDirectory(), 'j.db'));
  expect(journal.isEmpty()).toBe(true);
  journal.commit([insert('imports', { id: rowId(at(0)), started_at: at(0) })]);
  expect(journal.isEmpty()).toBe(false);
});
