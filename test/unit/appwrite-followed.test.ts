import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rowId } from '../../src/domain/ids.ts';
import { timestamp } from '../../src/domain/time.ts';
import type { Followable } from '../../src/journal/cursors.ts';
import { cursorName, followable } from '../../src/journal/cursors.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { openReader } from '../../src/journal/reader.ts';
import { temporaryDirectory } from '../support/process.ts';
import { insert } from '../support/sink.ts';

const begin = Date.parse('2026-02-28T03:00:00Z');
const odds: Followable = { table: 'odds_history', kinds: null };
const wins: Followable = { table: 'odds_history', kinds: ['fixed_win'] };
const races: Followable = { table: 'races', kinds: null };

let directory: ReturnType<typeof temporaryDirectory>;
let journal: Journal;
let clock = begin;

const open = (): Journal =>
  openJournal(join(directory.path, 'j.db'), { source: { kind: 'recording' }, now: () => clock });

beforeEach(() => {
  directory = temporaryDirectory();
  clock = begin;
  journal = open();
});

afterEach(() => {
  journal.close();
  directory.remove();
});

function commitOdds(count: number, kindOf: (index: number) => string): void {
  const rows = Array.from({ length: count }, (_, index) => {
    const [entrant_id, kind, source_time] = [`row ${index}`, kindOf(index), timestamp(begin)];
    const id = rowId(entrant_id, kind, source_time, 2, 'poll');
    return insert('odds_history', { id, entrant_id, kind, source_time, odds: 2, basis: 'poll' });
  });
  journal.commit(rows);
}

const ids = (rows: readonly Record<string, unknown>[]): unknown[] => rows.map(({ entrant_id }) => entrant_id);

describe('a journal that is followed', () => {
  it('gives the page after another number too, of which its cursor knows nothing', () => {
    const followed = journal.followed('s');
    commitOdds(6, (index) => (index % 2 === 0 ? 'fixed_win' : 'pool_win'));
    for (const part of [odds, wins]) {
      const first = followed.page(part, 2);
      const second = followed.page(part, 2, first.end);
      const expected = part === odds ? ['row 2', 'row 3'] : ['row 4'];
      expect(ids(second.rows)).toEqual(expected);
      expect(followed.cursor(part)).toBe(0);
      expect(ids(followed.page(part, 2).rows)).toEqual(ids(first.rows));
    }
  });

  it('gives pages after the cursor, which stays until it is told', () => {
    const followed = journal.followed('s');
    commitOdds(5, () => 'fixed_win');
    const page = followed.page(odds, 2);
    expect(ids(page.rows)).toEqual(['row 0', 'row 1']);
    expect(page.more).toBe(true);
    expect(ids(followed.page(odds, 2).rows)).toEqual(['row 0', 'row 1']);
    followed.acknowledge(odds, page.end, [], clock);
    expect(ids(followed.page(odds, 10).rows)).toEqual(['row 2', 'row 3', 'row 4']);
    expect(followed.page(odds, 10).more).toBe(false);
    journal.close();
    journal = open();
    expect(ids(journal.followed('s').page(odds, 10).rows)).toEqual(['row 2', 'row 3', 'row 4']);
    expect(journal.followed('another').page(odds, 10).rows).toHaveLength(5);
  });

  it('ends a page with the row that makes it large', () => {
    const form = JSON.stringify('x'.repeat(1_500_000));
    journal.commit([1, 2, 3].map((number) => insert('form', { entrant_id: `e${number}`, form })));
    const page = journal.followed('s').page({ table: 'form', kinds: null }, 100);
    expect(page.rows).toHaveLength(2);
    expect(page.more).toBe(true);
    expect(page.end).toBe(page.rows[1]?.seq);
  });

  it('passes by what a filter leaves out, a part at a time', () => {
    commitOdds(12_000, (index) => (index === 11_000 ? 'fixed_win' : 'pool_win'));
    const followed = journal.followed('s');
    const pages: [number, boolean][] = [];
    for (let more = true; more;) {
      const page = followed.page(wins, 100);
      followed.acknowledge(wins, page.end, [], clock);
      pages.push([page.rows.length, page.more]);
      ({ more } = page);
    }
    expect(pages).toEqual([
      [0, true],
      [0, true],
      [1, false],
    ]);
    expect(followed.lag([wins])).toEqual({ rows: 0, more: false, since: null });
  });

  it('gives a changed row again, once, with its newest state', () => {
    const followed = journal.followed('s');
    journal.commit([insert('races', { race_id: 'a' }), insert('races', { race_id: 'b' })]);
    followed.acknowledge(races, followed.page(races, 10).end, [], clock);
    journal.commit([insert('races', { race_id: 'a', distance: 1 })]);
    journal.commit([insert('races', { race_id: 'a', distance: 2 })]);
    expect(followed.page(races, 10).rows).toMatchObject([{ race_id: 'a', distance: 2 }]);
  });

  it('tells how many rows wait, and since when', () => {
    const followed = journal.followed('s');
    expect(followed.lag([odds, races])).toEqual({ rows: 0, more: false, since: null });
    commitOdds(3, () => 'fixed_win');
    clock += 60_000;
    journal.commit([insert('races', { race_id: 'a' })]);
    expect(followed.lag([odds, races])).toEqual({ rows: 4, more: false, since: begin });
    followed.acknowledge(odds, followed.page(odds, 10).end, [], clock);
    expect(followed.lag([odds, races])).toEqual({ rows: 1, more: false, since: begin + 60_000 });
    expect(followed.lag([wins])).toEqual({ rows: 0, more: false, since: null });
  });

  it('counts all that wait, or says that there are more than it counted', () => {
    const followed = journal.followed('s');
    followed.follow([odds, wins, races]);
    commitOdds(10_005, (n) => (n % 3 === 0 ? 'fixed_win' : 'pool_win'));
    journal.commit([insert('races', { race_id: 'a' })]);
    expect(followed.lag([odds, races])).toEqual({ rows: 10_001, more: true, since: begin });
    expect(followed.lag([odds, races], 10_005)).toEqual({ rows: 10_006, more: false, since: begin });
    expect(followed.lag([wins], Infinity)).toEqual({ rows: 3_335, more: false, since: begin });
    const reader = openReader(journal.file);
    const [status] = reader.status().sinks;
    reader.close();
    expect(status?.lag).toEqual({ rows: 10_005 + 3_335 + 1, more: false, since: begin });
  });

  it('tells in its status of the sinks that follow it', () => {
    commitOdds(3, (index) => (index === 0 ? 'fixed_win' : 'pool_win'));
    const followed = journal.followed('s');
    followed.follow([wins]);
    const refused = { key: 'row 0', seq: 1, reason: 'No.', row: { id: 'row 0' } };
    followed.acknowledge({ table: 'bets', kinds: null }, 1, [refused, refused], clock);
    const reader = openReader(journal.file);
    expect(reader.status().sinks).toEqual([
      { sink: 's', lag: { rows: 1, more: false, since: begin }, deadLetters: 1 },
    ]);
    reader.close();
  });

  it('lets a part begin where a wider one is, and begins at the start otherwise', () => {
    const followed = journal.followed('s');
    followed.acknowledge(odds, 500, [], clock);
    expect(followed.cursor(wins)).toBe(500);
    const both: Followable = { table: 'odds_history', kinds: ['fixed_win', 'pool_win'] };
    followed.acknowledge(wins, 700, [], clock);
    expect(followed.cursor(wins)).toBe(700);
    expect(followed.cursor(both)).toBe(500);
    expect(journal.followed('t').cursor(wins)).toBe(0);
    followed.acknowledge(races, 900, [], clock);
    expect(followed.cursor({ table: 'entrants', kinds: null })).toBe(0);
  });

  it('takes rows back with their numbers, and numbers further ones after them', () => {
    const future = (begin + 3_600_000) * 1000;
    const row = {
      seq: future,
      entrant_id: 'e',
      race_id: 'r',
      form: '[]',
      source_time: '2026-02-28T03:10:00.123Z',
    };
    journal.restore([{ table: 'form', rows: [row, row] }]);
    journal.commit([insert('races', { race_id: 'a' })]);
    const followed = journal.followed('s');
    const form: Followable = { table: 'form', kinds: null };
    expect(followed.page(form, 10).rows).toEqual([row]);
    expect(followed.page(races, 10).rows).toMatchObject([{ seq: future + 1 }]);
    followed.skipAll([races, form]);
    expect(followed.lag([races, form]).rows).toBe(0);
  });

  it('gives each part a name that tells it', () => {
    const two: Followable = { table: 'odds_history', kinds: ['fixed_place', 'pool_win'] };
    for (const part of [odds, wins, two]) expect(followable(cursorName(part))).toEqual(part);
  });
});
