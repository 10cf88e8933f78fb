import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAppwrite, type AppwriteStandIn, type Fault } from '../support/appwrite/standin.ts';
import { raceTable, row, tableAt, type RaceTable } from './appwrite/race-table.ts';
import { connect, refusal, type Target } from './appwrite/target.ts';

/** The faults that the stand-in has for tests of what talks to it. */

let standIn: AppwriteStandIn;
let target: Target;
let table: RaceTable;

beforeEach(async () => {
  standIn = await startAppwrite();
  const access = { endpoint: standIn.endpoint, project: standIn.projectId, key: standIn.key };
  const tables = connect(access);
  await tables.create({ databaseId: 'racing', name: 'Racing' });
  target = { access, tables, databaseId: 'racing', as: (other) => connect({ ...access, ...other }) };
  table = await raceTable(target);
});
afterEach(() => standIn.close());

const ids = (): unknown[] => standIn.rows(table.tableId).map(({ $id }) => $id);

/** The code of the error below `fetch failed`. */
async function broken(call: Promise<unknown>): Promise<unknown> {
  try {
    await call;
  } catch (error) {
    return ((error as Error).cause as NodeJS.ErrnoException).code;
  }
  throw new Error('It went well.');
}

const lost = /ECONNRESET|UND_ERR_SOCKET/;

describe('a server that is down', () => {
  it('refuses connections, and is there again afterwards with all it had', async () => {
    await table.upsert([row('a')]);
    const outage = standIn.faults.add({ kind: 'down' });
    expect(await broken(table.upsert([row('b')]))).toMatch(/ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET/);
    expect(await broken(table.upsert([row('b')]))).toBe('ECONNREFUSED');
    await outage.clear();
    expect((await table.upsert([row('b')])).total).toBe(1);
    expect(ids()).toEqual(['a', 'b']);
  });

  it('or resets them', async () => {
    const outage = standIn.faults.add({ kind: 'down', mode: 'reset' });
    expect(await broken(table.list())).toMatch(lost);
    expect(await broken(table.list())).toMatch(lost);
    await outage.clear();
    expect((await table.list()).total).toBe(0);
  });

  it('comes back by itself when told so', async () => {
    standIn.faults.add({ kind: 'down', ms: 80 });
    expect(await broken(table.list())).toBeDefined();
    await expect
      .poll(() =>
        table.list().then(
          ({ total }) => total,
          () => -1,
        ),
      )
      .toBe(0);
  });
});

describe('answers that go wrong', () => {
  it('slow ones come later, and what was asked is done', async () => {
    standIn.faults.add({ kind: 'slow', ms: 120, methods: ['PUT'] });
    expect((await table.upsert([row('a')])).total).toBe(1);
    expect(standIn.requests.all.at(-1)).toMatchObject({ status: 200, faults: ['slow'] });
  });

  it('too many requests, so many times', async () => {
    const fault = standIn.faults.add({ kind: 'rate-limit', times: 2 });
    for (let i = 0; i < 2; i += 1) {
      const refused = await refusal(table.upsert([row('a')]));
      expect(refused).toMatchObject({ code: 429, type: 'general_rate_limit_exceeded' });
    }
    expect((await table.upsert([row('a')])).total).toBe(1);
    expect(fault.hits).toBe(2);
  });

  it('a rate limit of a proxy says when to come back', async () => {
    standIn.faults.add({ kind: 'rate-limit', retryAfter: 7 });
    const { status, headers } = await fetch(`${standIn.endpoint}/ping`);
    expect([status, headers.get('retry-after')]).toEqual([429, '7']);
  });

  it('500 on every third request of a kind', async () => {
    standIn.faults.add({ kind: 'error', every: 3, routes: ['upsertRows'] });
    const outcomes: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      const outcome = await table.upsert([row(`r${i}`)]).then(
        () => 200,
        (error: unknown) => (error as { code: number }).code,
      );
      outcomes.push(outcome);
    }
    expect(outcomes).toEqual([200, 200, 500, 200, 200, 500, 200]);
    expect(ids()).toEqual(['r0', 'r1', 'r3', 'r4', 'r6']);
    expect((await table.list()).total).toBe(5);
  });

  it('are of the type that a server without its database answers with', async () => {
    standIn.faults.add({ kind: 'error' });
    const refused = await refusal(table.list());
    expect(refused).toMatchObject({ code: 500, type: 'general_unknown', message: 'Server Error' });
  });

  it('a share of them, the same ones every time', async () => {
    const run = async (): Promise<boolean[]> => {
      const server = await startAppwrite({ seed: 7 });
      server.faults.add({ kind: 'error', share: 0.5 });
      const outcomes: boolean[] = [];
      for (let i = 0; i < 40; i += 1) outcomes.push((await fetch(`${server.endpoint}/ping`)).status === 500);
      await server.close();
      return outcomes;
    };
    const first = await run();
    expect(await run()).toEqual(first);
    expect(first.filter(Boolean).length).toBeGreaterThan(10);
    expect(first.filter(Boolean).length).toBeLessThan(30);
  });

  it('a page of a proxy has no type', async () => {
    standIn.faults.add({ kind: 'html' });
    const refused = await refusal(table.list());
    expect(refused).toMatchObject({ code: 502, type: '' });
    expect(refused.message).toContain('<html>');
  });

  it('a connection is reset before anything was done', async () => {
    standIn.faults.add({ kind: 'reset', times: 1, methods: ['PUT'] });
    expect(await broken(table.upsert([row('a')]))).toMatch(lost);
    expect(ids()).toEqual([]);
  });

  it('or after it was done', async () => {
    standIn.faults.add({ kind: 'reset', applied: true, times: 1, methods: ['PUT'] });
    expect(await broken(table.upsert([row('a')]))).toMatch(lost);
    expect(ids()).toEqual(['a']);
    expect((await table.upsert([row('a')])).total).toBe(0);
    expect(standIn.ledger.repeated()).toEqual([]);
  });

  it.each([true, false])('no answer comes, with what was asked done: %s', async (applied) => {
    standIn.faults.add({ kind: 'hang', applied, methods: ['PUT'] });
    const call = table.upsert([row('a')]).catch(() => 'ended');
    const silence = new Promise((resolve) => setTimeout(resolve, 100, 'silence'));
    expect(await Promise.race([call, silence])).toBe('silence');
    expect(ids()).toEqual(applied ? ['a'] : []);
    expect(standIn.requests.all.at(-1)).toMatchObject({
      route: 'upsertRows',
      status: null,
      faults: ['hang'],
    });
    await standIn.close();
    expect(await call).toBe('ended');
    standIn = await startAppwrite();
  });
});

describe('rows that cannot be', () => {
  it('a poisoned one fails every batch that holds it, and no other', async () => {
    standIn.faults.add({ kind: 'poison', table: table.tableId, column: 'seq', equals: 13 });
    const rows = [row('a', { seq: 12 }), row('b', { seq: 13 }), row('c', { seq: 14 })];
    for (const call of [table.upsert(rows), table.create(rows)]) {
      expect(await refusal(call)).toMatchObject({ code: 400, type: 'row_invalid_structure' });
    }
    expect((await table.upsert([rows[0], rows[2]].filter((item) => item !== undefined))).total).toBe(2);
    expect(ids()).toEqual(['a', 'c']);
  });

  it('a missing column fails every row that has it, until it is there', async () => {
    const fault = standIn.faults.add({ kind: 'missing-column', table: table.tableId, column: 'odds' });
    const refused = await refusal(table.upsert([row('a')]));
    expect(refused.type).toBe('row_invalid_structure');
    expect(refused.message).toContain('Unknown attribute: "odds"');
    await fault.clear();
    expect((await table.upsert([row('a')])).total).toBe(1);
  });

  it('a column that was taken away can be made again', async () => {
    const at = { databaseId: 'racing', tableId: table.tableId, key: 'odds' };
    await table.upsert([row('a')]);
    await target.tables.deleteColumn(at);
    expect((await refusal(table.upsert([row('b')]))).message).toContain('"odds"');
    await target.tables.createFloatColumn({ ...at, required: false });
    await expect
      .poll(() =>
        table.upsert([row('b')]).then(
          ({ total }) => total,
          () => 0,
        ),
      )
      .toBe(1);
    expect((await table.get('a')).odds).toBeNull();
  });
});

it.each(['failed', 'stuck'] as const)('columns and indexes can end %s', async (outcome) => {
  standIn.faults.add({ kind: 'schema', outcome, key: 'bad' });
  const at = { databaseId: 'racing', tableId: table.tableId, required: false };
  await target.tables.createBooleanColumn({ ...at, key: 'bad' });
  await target.tables.createBooleanColumn({ ...at, key: 'good' });
  await expect
    .poll(async () => (await target.tables.getColumn({ ...at, key: 'good' })).status)
    .toBe('available');
  expect((await target.tables.getColumn({ ...at, key: 'bad' })).status).toBe(outcome);
  expect((await refusal(tableAt(target, table.tableId).upsert([{ $id: 'a', bad: true }]))).code).toBe(400);
});

it('faults are listed and cleared', async () => {
  const fault: Fault = { kind: 'error', status: 503 };
  const { id } = standIn.faults.add(fault);
  expect((await refusal(table.list())).code).toBe(503);
  expect(standIn.faults.list()).toEqual([{ id, fault, hits: 1 }]);
  await standIn.faults.clear();
  expect(standIn.faults.list()).toEqual([]);
  expect((await table.list()).total).toBe(0);
});
