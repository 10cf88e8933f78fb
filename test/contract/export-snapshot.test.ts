import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { openExported } from '../../src/sinks/files/journal.ts';
import type { Selection } from '../../src/sinks/files/select.ts';
import type { Insert } from '../../src/domain/tables.ts';
import { insert, noon, open, temporaryDirectory } from '../unit/journal-rows.ts';

/*
 * An export that is taken slowly beside a recorder that writes.
 */

const hex = (n: number): string => n.toString(16).padStart(32, '0');
const prices = (from: number, to: number): Insert[] =>
  Array.from({ length: to - from }, (_, n) =>
    insert('odds_history', { id: hex(from + n), race_id: `r${(from + n) % 3}`, kind: 'fixed_win' }),
  );
const races = (name: string): Insert[] =>
  ['r0', 'r1', 'r2'].map((race_id) => insert('races', { race_id, name }));
const newest = { day: null, raceId: null };

const selections: readonly (readonly [string, Selection, number])[] = [
  ['a whole history table', { table: 'odds_history', ...newest }, 2_500],
  ['what belongs to a race', { table: 'odds_history', day: null, raceId: 'r1' }, 833],
  ['a table whose rows change', { table: 'races', ...newest }, 3],
  [
    'what belongs to a date',
    {
      table: 'races',
      raceId: null,
      day: { date: '2026-02-28', from: '2026-02-27T11:00:00.000Z', to: '2026-02-28T11:00:00.000Z' },
    },
    3,
  ],
];

it.each(selections)(
  '%s is exported as it was at the beginning, and holds nothing back',
  (_, selection, count) => {
    const journal = open(join(temporaryDirectory(), 'j.db'), { now: () => noon });
    journal.commit([...races('before'), ...prices(0, 2_500)]);
    const exported = openExported(journal.file);
    const rows = exported.rows(selection);
    const first = rows.next().value;
    if (first === undefined) throw new Error('nothing is exported');
    journal.commit([...races('after'), ...prices(2_500, 5_000)]);
    // What reads still needs cannot be moved out of the log.
    const other = new DatabaseSync(journal.file);
    expect(other.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get()).toMatchObject({ busy: 0, log: 0 });
    other.close();
    const all = [first, ...rows];
    expect(all).toHaveLength(count);
    expect(new Set(all.map(([seq]) => seq)).size).toBe(count);
    expect(all.map(([seq]) => seq)).toEqual(
      all.map(([seq]) => seq).toSorted((a, b) => Number(a) - Number(b)),
    );
    if (selection.table === 'races') expect(all.filter((row) => row.includes('after'))).toEqual([]);
    exported.close();
  },
);
