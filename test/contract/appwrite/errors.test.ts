import { Client, Query } from 'node-appwrite';
import { expect, it } from 'vitest';
import { raceTable, row } from './race-table.ts';
import { contract, refusal, type Row } from './target.ts';

/** What a row may have, to the types of the SDK. */
const changed: Record<string, unknown> = { seq: 2 };

/** What a guest is told who upserts, whatever it may read. */
const noDatabase = { code: 404, type: 'database_not_found' };

contract('errors', (target) => {
  it('have a message, a code, a type and a version', async () => {
    const { tables, databaseId } = target();
    const { response } = await refusal(tables.getTable({ databaseId, tableId: 'nothing' }));
    expect(JSON.parse(response)).toEqual({
      message: "Table with the requested ID 'nothing' could not be found.",
      code: 404,
      type: 'table_not_found',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
    });
  });

  it('are none when the server is asked whether it is there', async () => {
    const { endpoint, project } = target().access;
    const answer: unknown = await new Client().setEndpoint(endpoint).setProject(project).ping();
    expect(answer).toMatchObject({ message: 'Pong!' });
  });

  it('tell which of database, table, column and row is not there', async () => {
    const { tables, databaseId } = target();
    const { tableId, get } = await raceTable(target());
    const rows = [row('a')];
    const calls = [
      tables.get({ databaseId: 'nothing' }),
      tables.upsertRows({ databaseId: 'nothing', tableId, rows }),
      tables.upsertRows({ databaseId, tableId: 'nothing', rows }),
      tables.getColumn({ databaseId, tableId, key: 'nothing' }),
      get('nothing'),
    ];
    const refused = await Promise.all(calls.map(refusal));
    expect(refused.map(({ code, type }) => `${code} ${type}`)).toEqual([
      '404 database_not_found',
      '404 database_not_found',
      '404 table_not_found',
      '404 column_not_found',
      '404 row_not_found',
    ]);
  });

  it('look at parameters before they look for what is named', async () => {
    const { tables } = target();
    const rows = Array.from({ length: 101 }, (_row, at) => row(`r${at}`));
    const refused = await refusal(tables.upsertRows({ databaseId: 'nothing', tableId: 'nothing', rows }));
    expect(refused.type).toBe('general_argument_invalid');
  });

  it('tell of a project that is not there', async () => {
    const { as, databaseId } = target();
    const refused = await refusal(as({ project: 'nobody' }).get({ databaseId }));
    expect(refused).toMatchObject({ code: 404, type: 'project_not_found' });
  });

  it('refuse every call with a key that is none of the project', async () => {
    const { as, databaseId } = target();
    const { tableId } = await raceTable(target(), { permissions: ['read("any")'] });
    const stranger = as({ key: 'wrong' });
    const at = { databaseId, tableId };
    const rows = [row('a')];
    for (const call of [
      () => stranger.get({ databaseId }),
      () => stranger.getTable(at),
      () => stranger.listRows(at),
      () => stranger.upsertRows({ ...at, rows }),
      () => stranger.createRows({ ...at, rows }),
      () => stranger.upsertRows({ databaseId: 'nothing', tableId: 'nothing', rows }),
    ]) {
      expect(await refusal(call())).toMatchObject({ code: 401, type: 'user_unauthorized' });
    }
  });

  it('take one without a key for a guest, who finds no database when it upserts', async () => {
    const { as, databaseId } = target();
    const { tableId } = await raceTable(target());
    const guest = as({ key: '' });
    const at = { databaseId, tableId };
    const scope = { code: 401, type: 'general_unauthorized_scope' };
    expect(await refusal(guest.get({ databaseId }))).toMatchObject(scope);
    expect(await refusal(guest.getTable(at))).toMatchObject(scope);
    expect((await refusal(guest.getTable(at))).message).toContain('tables.read');
    const rows = { code: 401, type: 'user_unauthorized' };
    expect(await refusal(guest.listRows(at))).toMatchObject(rows);
    expect(await refusal(guest.upsertRows({ ...at, rows: [row('a')] }))).toMatchObject(noDatabase);
    expect(await refusal(guest.createRows({ ...at, rows: [row('a')] }))).toMatchObject({ code: 401 });
  });

  it('let a guest read, and only read, what permissions let anyone read', async () => {
    const { as, databaseId } = target();
    const { tableId, create } = await raceTable(target(), { permissions: ['read("any")'] });
    await create([row('a')]);
    const guest = as({ key: '' });
    const at = { databaseId, tableId };
    const { rows } = await guest.listRows<Row>({ ...at, queries: [Query.equal('raceId', 'r1')] });
    expect(rows.map(({ $id }) => $id)).toEqual(['a']);
    expect((await guest.getRow<Row>({ ...at, rowId: 'a' })).name).toBe('Runner');
    const change = guest.upsertRows({ ...at, rows: [row('a', { seq: 2 })] });
    expect(await refusal(change)).toMatchObject(noDatabase);
  });

  it('tell of a row that is changed or removed and is not there', async () => {
    const { tables, databaseId } = target();
    const { tableId } = await raceTable(target());
    const at = { databaseId, tableId, rowId: 'nobody' };
    const missing = { code: 404, type: 'row_not_found' };
    expect(await refusal(tables.updateRow({ ...at, data: changed }))).toMatchObject(missing);
    expect(await refusal(tables.deleteRow(at))).toMatchObject(missing);
  });

  it('tell of a row that createRow finds there', async () => {
    const { tables, databaseId } = target();
    const { tableId, create } = await raceTable(target());
    await create([row('a')]);
    const call = { databaseId, tableId, rowId: 'a', data: changed };
    const refused = await refusal(tables.createRow(call));
    expect(refused).toMatchObject({ code: 409, type: 'row_already_exists' });
    expect(refused.message).toContain("'a'");
  });
});
