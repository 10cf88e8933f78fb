import { TablesDBIndexType } from 'node-appwrite';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { looselyEqual } from '../support/appwrite/php.ts';
import { startAppwrite, type AppwriteOptions, type AppwriteStandIn } from '../support/appwrite/standin.ts';
import { temporaryDirectory } from '../support/process.ts';
import { raceTable, row, tableAt } from './appwrite/race-table.ts';
import { connect, refusal, type Target } from './appwrite/target.ts';

/** What the stand-in has besides what a real server has, or does though no recording shows it. */

interface Opened {
  readonly standIn: AppwriteStandIn;
  readonly target: Target;
}

async function open(options: AppwriteOptions = {}): Promise<Opened> {
  const standIn = await startAppwrite(options);
  onTestFinished(() => standIn.close());
  const access = { endpoint: standIn.endpoint, project: standIn.projectId, key: standIn.key };
  const tables = connect(access);
  const as = (other: Partial<typeof access>) => connect({ ...access, ...other });
  return { standIn, target: { access, tables, databaseId: 'racing', as } };
}

async function withTable(options: AppwriteOptions = {}) {
  const { standIn, target } = await open(options);
  await target.tables.create({ databaseId: 'racing', name: 'Racing' });
  return { standIn, target, table: await raceTable(target) };
}

describe('the ledger', () => {
  it('has every row that was really written, and no other', async () => {
    const { standIn, table } = await withTable();
    await table.create([row('a'), row('b')]);
    await table.upsert([row('a'), row('b', { odds: 9 }), row('c')]);
    await refusal(table.upsert([row('d'), row('e', { odds: 'dear' })]));
    const writes = standIn.ledger.writes(table.tableId);
    expect(writes.map(({ row: id, action }) => `${action} ${id}`)).toEqual([
      'create a',
      'create b',
      'update b',
      'create c',
    ]);
    expect(standIn.ledger.written()).toBe(4);
    expect(standIn.ledger.repeated()).toEqual([{ table: table.tableId, row: 'b', times: 2 }]);
    expect(standIn.ledger.events(table.tableId)).toBe(4);
    const [create, upsert] = standIn.requests.all.slice(-3);
    expect(new Set(writes.map(({ request }) => request))).toEqual(new Set([create?.id, upsert?.id]));
  });

  it('counts requests by call, with their rows and answers', async () => {
    const { standIn, table } = await withTable();
    standIn.requests.clear();
    await table.upsert([row('a'), row('b')]);
    await refusal(table.upsert([row('c', { odds: 'dear' })]));
    await table.list();
    expect(standIn.requests.byRoute()).toEqual({ 'PUT upsertRows': 2, 'GET listRows': 1 });
    expect(standIn.requests.count({ route: 'upsertRows', status: 400 })).toBe(1);
    expect(standIn.requests.all[0]).toMatchObject({ table: table.tableId, rows: 2, status: 200 });
    expect(standIn.requests.total).toBe(3);
  });

  it('tells of a row that was overwritten by another one with its value in a unique index', async () => {
    const { standIn, target } = await withTable();
    const table = await raceTable(target, { unique: 'name' });
    await table.create([row('a', { name: 'once' })]);
    await table.upsert([row('b', { name: 'once', odds: 99 })]);
    expect(standIn.ledger.writes(table.tableId).map(({ row: id, action }) => [id, action])).toEqual([
      ['a', 'create'],
      ['a', 'overwrite'],
    ]);
    expect((await table.get('a')).odds).toBe(99);
  });
});

describe('the stand-in', () => {
  it('keeps everything in a file when it has one', async () => {
    const directory = temporaryDirectory();
    onTestFinished(directory.remove);
    const file = `${directory.path}/appwrite.db`;
    const first = await withTable({ file });
    await first.table.upsert([row('a', { seq: 9_007_199_254_740_993n })]);
    await first.standIn.close();
    const { standIn, target } = await open({ file });
    expect(await tableAt(target, first.table.tableId).get('a')).toMatchObject({
      seq: 9_007_199_254_740_993n,
    });
    expect(standIn.ledger.written()).toBe(1);
  });

  it('takes another number of rows a request', async () => {
    const { table } = await withTable({ rowsPerRequest: 2 });
    const refused = await refusal(table.upsert([row('a'), row('b'), row('c')]));
    expect(refused.message).toContain('no longer than 2 items');
  });

  it('has keys with fewer scopes, and says which one is missing', async () => {
    const { standIn, target, table } = await withTable();
    const reader = target.as({ key: standIn.addKey(['rows.read', 'tables.read']) });
    const at = { databaseId: 'racing', tableId: table.tableId };
    expect((await reader.listRows(at)).total).toBe(0);
    const refused = await refusal(reader.upsertRows({ ...at, rows: [row('a')] }));
    expect(refused).toMatchObject({ code: 401, type: 'general_unauthorized_scope' });
    expect(refused.message).toBe(
      'app.oddstream@service.127.0.0.1 (role: applications) missing scopes (["rows.write","documents.write"])',
    );
  });

  it('holds guests to 120 writes a minute', async () => {
    const { target, table } = await withTable();
    const guest = target.as({ key: '' });
    const call = () =>
      refusal(guest.upsertRows({ databaseId: 'racing', tableId: table.tableId, rows: [row('a')] }));
    const codes: number[] = [];
    // Twice as many and one more, as a new minute may begin meanwhile.
    while (codes.length < 241 && codes.at(-1) !== 429) codes.push((await call()).code);
    expect(codes.at(0)).toBe(404);
    expect(codes.at(-1)).toBe(429);
    expect(codes.length).toBeGreaterThan(120);
  });

  it('warns clients that are made for a newer server', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    onTestFinished(() => {
      warn.mockRestore();
    });
    const { target } = await open({ version: '1.9.3' });
    await target.tables.create({ databaseId: 'racing', name: 'Racing' });
    expect(warn.mock.calls.join()).toContain('The current SDK is built for Appwrite 1.9.5');
  });

  it('tells of no more than 5000 rows in a total', async () => {
    const { table } = await withTable({ rowsPerRequest: 6000 });
    await table.create(Array.from({ length: 5001 }, (_row, at) => ({ $id: `r${at}`, seq: at })));
    expect((await table.list()).total).toBe(5000);
  });

  it('refuses an index on a column that is in the making', async () => {
    const { target, table } = await withTable({ processingMs: 60_000 });
    const at = { databaseId: 'racing', tableId: table.tableId };
    await target.tables.createBooleanColumn({ ...at, key: 'late', required: false });
    const asked = { ...at, key: 'byLate', type: TablesDBIndexType.Key, columns: ['late'] };
    expect((await refusal(target.tables.createIndex(asked))).type).toBe('column_not_available');
    expect((await target.tables.getColumn({ ...at, key: 'late' })).status).toBe('processing');
  });

  it('refuses inline types that 1.9.6 refuses', async () => {
    const { target } = await withTable();
    for (const type of ['varchar', 'text', 'float']) {
      const columns = [{ key: 'v', type, size: 10 }];
      const call = target.tables.createTable({ databaseId: 'racing', tableId: 'bad', name: 'bad', columns });
      expect((await refusal(call)).message).toBe(`Invalid type for attribute 'v': ${type}`);
    }
  });

  it('writes a row that lacks a column of the stored one although nothing differs', async () => {
    const { table } = await withTable();
    await table.create([row('a')]);
    expect((await table.upsert([{ $id: 'a', seq: 1001 }])).total).toBe(1);
    expect((await table.upsert([row('a')])).total).toBe(0);
  });

  it('drops what differs before it looks whether it can be', async () => {
    const { table } = await withTable();
    await table.create([row('a', { number: 7 })]);
    expect((await table.upsert([row('a', { number: '7' })])).total).toBe(0);
    expect((await table.upsert([{ $id: 'b', colour: null }])).total).toBe(0);
  });

  it('keeps 14 digits of a double, or all of them when told so', async () => {
    const long = 103.4829140000002;
    const { table } = await withTable();
    expect((await table.create([row('a', { odds: long })])).rows[0]?.odds).toBe(long);
    expect((await table.get('a')).odds).toBe(103.482914);
    const exact = await withTable({ doubleDigits: 17 });
    await exact.table.create([row('a', { odds: long })]);
    expect((await exact.table.get('a')).odds).toBe(long);
  });
});

describe("PHP's ==", () => {
  it('knows large integers', () => {
    expect(looselyEqual(9_007_199_254_740_993n, 9_007_199_254_740_993n)).toBe(true);
    expect(looselyEqual(9_007_199_254_740_993n, 9_007_199_254_740_994n)).toBe(false);
    expect(looselyEqual(0, 0n)).toBe(true);
  });

  it.each([
    [null, 0],
    [null, ''],
    [null, false],
    [null, []],
    [0, false],
    ['', false],
    ['0', false],
    ['x', true],
    [1, true],
    ['1.0', '1'],
    ['1e3', '1000'],
    ['0e1', '0e9'],
    [' 1', '1 '],
    ['3.5', 3.5],
    [3.5, '3.50'],
    [-0, 0],
    [
      [1, '2'],
      ['1', 2],
    ],
  ])('%j equals %j', (a, b) => {
    expect([looselyEqual(a, b), looselyEqual(b, a)]).toEqual([true, true]);
  });

  it.each([
    [null, '0'],
    [null, 1],
    [null, [0]],
    [0, ''],
    [0, 'a'],
    ['abc', 'ABC'],
    ['1', '1a'],
    ['1x', 1],
    [true, ''],
    ['9007199254740993', '9007199254740992'],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, null]],
  ])('%j does not equal %j', (a, b) => {
    expect([looselyEqual(a, b), looselyEqual(b, a)]).toEqual([false, false]);
  });
});
