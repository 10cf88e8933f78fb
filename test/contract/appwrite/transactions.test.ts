import { expect, it } from 'vitest';
import { raceTable, row } from './race-table.ts';
import { contract, eventually, refusal } from './target.ts';

contract('transactions', (target) => {
  it('do nothing before they are committed, and all of it then', async () => {
    const { tables, databaseId } = target();
    const races = await raceTable(target());
    const history = await raceTable(target());
    await races.create([row('race')]);
    const { $id: transactionId } = await tables.createTransaction({ ttl: 60 });
    const rows = [row('race', { seq: 2 }), row('new')];
    await tables.upsertRows({ databaseId, tableId: races.tableId, rows, transactionId });
    const operations = [
      { action: 'bulkUpsert', databaseId, tableId: history.tableId, data: [row('h1'), row('h2')] },
    ];
    const staged = await tables.createOperations({ transactionId, operations });
    expect(staged).toMatchObject({ status: 'pending', operations: 2 });
    expect([(await races.list()).total, (await history.list()).total]).toEqual([1, 0]);
    const done = await tables.updateTransaction({ transactionId, commit: true });
    expect(done.status).toBe('committed');
    expect([(await races.list()).total, (await history.list()).total]).toEqual([2, 2]);
    expect((await races.get('race')).seq).toBe(2);
  });

  it('that are rolled back do nothing', async () => {
    const { tables, databaseId } = target();
    const { tableId, list } = await raceTable(target());
    const { $id: transactionId } = await tables.createTransaction({ ttl: 60 });
    await tables.upsertRows({ databaseId, tableId, rows: [row('a')], transactionId });
    await tables.updateTransaction({ transactionId, rollback: true });
    expect((await list()).total).toBe(0);
  });

  it('fail whole when a row of theirs was changed from outside', async () => {
    const { tables, databaseId } = target();
    const { tableId, create, upsert, get, list } = await raceTable(target());
    await create([row('a')]);
    const { $id: transactionId } = await tables.createTransaction({ ttl: 60 });
    const rows = [row('new', { seq: 2 }), row('a', { seq: 2 })];
    await tables.upsertRows({ databaseId, tableId, rows, transactionId });
    const { $updatedAt: since } = await tables.getTransaction({ transactionId });
    let seq = 2;
    await eventually(
      async () => {
        seq += 1;
        await upsert([row('a', { seq })]);
        return get('a');
      },
      ({ $updatedAt }) => $updatedAt > since,
    );
    const refused = await refusal(tables.updateTransaction({ transactionId, commit: true }));
    expect(refused).toMatchObject({ code: 409, type: 'transaction_conflict' });
    expect((await get('a')).seq).toBe(seq);
    expect((await list()).total).toBe(1);
  });

  it('take the id of an upsert from inside its data; elsewhere it is a new row', async () => {
    const { tables, databaseId } = target();
    const { tableId, create, get, list } = await raceTable(target());
    await create([row('a'), row('b')]);
    const { $id: transactionId } = await tables.createTransaction({ ttl: 60 });
    const upsert = { action: 'upsert', databaseId, tableId };
    const values = Object.fromEntries(Object.entries(row('b', { seq: 2 })).filter(([key]) => key !== '$id'));
    const operations = [
      { ...upsert, rowId: 'a', data: row('a', { seq: 2 }) },
      { ...upsert, rowId: 'b', data: values },
    ];
    await tables.createOperations({ transactionId, operations });
    await tables.updateTransaction({ transactionId, commit: true });
    expect([(await get('a')).seq, (await get('b')).seq]).toEqual([2, 1001]);
    expect((await list()).total).toBe(3);
  });

  it('take 100 operations, a bulk one as one', async () => {
    const { tables, databaseId } = target();
    const { tableId } = await raceTable(target());
    const { $id: transactionId } = await tables.createTransaction({ ttl: 60 });
    const operation = { action: 'bulkUpsert', databaseId, tableId, data: [row('a'), row('b')] };
    const operations = Array.from({ length: 100 }, () => operation);
    expect((await tables.createOperations({ transactionId, operations })).operations).toBe(100);
    const refused = await refusal(tables.createOperations({ transactionId, operations: [operation] }));
    expect(refused).toMatchObject({ code: 400, type: 'transaction_limit_exceeded' });
    await tables.updateTransaction({ transactionId, rollback: true });
  });

  it('live from a minute to an hour', async () => {
    const { tables } = target();
    for (const ttl of [59, 3601]) {
      const refused = await refusal(tables.createTransaction({ ttl }));
      expect(refused).toMatchObject({ code: 400, type: 'general_argument_invalid' });
    }
  });
});
