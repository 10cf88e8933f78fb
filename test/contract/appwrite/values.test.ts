import { expect, it } from 'vitest';
import { raceTable, row } from './race-table.ts';
import { contract, refusal } from './target.ts';

/** What is sent and what comes back, at once and later. */
const kept: [what: string, column: string, value: unknown, back: unknown][] = [
  ['a text', 'name', 'Māori Prince', 'Māori Prince'],
  ['as many characters as it may have', 'name', '🐎'.repeat(20), '🐎'.repeat(20)],
  ['a long text', 'note', 'x'.repeat(70_000), 'x'.repeat(70_000)],
  ['JSON as a text', 'note', '{"a":[1,2.5,null,"é"]}', '{"a":[1,2.5,null,"é"]}'],
  ['a price', 'odds', 2.35, 2.35],
  ['a small number', 'odds', 0.0001, 0.0001],
  ['dollars', 'odds', 1234567.89, 1234567.89],
  ['less than nothing', 'odds', -12.5, -12.5],
  ['no number', 'odds', NaN, null],
  ['an integer', 'number', 2_147_483_647, 2_147_483_647],
  ['a sequence', 'seq', 1_772_247_000_456_000, 1_772_247_000_456_000],
  ['an integer past 2^53', 'seq', 9_007_199_254_740_993n, 9_007_199_254_740_993n],
  ['true', 'isScratched', true, true],
  ['false', 'isScratched', false, false],
  ['a time', 'sourceTime', '2026-02-28T03:10:00.456+00:00', '2026-02-28T03:10:00.456+00:00'],
  ['a time in Z', 'sourceTime', '2026-02-28T03:10:00.456Z', '2026-02-28T03:10:00.456+00:00'],
  ['a time without a fraction', 'sourceTime', '2026-02-28T03:10:00Z', '2026-02-28T03:10:00.000+00:00'],
  ['a time to the microsecond', 'sourceTime', '2026-02-28T03:10:00.456789Z', '2026-02-28T03:10:00.456+00:00'],
  ['a time of New Zealand', 'sourceTime', '2026-02-28T16:10:00.456+13:00', '2026-02-28T03:10:00.456+00:00'],
  ['nothing', 'sourceTime', null, null],
];

const refused: [what: string, column: string, value: unknown][] = [
  ['a text that is too long', 'name', 'x'.repeat(21)],
  ['a number for a text', 'name', 5],
  ['a text for a number', 'odds', '2.35'],
  ['an integer past 32 bits', 'number', 2_147_483_648],
  ['half an integer', 'number', 1.5],
  ['an integer past 64 bits', 'seq', 2n ** 64n],
  ['a number for a boolean', 'isScratched', 1],
];

contract('values', (target) => {
  it.each(kept)('keep %s', async (_what, column, value, back) => {
    const table = await raceTable(target());
    const { rows } = await table.create([row('a', { [column]: value })]);
    expect(rows[0]?.[column]).toEqual(back);
    expect((await table.get('a'))[column]).toEqual(back);
    const { rows: upserted } = await table.upsert([row('b', { [column]: value })]);
    expect(upserted[0]?.[column]).toEqual(back);
    expect((await table.get('b'))[column]).toEqual(back);
  });

  it.each(refused)('refuse %s', async (_what, column, value) => {
    const table = await raceTable(target());
    for (const write of [table.create, table.upsert]) {
      const error = await refusal(write([row('a', { [column]: value })]));
      expect(error).toMatchObject({ code: 400, type: 'row_invalid_structure' });
      expect(error.message).toContain(`"${column}"`);
    }
  });

  it('come with what every row has', async () => {
    const table = await raceTable(target());
    await table.create([row('a')]);
    const got = await table.get('a');
    expect(got).toMatchObject({ $id: 'a', $databaseId: target().databaseId, $tableId: table.tableId });
    expect(got.$permissions).toEqual([]);
    expect(got.$createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00$/);
    expect(Number(got.$sequence)).toBeGreaterThan(0);
  });

  it('that were never sent are null', async () => {
    const table = await raceTable(target());
    await table.upsert([{ $id: 'a', seq: 1 }]);
    const { odds, note, isScratched, sourceTime } = await table.get('a');
    expect([odds, note, isScratched, sourceTime]).toEqual([null, null, null, null]);
  });
});
