import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appwriteTable, deliveryOrder } from '../../src/sinks/appwrite/appwrite-tables.ts';
import { tables } from '../../src/domain/tables.ts';
import type { Column, TableName } from '../../src/domain/tables.ts';
import { storedRow } from '../../src/sinks/appwrite/decode.ts';
import { outgoing } from '../../src/sinks/appwrite/encode.ts';
import type { StoredRow } from '../../src/journal/rows.ts';
import { hold } from '../support/properties.ts';
import { storedRow as rowWith } from '../support/sink-memory.ts';

const time = fc.integer({ min: 0, max: 4_102_444_800_000 }).map((millis) => new Date(millis).toISOString());

const values = {
  text: fc.string({ maxLength: 10, unit: 'binary' }),
  json: fc.json(),
  time,
  integer: fc.integer(),
  real: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  boolean: fc.boolean().map(Number),
};

/** Any row that a journal can hold. */
function anyRow(table: TableName): fc.Arbitrary<StoredRow> {
  const columns: Readonly<Record<string, Column>> = tables[table].columns;
  const fields = Object.entries(columns).map(([name, { type, nullable }]) => {
    if (name === tables[table].key) return [name, fc.uuid()];
    const value: fc.Arbitrary<string | number> = values[type];
    return [name, nullable ? fc.option(value, { nil: null }) : value];
  });
  const record = Object.fromEntries(fields) as Record<string, fc.Arbitrary<StoredRow[string]>>;
  return fc.record({ ...record, seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }) });
}

describe('a row on its way to Appwrite and back', () => {
  it.each(deliveryOrder)('is the same row of %s', (table) => {
    hold(
      fc.property(anyRow(table), (row) => {
        const { row: sent, problem } = outgoing(appwriteTable(table), row);
        expect(problem).toBeNull();
        // What travels is JSON, and the server adds columns of its own.
        const answered = {
          ...(JSON.parse(JSON.stringify(sent)) as object),
          $createdAt: '2026',
          $permissions: [],
        };
        expect(storedRow(appwriteTable(table), answered)).toEqual({ ...row });
      }),
      30,
    );
  });

  it('carries times in the one form that the server finds equal', () => {
    const { row } = outgoing(
      appwriteTable('bets'),
      rowWith('bets', 5, { placed_at: '2026-02-28T03:10:00.456Z' }),
    );
    expect(row).toMatchObject({ $id: 'bets-5', seq: 5, placedAt: '2026-02-28T03:10:00.456+00:00' });
    expect(row).not.toHaveProperty('id');
  });

  it.each([
    ['a row without its sequence', { seq: null }],
    ['a row that lacks what every row has', { raceId: null }],
    ['a value of another type', { stake: '5' }],
    ['a time that is none', { placedAt: 'yesterday' }],
  ])('is not one of a journal: %s', (_, changes) => {
    const { row } = outgoing(
      appwriteTable('bets'),
      rowWith('bets', 5, { race_id: 'r', list: 'big', observed_at: '2026-02-28T03:10:00.456Z' }),
    );
    expect(storedRow(appwriteTable('bets'), row)).not.toBeNull();
    expect(storedRow(appwriteTable('bets'), { ...row, ...changes })).toBeNull();
  });

  it.each(['', '-a', '_a', '.a', 'a b', 'a:b', 'ä', 'a'.repeat(37)])('is not sent with the id "%s"', (id) => {
    expect(outgoing(appwriteTable('bets'), rowWith('bets', 1, { id })).problem).toMatch(
      /^its key ".*" is no id/,
    );
  });

  it.each(['a', 'A1._-', '0'.repeat(36), '0f57e087-00d9-4c61-9549-835abe2ae2ed'])(
    'is sent with the id %s',
    (id) => {
      expect(outgoing(appwriteTable('bets'), rowWith('bets', 1, { id })).problem).toBeNull();
    },
  );
});
