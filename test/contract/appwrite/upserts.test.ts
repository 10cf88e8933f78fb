import { expect, it } from 'vitest';
import { raceTable, row } from './race-table.ts';
import { contract, eventually, refusal } from './target.ts';

contract('bulk upserts', (target) => {
  it('answer with the rows that are new or changed, and only these', async () => {
    const table = await raceTable(target());
    await table.create([row('same'), row('changed')]);
    const { total, rows } = await table.upsert([
      row('same'),
      row('changed', { odds: 4, seq: 1002 }),
      row('new'),
    ]);
    expect(total).toBe(2);
    expect(rows.map(({ $id }) => $id).toSorted()).toEqual(['changed', 'new']);
    expect((await table.list()).total).toBe(3);
  });

  it('leave a row that is the same as it was', async () => {
    const table = await raceTable(target());
    await table.upsert([row('a')]);
    const before = await table.get('a');
    expect((await table.upsert([row('a')])).total).toBe(0);
    expect(await table.get('a')).toEqual(before);
  });

  it('keep when a row was made and tell when it was changed', async () => {
    const table = await raceTable(target());
    await table.upsert([row('a')]);
    const before = await table.get('a');
    let seq = 2000;
    const after = await eventually(
      async () => {
        seq += 1;
        await table.upsert([row('a', { seq })]);
        return table.get('a');
      },
      ({ $updatedAt }) => $updatedAt > before.$updatedAt,
    );
    expect(after.$createdAt).toBe(before.$createdAt);
    expect(after.$sequence).toBe(before.$sequence);
  });

  it('keep the value of an optional column that is not sent', async () => {
    const table = await raceTable(target());
    await table.create([row('a')]);
    expect((await table.upsert([{ $id: 'a', seq: 1002 }])).total).toBe(1);
    expect(await table.get('a')).toMatchObject({ ...row('a'), seq: 1002 });
  });

  it('need every required column, also of a row that is there', async () => {
    const table = await raceTable(target(), { required: ['name'] });
    await table.create([row('a')]);
    const refused = await refusal(table.upsert([{ $id: 'a', seq: 1002 }]));
    expect(refused).toMatchObject({ code: 400, type: 'row_invalid_structure' });
    expect(refused.message).toContain('"name"');
    expect((await table.get('a')).seq).toBe(1001);
  });

  it('write a time that ends in Z again and again, one with +00:00 once', async () => {
    const table = await raceTable(target());
    const zulu = row('a', { sourceTime: '2026-02-28T03:10:00.456Z' });
    await table.upsert([zulu]);
    expect((await table.upsert([zulu])).total).toBe(1);
    expect((await table.upsert([zulu])).total).toBe(1);
    const offset = row('a', { sourceTime: '2026-02-28T03:10:00.456+00:00' });
    expect((await table.upsert([offset])).total).toBe(0);
    expect((await table.get('a')).sourceTime).toBe('2026-02-28T03:10:00.456+00:00');
  });

  it('of the same rows at the same time are safe', async () => {
    const table = await raceTable(target());
    const ids = Array.from({ length: 20 }, (_id, at) => `row-${at}`);
    await Promise.all(
      Array.from({ length: 6 }, (_call, at) => table.upsert(ids.map((id) => row(id, { seq: 2000 + at })))),
    );
    const { rows, total } = await table.list();
    expect(total).toBe(20);
    expect(rows.map(({ $id }) => $id).toSorted()).toEqual(ids.toSorted());
    expect(rows.every(({ seq }) => Number(seq) >= 2000 && Number(seq) <= 2005)).toBe(true);
  });
});

/** Batches of three rows of which the last cannot be, with what the error says of it. */
const spoilt: [what: string, last: Record<string, unknown>, code: number, type: string, says: RegExp][] = [
  ['a wrong type', { odds: 'dear' }, 400, 'row_invalid_structure', /"odds"/],
  ['an unknown column', { colour: 'red' }, 400, 'row_invalid_structure', /"colour"/],
  ['a text that is too long', { name: 'x'.repeat(21) }, 400, 'row_invalid_structure', /"name"/],
  ['no time', { sourceTime: 'soon enough' }, 400, 'row_invalid_structure', /"sourceTime"/],
  ['the id of another one', { $id: 'a' }, 409, 'row_already_exists', /already exists/],
];

contract('one bad row', (target) => {
  it.each(spoilt)('%s, fails a whole upsert', async (_what, last, code, type, says) => {
    const table = await raceTable(target());
    await table.create([row('old', { seq: 1 })]);
    const batch = [row('a', { seq: 2 }), row('old', { seq: 2 }), { ...row('c', { seq: 2 }), ...last }];
    const refused = await refusal(table.upsert(batch));
    expect(refused).toMatchObject({ code, type });
    expect(refused.message).toMatch(says);
    expect((await table.list()).rows.map(({ $id, seq }) => [$id, seq])).toEqual([['old', 1]]);
  });

  it.each(spoilt)('%s, fails all of createRows', async (_what, last, code, type) => {
    const table = await raceTable(target());
    const refused = await refusal(table.create([row('a'), row('b'), { ...row('c'), ...last }]));
    expect(refused).toMatchObject({ code, type });
    expect((await table.list()).total).toBe(0);
  });

  it('is not named by the error', async () => {
    const table = await raceTable(target());
    const { message } = await refusal(table.upsert([row('good'), row('wicked', { odds: 'dear' })]));
    expect(message).not.toContain('wicked');
  });

  it('that is there already fails all of createRows', async () => {
    const table = await raceTable(target());
    await table.create([row('a')]);
    const refused = await refusal(table.create([row('b'), row('a')]));
    expect(refused).toMatchObject({ code: 409, type: 'row_already_exists' });
    expect((await table.list()).total).toBe(1);
  });
});
