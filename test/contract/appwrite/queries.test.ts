import { Query } from 'node-appwrite';
import { beforeAll, expect, it } from 'vitest';
import { raceTable, row, type RaceTable } from './race-table.ts';
import { contract, refusal } from './target.ts';

const at = (minute: number) => `2026-02-28T03:${String(minute).padStart(2, '0')}:00.000+00:00`;

contract('queries', (target) => {
  let table: RaceTable;

  beforeAll(async () => {
    table = await raceTable(target());
    await table.create(
      Array.from({ length: 12 }, (_row, i) =>
        row(`h${String(i).padStart(2, '0')}`, {
          raceId: i < 9 ? 'r1' : 'r2',
          name: i % 2 === 0 ? 'fixed_win' : 'pool_win',
          odds: i % 3 === 0 ? null : 1 + i,
          seq: 5000 - i,
          isScratched: i === 4,
          sourceTime: at(i),
        }),
      ),
    );
  });

  const ids = async (...queries: string[]): Promise<string[]> =>
    (await table.list(queries)).rows.map(({ $id }) => $id);

  it('without an order give rows in the order in which they were made', async () => {
    expect(await ids(Query.limit(3))).toEqual(['h00', 'h01', 'h02']);
  });

  it('filter by equality, to one value or any of several', async () => {
    expect(await ids(Query.equal('raceId', 'r2'))).toEqual(['h09', 'h10', 'h11']);
    expect(await ids(Query.equal('$id', ['h03', 'h01']))).toEqual(['h01', 'h03']);
    expect(await ids(Query.equal('isScratched', true))).toEqual(['h04']);
    expect(await ids(Query.equal('sourceTime', at(5)))).toEqual(['h05']);
  });

  it('filter by ranges', async () => {
    expect(await ids(Query.greaterThan('seq', 4997))).toEqual(['h00', 'h01', 'h02']);
    expect(await ids(Query.lessThanEqual('seq', 4990))).toEqual(['h10', 'h11']);
    expect(await ids(Query.between('sourceTime', at(2), at(4)))).toEqual(['h02', 'h03', 'h04']);
    expect(await ids(Query.greaterThanEqual('sourceTime', '2026-02-28T16:10:00.000+13:00'))).toEqual([
      'h10',
      'h11',
    ]);
  });

  it('filter by null', async () => {
    expect(await ids(Query.isNull('odds'))).toEqual(['h00', 'h03', 'h06', 'h09']);
    expect((await table.list([Query.isNotNull('odds')])).total).toBe(8);
  });

  it('join filters, all of them or any', async () => {
    expect(await ids(Query.equal('raceId', 'r2'), Query.equal('name', 'pool_win'))).toEqual(['h09', 'h11']);
    expect(await ids(Query.or([Query.equal('seq', 5000), Query.equal('seq', 4991)]))).toEqual(['h00', 'h09']);
  });

  it('order and limit, and count all that fits', async () => {
    const { total, rows } = await table.list([
      Query.equal('raceId', 'r1'),
      Query.orderDesc('sourceTime'),
      Query.limit(2),
    ]);
    expect(total).toBe(9);
    expect(rows.map(({ $id }) => $id)).toEqual(['h08', 'h07']);
    expect(await ids(Query.orderAsc('seq'), Query.limit(2), Query.offset(1))).toEqual(['h10', 'h09']);
  });

  it('go on after a row, page by page, to the end', async () => {
    const seen: string[] = [];
    for (let cursor: string | undefined; ; cursor = seen.at(-1)) {
      const after = cursor === undefined ? [] : [Query.cursorAfter(cursor)];
      const page = await ids(Query.orderDesc('sourceTime'), Query.limit(5), ...after);
      seen.push(...page);
      if (page.length < 5) break;
    }
    expect(seen).toEqual(Array.from({ length: 12 }, (_id, i) => `h${String(11 - i).padStart(2, '0')}`));
  });

  it('go on after a row in an order that has equals', async () => {
    const first = await ids(Query.orderAsc('raceId'), Query.limit(4));
    const next = await ids(Query.orderAsc('raceId'), Query.limit(4), Query.cursorAfter(first.at(-1) ?? ''));
    expect([...first, ...next]).toEqual(['h00', 'h01', 'h02', 'h03', 'h04', 'h05', 'h06', 'h07']);
  });

  it('select columns; what every row has comes along', async () => {
    const [got] = (await table.list([Query.select(['seq']), Query.limit(1)])).rows;
    expect(got).toMatchObject({ $id: 'h00', seq: 5000 });
    expect(got).not.toHaveProperty('name');
    expect(got?.$createdAt).toBeDefined();
  });

  it('do without a total for total=0, but not for the text "false" that the SDK sends', async () => {
    const { tables, databaseId, access } = target();
    const { tableId } = table;
    const { total, rows } = await tables.listRows({ databaseId, tableId, total: false });
    expect([total, rows.length]).toEqual([12, 12]);
    const { endpoint, project, key } = access;
    const url = `${endpoint}/tablesdb/${databaseId}/tables/${tableId}/rows?total=0`;
    const headers = { 'x-appwrite-project': project, 'x-appwrite-key': key };
    expect(await (await fetch(url, { headers })).json()).toMatchObject({
      total: 0,
      rows: Array.from({ length: 12 }, () => expect.anything() as unknown),
    });
  });

  const bad: [what: string, query: string][] = [
    ['a column that is not there', Query.equal('nothing', 'x')],
    ['an order by one', Query.orderAsc('nothing')],
    ['a value of another type', Query.equal('seq', 'many')],
    ['no time', Query.greaterThan('sourceTime', 'soon enough')],
    ['no values', Query.equal('seq', [])],
    ['no such method', JSON.stringify({ method: 'like', attribute: 'seq', values: [1] })],
    ['no JSON', 'equal("seq", 1)'],
  ];

  it.each(bad)('are refused for %s', async (_what, query) => {
    expect(await refusal(table.list([query]))).toMatchObject({ code: 400, type: 'general_query_invalid' });
  });

  it('are refused for a cursor that is not there', async () => {
    const refused = await refusal(table.list([Query.cursorAfter('nobody')]));
    expect(refused).toMatchObject({ code: 400, type: 'general_cursor_not_found' });
  });
});
