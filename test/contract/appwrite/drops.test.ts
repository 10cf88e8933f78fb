import { expect, it } from 'vitest';
import { raceTable, row } from './race-table.ts';
import { contract, refusal, uniqueId } from './target.ts';

/** Values that the server takes for equal, so that a change from the one to the other is lost. */
const equal: [column: string, before: unknown, after: unknown][] = [
  ['odds', 0, null],
  ['odds', null, 0],
  ['number', null, 0],
  ['note', '', null],
  ['note', null, ''],
  ['isScratched', null, false],
  ['isScratched', false, null],
  ['name', '1.0', '1'],
  ['name', '1e3', '1000'],
  ['name', '007', '7'],
];

/** Neighbours of these that are told apart. */
const different: [column: string, before: unknown, after: unknown][] = [
  ['odds', 1, null],
  ['odds', null, 1],
  ['note', '0', null],
  ['note', 'none', ''],
  ['isScratched', true, false],
  ['isScratched', null, true],
  ['name', 'Runner', 'runner'],
  ['name', '1.0', '1.0 m'],
  ['sourceTime', '2026-02-28T03:10:00.456+00:00', null],
];

contract('changes that are dropped without a word', (target) => {
  it.each(equal)('%s from %j to %j', async (column, before, after) => {
    const table = await raceTable(target());
    await table.create([row('a', { [column]: before })]);
    expect(await table.upsert([row('a', { [column]: after })])).toMatchObject({ total: 0, rows: [] });
    expect((await table.get('a'))[column]).toBe(before);
  });

  it.each(equal)('%s from %j to %j arrives with a new sequence', async (column, before, after) => {
    const table = await raceTable(target());
    await table.create([row('a', { [column]: before })]);
    const { total } = await table.upsert([row('a', { [column]: after, seq: 1002 })]);
    expect(total).toBe(1);
    expect(await table.get('a')).toMatchObject({ [column]: after, seq: 1002 });
  });

  it.each(different)('but not %s from %j to %j', async (column, before, after) => {
    const table = await raceTable(target());
    await table.create([row('a', { [column]: before })]);
    expect((await table.upsert([row('a', { [column]: after })])).total).toBe(1);
    expect((await table.get('a'))[column]).toBe(after);
  });

  it('a new row of nothing but 0, "", false and null is not created', async () => {
    const table = await raceTable(target());
    const nothing = { $id: 'a', odds: 0, number: 0, note: '', isScratched: false, sourceTime: null };
    expect(await table.upsert([nothing, { $id: 'b', note: '', seq: 5 }])).toMatchObject({ total: 1 });
    expect(await refusal(table.get('a'))).toMatchObject({ code: 404, type: 'row_not_found' });
    expect(await table.get('b')).toMatchObject({ note: '', seq: 5 });
  });

  it('the same goes for one row by itself', async () => {
    const { tables, databaseId } = target();
    const table = await raceTable(target());
    const at = { databaseId, tableId: table.tableId };
    await table.create([row('a', { odds: null })]);
    const { $id, ...values } = row('a', { odds: 0 });
    await tables.upsertRow({ ...at, rowId: String($id), data: values });
    expect((await table.get('a')).odds).toBeNull();
    await tables.upsertRow({ ...at, rowId: String($id), data: { ...values, seq: 1002 } });
    expect((await table.get('a')).odds).toBe(0);
    // Whatever the answer says.
    await tables.upsertRow({ ...at, rowId: 'empty', data: { odds: 0, note: '' } }).catch(() => undefined);
    expect((await refusal(table.get('empty'))).type).toBe('row_not_found');
  });

  it('updateRow tells 0 from null', async () => {
    const { tables, databaseId } = target();
    const table = await raceTable(target());
    await table.create([row('a', { odds: null })]);
    await tables.updateRow({ databaseId, tableId: table.tableId, rowId: 'a', data: { odds: 0 } });
    expect((await table.get('a')).odds).toBe(0);
  });

  it('an upsert that meets the value of another row in a unique index succeeds and leaves no row', async () => {
    const table = await raceTable(target(), { unique: 'name' });
    await table.create([row('a', { name: 'once' })]);
    const { total } = await table.upsert([row('b', { name: 'once', seq: 1002 })]);
    expect(total).toBe(1);
    expect((await refusal(table.get('b'))).type).toBe('row_not_found');
    expect((await table.list()).rows.map(({ $id }) => $id)).toEqual(['a']);
  });

  it('createRows says so instead', async () => {
    const table = await raceTable(target(), { unique: 'name' });
    await table.create([row('a', { name: 'once' })]);
    expect((await refusal(table.create([row('b', { name: 'once' })]))).code).toBe(409);
  });

  it('an id that no call can name is stored by a bulk upsert', async () => {
    const table = await raceTable(target());
    const long = 'x'.repeat(40);
    expect((await table.upsert([row(long), row('a:b')])).total).toBe(2);
    expect((await table.list()).rows.map(({ $id }) => $id).toSorted()).toEqual(['a:b', long]);
    expect(await refusal(table.get(long))).toMatchObject({ code: 400, type: 'general_argument_invalid' });
    expect((await refusal(table.get('a:b'))).code).toBe(400);
  });

  it('createRows and createRow look at ids', async () => {
    const { tables, databaseId } = target();
    const table = await raceTable(target());
    expect((await refusal(table.create([row('a:b')]))).code).toBe(400);
    expect((await refusal(table.create([row('x'.repeat(37))]))).code).toBe(400);
    const call = { databaseId, tableId: table.tableId, rowId: 'a:b', data: { name: 'x' } };
    expect(await refusal(tables.createRow(call))).toMatchObject({
      code: 400,
      type: 'general_argument_invalid',
    });
    const { total } = await table.create([row('A9._-z'), row(uniqueId('x'.repeat(23)))]);
    expect(total).toBe(2);
  });
});
