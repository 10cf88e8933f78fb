import { join } from 'node:path';
import { expect, test } from 'vitest';
import { tables } from '../../src/domain/tables.ts';
import { open, rows, temporaryDirectory } from './journal-rows.ts';

function created(): string {
  const { file } = open(join(temporaryDirectory(), 'j.db'));
  return file;
}

test('every table has the columns of its description, its seq, and refuses other types', () => {
  const file = created();
  for (const [name, { columns }] of Object.entries(tables)) {
    const info = rows(file, `PRAGMA table_info(${name})`);
    expect(info.map((column) => column.name)).toEqual(['seq', ...Object.keys(columns)]);
    expect(rows(file, `SELECT strict FROM pragma_table_list('${name}')`)).toEqual([{ strict: 1 }]);
  }
});

test('columns are stored by type, and null is refused where it may not be', () => {
  const info = rows(created(), 'PRAGMA table_info(entrants)');
  const told = (name: string) => {
    const column = info.find((other) => other.name === name);
    return [column?.type, column?.notnull, column?.pk];
  };
  expect(told('entrant_id')).toEqual(['TEXT', 1, 1]);
  expect(told('in_field')).toEqual(['INTEGER', 1, 0]);
  expect(told('favourite')).toEqual(['INTEGER', 0, 0]);
  expect(told('fixed_win')).toEqual(['REAL', 0, 0]);
  expect(told('raw_extra')).toEqual(['TEXT', 0, 0]);
  expect(told('seq')).toEqual(['INTEGER', 1, 0]);
});

test('history rows lie by their seq and have one key', () => {
  const file = created();
  const info = rows(file, 'PRAGMA table_info(odds_history)');
  expect(info.find((column) => column.name === 'seq')).toMatchObject({ type: 'INTEGER', pk: 1 });
  const unique = rows(file, "SELECT name FROM pragma_index_list('odds_history') WHERE origin = 'u'");
  expect(unique).toHaveLength(1);
});

test('the described indexes exist, and one on seq where rows move', () => {
  const names = rows(created(), "SELECT name FROM sqlite_schema WHERE type = 'index'").map((row) => row.name);
  for (const { name, kind, indexes } of Object.values(tables)) {
    for (const columns of indexes) expect(names).toContain(`${name}_${columns.join('_')}`);
    expect(names.includes(`${name}_seq`)).toBe(kind !== 'history');
  }
});

test('the file says what it is', () => {
  const file = created();
  expect(rows(file, 'PRAGMA application_id')).toEqual([{ application_id: 0x6f646473 }]);
  expect(rows(file, 'PRAGMA user_version')).toEqual([{ user_version: 1 }]);
  expect(rows(file, 'PRAGMA journal_mode')).toEqual([{ journal_mode: 'wal' }]);
});
