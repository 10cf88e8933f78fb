import { Query } from 'node-appwrite';
import { expect, it } from 'vitest';
import { raceTable, row } from './race-table.ts';
import { contract, refusal } from './target.ts';

const many = (count: number) =>
  Array.from({ length: count }, (_row, at) => row(`row-${at}`, { seq: at + 1 }));

contract('limits', (target) => {
  it('100 rows a bulk request, and the error tells the number', async () => {
    const table = await raceTable(target());
    for (const call of [table.create(many(101)), table.upsert(many(101))]) {
      const refused = await refusal(call);
      expect(refused).toMatchObject({ code: 400, type: 'general_argument_invalid' });
      expect(refused.message).toMatch(/no longer than 100 items/);
    }
    expect((await table.list()).total).toBe(0);
    expect((await table.upsert(many(100))).total).toBe(100);
  });

  it('25 rows of a list unless a limit is asked for', async () => {
    const table = await raceTable(target());
    await table.create(many(60));
    const { total, rows } = await table.list();
    expect([total, rows.length]).toEqual([60, 25]);
    expect((await table.list([Query.limit(60)])).rows).toHaveLength(60);
  });

  it('500 values of a query', async () => {
    const table = await raceTable(target());
    const values = (count: number) => Array.from({ length: count }, (_value, at) => at % 100);
    expect((await table.list([Query.equal('seq', values(500))])).total).toBe(0);
    const refused = await refusal(table.list([Query.equal('seq', values(501))]));
    expect(refused).toMatchObject({ code: 400, type: 'general_query_invalid' });
    expect(refused.message).toContain('500');
  });

  it('4,096 characters of a query', async () => {
    const table = await raceTable(target());
    const ids = (count: number) => Array.from({ length: count }, (_id, at) => String(at).padStart(36, '0'));
    expect((await table.list([Query.equal('$id', ids(100))])).total).toBe(0);
    const refused = await refusal(table.list([Query.equal('$id', ids(110))]));
    expect(refused).toMatchObject({ code: 400, type: 'general_argument_invalid' });
  });

  it('12 MiB of a body', async () => {
    const table = await raceTable(target());
    const rows = many(100).map((item) => ({ ...item, note: 'x'.repeat(130_000) }));
    // A server may end the connection before it has read all of what it does not want.
    const error: unknown = await table.upsert(rows).catch((reason: unknown) => reason);
    expect(error).toSatisfy(
      (reason) => (reason as { code?: unknown }).code === 413 || reason instanceof TypeError,
    );
    expect((await table.list()).total).toBe(0);
  });

  it('no rate for a key, whatever the headers say', async () => {
    const table = await raceTable(target());
    await table.upsert([row('a')]);
    const batches = Array.from({ length: 13 }, () => Array.from({ length: 10 }, () => [row('a')]));
    for (const batch of batches) {
      const answers = await Promise.all(batch.map((rows) => table.upsert(rows)));
      expect(answers.every(({ total }) => total === 0)).toBe(true);
    }
  });
});
