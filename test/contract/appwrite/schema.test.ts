import { ColumnStatus, Query, TablesDBIndexType, type Models } from 'node-appwrite';
import { expect, it } from 'vitest';
import { columns, raceTable, tableAt } from './race-table.ts';
import { contract, createString, eventually, refusal, uniqueId, type Target } from './target.ts';

const key = TablesDBIndexType.Key;

/** Columns of every type have these; the SDK's types of the types differ. */
type AnyColumn = Pick<Models.ColumnString, 'key' | 'type' | 'status' | 'required'>;

const textColumns = (count: number, size: number) =>
  Array.from({ length: count }, (_column, at) => ({ key: `c${at}`, type: 'string', size, required: false }));

function place({ databaseId }: Target): { databaseId: string; tableId: string; name: string } {
  return { databaseId, tableId: uniqueId('table'), name: 'A table' };
}

contract('a schema', (target) => {
  it('has a database of an id once', async () => {
    const { tables, databaseId } = target();
    expect((await tables.get({ databaseId })).$id).toBe(databaseId);
    const refused = await refusal(tables.create({ databaseId, name: 'Again' }));
    expect(refused).toMatchObject({ code: 409, type: 'database_already_exists' });
  });

  it('has a table with columns and indexes in one call, available at once', async () => {
    const { tables, databaseId } = target();
    const { tableId, upsert } = await raceTable(target());
    await upsert([{ $id: 'a', seq: 1 }]);
    const table = await tables.getTable({ databaseId, tableId });
    const made = table.columns as unknown as AnyColumn[];
    expect(made.map(({ key: name, type, status }) => [name, type, status])).toEqual(
      columns.map(({ key: name, type }) => [name, type, 'available']),
    );
    expect(table.indexes.map((index) => [index.key, index.status, index.columns])).toEqual([
      ['byRace', 'available', ['raceId', 'sourceTime']],
      ['bySeq', 'available', ['seq']],
    ]);
  });

  it('has a table of an id once', async () => {
    const { tables } = target();
    const at = place(target());
    await tables.createTable(at);
    expect(await refusal(tables.createTable(at))).toMatchObject({ code: 409, type: 'table_already_exists' });
  });

  it('takes no inline float, and leaves nothing of the table', async () => {
    const { tables } = target();
    const at = place(target());
    const call = tables.createTable({ ...at, columns: [{ key: 'v', type: 'float', required: false }] });
    expect(await refusal(call)).toMatchObject({ code: 400, type: 'general_argument_invalid' });
    expect(await refusal(tables.getTable(at))).toMatchObject({ code: 404, type: 'table_not_found' });
  });

  it('makes a column by itself later than it answers', async () => {
    const { tables } = target();
    const at = place(target());
    await tables.createTable({ ...at, columns: textColumns(1, 20) });
    const asked = { ...at, key: 'later', size: 50, required: false };
    expect((await createString(tables, asked)).status).toBe(ColumnStatus.Processing);
    await eventually(
      () => tables.getColumn({ ...at, key: 'later' }),
      ({ status }) => status === ColumnStatus.Available,
    );
    expect(await refusal(createString(tables, asked))).toMatchObject({
      code: 409,
      type: 'column_already_exists',
    });
    await tableAt(target(), at.tableId).upsert([{ $id: 'a', later: 'here' }]);
    expect((await tableAt(target(), at.tableId).get('a')).later).toBe('here');
  });

  it('makes a column of each type by itself', async () => {
    const { tables } = target();
    const at = place(target());
    await tables.createTable(at);
    const asked = { ...at, required: false };
    await createString(tables, { ...asked, key: 'aString', size: 20 });
    await tables.createVarcharColumn({ ...asked, key: 'aVarchar', size: 20 });
    await tables.createTextColumn({ ...asked, key: 'aText' });
    await tables.createBigIntColumn({ ...asked, key: 'aBigInt' });
    await tables.createIntegerColumn({ ...asked, key: 'anInteger' });
    await tables.createFloatColumn({ ...asked, key: 'aFloat' });
    await tables.createBooleanColumn({ ...asked, key: 'aBoolean' });
    await tables.createDatetimeColumn({ ...asked, key: 'aTime' });
    const { columns: made } = await eventually(
      () => tables.listColumns(at),
      (list) =>
        (list.columns as unknown as AnyColumn[]).every(({ status }) => status === ColumnStatus.Available),
    );
    const types = (made as unknown as AnyColumn[]).map(({ key: name, type }) => [name, type]);
    expect(Object.fromEntries(types)).toEqual({
      aString: 'string',
      aVarchar: 'varchar',
      aText: 'text',
      aBigInt: 'bigint',
      anInteger: 'integer',
      aFloat: 'double',
      aBoolean: 'boolean',
      aTime: 'datetime',
    });
    const values = {
      aString: 'x',
      aVarchar: 'z',
      aText: 'y'.repeat(60_000),
      aBigInt: 5_000_000_000_000_000,
      anInteger: 3_000_000_000,
      aFloat: 1.5,
      aBoolean: true,
      aTime: '2026-02-28T03:10:00.456+00:00',
    };
    const table = tableAt(target(), at.tableId);
    await table.upsert([{ $id: 'a', ...values }]);
    expect(await table.get('a')).toMatchObject(values);
    expect((await table.upsert([{ $id: 'a', ...values }])).total).toBe(0);
  });

  it('has no rows with a column that is not there yet', async () => {
    const { tables } = target();
    const at = place(target());
    await tables.createTable({ ...at, columns: textColumns(1, 20) });
    const table = tableAt(target(), at.tableId);
    expect((await refusal(table.upsert([{ $id: 'a', later: 'x' }]))).type).toBe('row_invalid_structure');
    await createString(tables, { ...at, key: 'later', size: 50, required: false });
    await eventually(
      () => tables.getColumn({ ...at, key: 'later' }),
      ({ status }) => status === ColumnStatus.Available,
    );
    expect((await table.upsert([{ $id: 'a', later: 'x' }])).total).toBe(1);
  });

  it('refuses an index on a column in the making, if it still is', async () => {
    const { tables } = target();
    const at = place(target());
    await tables.createTable(at);
    await createString(tables, { ...at, key: 'a', size: 20, required: false });
    const error = await tables.createIndex({ ...at, key: 'byA', type: key, columns: ['a'] }).then(
      () => null,
      (reason: unknown) => reason,
    );
    if (error !== null) expect(error).toMatchObject({ code: 400, type: 'column_not_available' });
  });

  it('makes an index by itself later than it answers, and once', async () => {
    const { tables } = target();
    const at = place(target());
    await tables.createTable({ ...at, columns: textColumns(2, 20) });
    const asked = { ...at, key: 'byBoth', type: key, columns: ['c0', 'c1'] };
    expect((await tables.createIndex(asked)).status).toBe('processing');
    const index = await eventually(
      () => tables.getIndex({ ...at, key: 'byBoth' }),
      ({ status }) => status === 'available',
    );
    expect(index).toMatchObject({ type: 'key', columns: ['c0', 'c1'] });
    const refused = await refusal(tables.createIndex(asked));
    expect(refused).toMatchObject({ code: 409, type: 'column_index_already_exists' });
    expect((await tables.listIndexes(at)).total).toBe(1);
  });

  it('refuses an index on a column that is not there', async () => {
    const { tables } = target();
    const at = place(target());
    await tables.createTable({ ...at, columns: textColumns(1, 20) });
    const refused = await refusal(tables.createIndex({ ...at, key: 'x', type: key, columns: ['nothing'] }));
    expect(refused).toMatchObject({ code: 400, type: 'column_unknown' });
  });

  it('refuses an index longer than 768', async () => {
    const { tables } = target();
    const at = place(target());
    await tables.createTable({ ...at, columns: textColumns(2, 400) });
    const asked = { ...at, key: 'long', type: key, columns: ['c0', 'c1'] };
    const refused = await refusal(tables.createIndex(asked));
    expect(refused.code).toBe(400);
    expect(refused.type).toMatch(/index_invalid$/);
    const inline = { key: 'long', type: 'key', attributes: ['c0', 'c1'] };
    const call = tables.createTable({ ...place(target()), columns: textColumns(2, 400), indexes: [inline] });
    expect((await refusal(call)).type).toMatch(/index_invalid$/);
    expect((await tables.createIndex({ ...asked, lengths: [384, 384] })).lengths).toEqual([384, 384]);
  });

  it('refuses rows wider than 65,535 bytes; a text of over 16,381 characters takes 20', async () => {
    const { tables } = target();
    const wide = tables.createTable({ ...place(target()), columns: textColumns(2, 9000) });
    const refused = await refusal(wide);
    expect(refused.code).toBe(400);
    expect(refused.type).toMatch(/limit_exceeded$/);
    const at = place(target());
    await tables.createTable({ ...at, columns: textColumns(20, 16_382) });
    const { bytesUsed, bytesMax } = await tables.getTable(at);
    expect([bytesUsed, bytesMax]).toEqual([1067 + 20 * 20, 65_535]);
  });

  it('lists 25 columns unless a limit is asked for, and all of them with the table', async () => {
    const { tables } = target();
    const at = place(target());
    await tables.createTable({ ...at, columns: textColumns(40, 10) });
    const { total, columns: first } = await tables.listColumns(at);
    expect([total, first.length]).toEqual([40, 25]);
    expect((await tables.listColumns({ ...at, queries: [Query.limit(40)] })).columns).toHaveLength(40);
    expect((await tables.getTable(at)).columns).toHaveLength(40);
  });

  it('keeps the permissions of a table until they are changed', async () => {
    const { tables } = target();
    const at = place(target());
    await tables.createTable({ ...at, permissions: ['read("any")'] });
    expect((await tables.updateTable({ ...at, name: 'Renamed' })).$permissions).toEqual(['read("any")']);
    const { name, $permissions } = await tables.getTable(at);
    expect([name, $permissions]).toEqual(['Renamed', ['read("any")']]);
    await tables.updateTable({ ...at, permissions: [] });
    expect((await tables.getTable(at)).$permissions).toEqual([]);
  });

  it('lists tables', async () => {
    const { tables, databaseId } = target();
    const at = place(target());
    await tables.createTable(at);
    const { tables: all } = await tables.listTables({ databaseId, queries: [Query.limit(100)] });
    expect(all.map(({ $id }) => $id)).toContain(at.tableId);
  });
});
