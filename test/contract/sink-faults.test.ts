import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Change } from '../../src/domain/tables.ts';
import { timestamp } from '../../src/domain/time.ts';
import { openDeadLetters } from '../../src/journal/dead-letter-box.ts';
import type { Journal } from '../../src/journal/journal.ts';
import type { Fault } from '../support/appwrite/standin.ts';
import { differences, insert, makeSchema, sinkWorld, uuid } from '../support/sink.ts';
import type { SinkWorld } from '../support/sink.ts';

const race = uuid(1);
const made = ['races', 'entrants', 'odds_history', 'money_flow_history'] as const;
const begin = Date.parse('2026-02-28T03:00:00Z');

/** A race with its entrants, some of which change, and a history; the same for the same number. */
function pollOf(number: number): Change[] {
  const times = {
    source_time: timestamp(begin + number * 1000),
    observed_at: timestamp(begin + number * 1000),
  };
  return [
    insert('races', { race_id: race, distance: number, ...{ source_time: times.source_time } }),
    ...[1, 2, 3].map((runner) =>
      insert('entrants', {
        entrant_id: uuid(10 + runner),
        race_id: race,
        fixed_win: number % 2 === 0 ? 0 : null,
        source_time: times.source_time,
      }),
    ),
    ...[1, 2, 3, 4].map((runner) =>
      insert('odds_history', {
        id: `${String(number).padStart(30, '0')}0${runner}`,
        race_id: race,
        entrant_id: uuid(10 + runner),
        kind: number === 25 && runner === 2 ? 'poisoned' : 'fixed_win',
        odds: (100 + number) / 100,
        ...times,
      }),
    ),
    insert('money_flow_history', { id: `${String(number).padStart(31, '0')}a`, race_id: race, ...times }),
  ];
}

const polls = 40;

/** Commits most of the polls at once, and the others while rows are delivered. */
async function record(journal: Journal): Promise<void> {
  const all = Array.from({ length: polls }, (_, number) => pollOf(number));
  journal.commit(all.slice(0, -10).flat());
  for (const poll of all.slice(-10)) {
    journal.commit(poll);
    await wait(2);
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await wait(10);
}

function deadLetters({ journal }: SinkWorld): string[] {
  const box = openDeadLetters(journal.file);
  try {
    return box.list().map(({ table, rowKey }) => `${table} ${rowKey}`);
  } finally {
    box.close();
  }
}

function reasons({ told }: SinkWorld): unknown[] {
  return told.filter(({ event }) => event === 'sink.paused').map(({ fields }) => fields.reason);
}

function expectAllThere(world: SinkWorld): void {
  expect(differences(world.journal, world.server, made)).toEqual([]);
  for (const table of ['odds_history', 'money_flow_history']) {
    expect(world.server.ledger.repeated(table)).toEqual([]);
  }
}

describe('an Appwrite that fails and recovers', () => {
  it.each<[string, Fault, { timeoutMs?: number }]>([
    ['is down for ten minutes', { kind: 'down', ms: 600 }, {}],
    ['resets every connection for ten minutes', { kind: 'down', mode: 'reset', ms: 600 }, {}],
    ['is slow', { kind: 'slow', ms: 120 }, {}],
    ['answers 429', { kind: 'rate-limit', times: 4 }, {}],
    ['answers 429 behind a proxy that says how long', { kind: 'rate-limit', retryAfter: 100, times: 2 }, {}],
    ['answers 500 to every third request', { kind: 'error', every: 3 }, {}],
    ['answers with a page of its proxy', { kind: 'html', every: 2 }, {}],
    ['resets before it does anything', { kind: 'reset', every: 2 }, {}],
    ['resets after it has applied the write', { kind: 'reset', applied: true, every: 2 }, {}],
    ['never answers', { kind: 'hang', times: 2 }, { timeoutMs: 700 }],
    [
      'never answers, and has applied the write',
      { kind: 'hang', applied: true, times: 2 },
      { timeoutMs: 700 },
    ],
  ])('and %s has every row once afterwards', async (_, fault, options) => {
    const world = await sinkWorld({ made });
    const { journal, server, deliver, connect } = world;
    const sink = deliver({ appwrite: connect(options), batchRows: 30 });
    const met = server.faults.add(fault);
    await record(journal);
    expect(await sink.flush(500_000)).toBe(true);
    expectAllThere(world);
    expect(fault.kind === 'down' || met.hits > 0).toBe(true);
    expect(deadLetters(world)).toEqual([]);
  });
});

describe('a row that Appwrite refuses', () => {
  it('is given up with the reason, and the others arrive', async () => {
    const world = await sinkWorld({ made });
    const { journal, server, deliver, told } = world;
    server.faults.add({ kind: 'poison', table: 'odds_history', column: 'kind', equals: 'poisoned' });
    await record(journal);
    expect(await deliver().flush(500_000)).toBe(true);
    const key = `${'25'.padStart(30, '0')}02`;
    expect(differences(journal, server, made)).toEqual([`odds_history ${key} is not there`]);
    expect(deadLetters(world)).toEqual([`odds_history ${key}`]);
    expect(told.filter(({ event }) => event === 'sink.dead_letter').map(({ fields }) => fields)).toEqual([
      {
        sink: 'appwrite',
        table: 'odds_history',
        row: key,
        reason: expect.stringContaining('Attribute "kind" has invalid type.') as string,
      },
    ]);
    // Halving a page of 100 rows down to one takes seven requests more, and as many for the other halves.
    expect(server.requests.count({ table: 'odds_history', status: 400 })).toBeLessThanOrEqual(8);
  });

  it('holds nothing up when many of them follow on one another', async () => {
    const { journal, server, deliver, ...world } = await sinkWorld({ made });
    server.faults.add({ kind: 'poison', table: 'odds_history', column: 'kind', equals: 'poisoned' });
    const rows = Array.from({ length: 300 }, (_, number) =>
      insert('odds_history', {
        id: String(number).padStart(32, '0'),
        kind: number % 100 < 25 ? 'poisoned' : 'fixed_win',
      }),
    );
    journal.commit(rows);
    expect(await deliver().flush(500_000)).toBe(true);
    expect(server.rows('odds_history')).toHaveLength(225);
    expect(deadLetters({ journal, server, deliver, ...world })).toHaveLength(75);
  });

  it('is not even sent when its id or a text cannot be stored', async () => {
    const world = await sinkWorld({ made });
    const { journal, server, deliver } = world;
    journal.commit([
      insert('races', { race_id: 'a:b' }),
      insert('races', { race_id: 'x'.repeat(40) }),
      insert('races', { race_id: uuid(2), name: 'n'.repeat(256) }),
      insert('races', { race_id: uuid(3), name: '🐎'.repeat(255) }),
    ]);
    await deliver().flush(500_000);
    expect(deadLetters(world)).toEqual(['races a:b', `races ${'x'.repeat(40)}`, `races ${uuid(2)}`]);
    expect(server.rows('races').map(({ $id }) => $id)).toEqual([uuid(3)]);
    expect(server.requests.count({ table: 'races', status: 400 })).toBe(0);
  });
});

describe('a table that takes no row', () => {
  it('is left alone until it does; the others go on, nothing is given up', async () => {
    const world = await sinkWorld({ made });
    const { journal, server, deliver, told } = world;
    const missing = server.faults.add({ kind: 'missing-column', table: 'entrants', column: 'jockey' });
    const sink = deliver();
    await record(journal);
    const late = sink.flush(500_000);
    await until(() => server.rows('odds_history').length === polls * 4);
    expect(server.rows('entrants')).toEqual([]);
    await missing.clear();
    expect(await late).toBe(true);
    expectAllThere(world);
    expect(deadLetters(world)).toEqual([]);
    expect(reasons(world)).toContain('The table has no column jockey: add it with "oddstream schema push".');
    expect(told.at(-1)?.event).toBe('sink.delivered');
  });

  it('is found by the server’s own limit of rows', async () => {
    const world = await sinkWorld({ made, rowsPerRequest: 20 });
    await record(world.journal);
    expect(await world.deliver().flush(500_000)).toBe(true);
    expectAllThere(world);
    expect(world.server.requests.count({ status: 400 })).toBeLessThanOrEqual(3);
  });
});

describe('a sink that needs somebody’s hand', () => {
  it('says once what to do, tries slowly, and goes on when it is done', async () => {
    const world = await sinkWorld({ made: [] });
    const { journal, deliver, connect, server, told } = world;
    const sink = deliver();
    const from = world.scheduler.now();
    await record(journal);
    await until(() => server.requests.count({ route: 'upsertRows' }) > 1);
    expect(reasons(world)).toEqual([
      'Database with the requested ID \'racing\' could not be found: check APPWRITE_DATABASE_ID, and that APPWRITE_API_KEY is a key of the project APPWRITE_PROJECT_ID; or make the database with "oddstream schema push".',
    ]);
    // Every five minutes of its clock, with chance in it, by two at once.
    const most = 4 + (2 * (world.scheduler.now() - from)) / 240_000;
    expect(server.requests.count({ route: 'upsertRows' })).toBeLessThanOrEqual(most);
    await makeSchema(connect(), made);
    expect(await sink.flush(500_000)).toBe(true);
    expectAllThere(world);
    expect(told.map(({ event }) => event)).toContain('sink.resumed');
    expect(deadLetters(world)).toEqual([]);
  });

  it.each([
    ['a wrong key', () => 'standard_wrong', /check APPWRITE_API_KEY/],
    [
      'a key without the scope',
      ({ server }: SinkWorld) => server.addKey(['rows.read']),
      /rows\.write.*give the API key the scopes rows\.read and rows\.write\.$/,
    ],
  ] as const)('tells %s, and gives no row up', async (_, keyOf, reason) => {
    const world = await sinkWorld({ made });
    const { journal, deliver, connect, told } = world;
    const key = keyOf(world);
    const paused = deliver({ appwrite: connect({ key }) });
    await record(journal);
    await until(() => reasons(world).length > 0);
    // It is tried again every 0.3 s here, and not told again.
    await wait(400);
    expect(reasons(world)).toEqual([expect.stringMatching(reason)]);
    expect(JSON.stringify(told)).not.toContain(key);
    await paused.stop(100);
    expect(await deliver().flush(500_000)).toBe(true);
    expectAllThere(world);
    expect(deadLetters(world)).toEqual([]);
  });

  it('delivers with a key that may write and not read', async () => {
    const world = await sinkWorld({ made });
    const { journal, deliver, connect, server } = world;
    server.faults.add({ kind: 'reset', applied: true, times: 1 });
    await record(journal);
    const sink = deliver({ appwrite: connect({ key: server.addKey(['rows.write']) }) });
    expect(await sink.flush(500_000)).toBe(true);
    expectAllThere(world);
  });
});
