import { describe, expect, it } from 'vitest';
import { tables } from '../../src/domain/tables.ts';
import { allTables } from '../../src/sinks/appwrite/selection.ts';
import type { AppwriteStandIn } from '../support/appwrite/standin.ts';
import { database, feedVariables, functionWorld } from '../support/function-world.ts';
import { serveFeed } from '../support/function.ts';
import type { FeedAnswer } from '../support/function.ts';
import { search } from '../support/leak-marks.ts';
import { oddstream } from '../support/process.ts';
import { databaseId } from '../support/sink.ts';

/* The bundled function, called as Appwrite's runtime calls it. */

const { directory, feed, execute, said } = functionWorld();
const delivered = allTables().map(({ table }) => table.id);
const history = delivered.filter((table) => tables[table].kind === 'history' && table !== 'imports');

/** What a table holds, without what differs between two recorders of the same answers. */
function rowsOf(server: AppwriteStandIn, table: (typeof delivered)[number]): object[] {
  const own = new Set([
    'seq',
    'observedAt',
    'startedAt',
    'finishedAt',
    'endedAt',
    '$sequence',
    '$createdAt',
    '$updatedAt',
  ]);
  const rows = server.rows(table).map((row) => Object.entries(row).filter(([name]) => !own.has(name)));
  return rows
    .map((cells) =>
      Object.fromEntries(table === 'imports' ? cells.filter(([name]) => name !== '$id') : cells),
    )
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

/** History rows whose value is that of the row before them: where the time line has no late entries, none may be. */
function repeatedValues(server: AppwriteStandIn): string[] {
  const told = new Map<string, string>();
  const repeated: string[] = [];
  const look = (table: (typeof history)[number], key: string[], value: string[]): void => {
    const of = (row: object, names: string[]): string =>
      names.map((name) => JSON.stringify((row as Record<string, unknown>)[name] ?? null)).join('|');
    for (const row of server.rows(table).sort((a, b) => Number(a.seq) - Number(b.seq))) {
      if (row.kind === 'fixed_win') continue;
      const [id, now] = [`${table} ${of(row, key)}`, of(row, value)];
      if (told.get(id) === now) repeated.push(`${id}: ${now}`);
      told.set(id, now);
    }
  };
  look('odds_history', ['entrantId', 'kind'], ['odds']);
  look('money_flow_history', ['raceId', 'entrantId'], ['holdPercentage', 'betPercentage']);
  look('pool_history', ['raceId', 'product', 'legs'], ['total', 'status']);
  look('race_events', ['raceId', 'entrantId', 'kind'], ['value']);
  look('race_results', ['raceId'], ['status', 'placings', 'dividends']);
  look('bets', ['raceId', 'list', 'title', 'description', 'stake', 'odds', 'placedAt', 'legs'], []);
  return repeated;
}

describe('the daily import as a function', () => {
  it('brings what the import of the container brings', async () => {
    // Both are given the same answers.
    const answers = new Map<string, Promise<FeedAnswer>>();
    const same = await serveFeed(feed(), (path, ask) => {
      const answer = answers.get(path) ?? ask();
      answers.set(path, answer);
      return answer;
    });
    const [server, container] = [await database(), await database()];
    const executed = await execute(server, same.url);
    expect(executed).toMatchObject({ statusCode: 200, errors: [] });
    const { endpoint, projectId, key } = container;
    const imported = await oddstream(['import', '--db', `${directory}/container.db`], {
      cwd: directory,
      env: {
        ...feedVariables(same.url),
        APPWRITE_DATABASE_ID: databaseId,
        APPWRITE_ENDPOINT: endpoint,
        APPWRITE_PROJECT_ID: projectId,
        APPWRITE_API_KEY: key,
      },
    });
    expect(imported).toMatchObject({ code: 0, stderr: '' });
    for (const table of delivered)
      expect([table, rowsOf(server, table)]).toEqual([table, rowsOf(container, table)]);
    expect(server.rows('odds_history').length).toBeGreaterThan(100);
    expect(server.rows('meetings').length).toBeGreaterThan(1);
    expect(JSON.parse(executed.body)).toMatchObject({
      races: server.rows('races').length,
      failures: [],
      problems: [],
    });
    expect(executed.logs.join('\n')).toContain('"event":"import.finished"');
  });

  it('repeats nothing when it runs again', async () => {
    const server = await database();
    const first = await execute(server, feed());
    const before = new Map(history.map((table) => [table, server.rows(table).length]));
    const second = await execute(server, feed());
    expect([first.statusCode, second.statusCode]).toEqual([200, 200]);
    expect(repeatedValues(server)).toEqual([]);
    for (const table of history.filter((name) => name !== 'gaps')) {
      expect(server.ledger.repeated(table)).toEqual([]);
      // The market goes on between the two: where there are few rows, their values alone tell.
      const count = before.get(table) ?? 0;
      if (count > 20) expect(server.rows(table).length).toBeLessThan(2 * count);
    }
    expect([...before.values()].filter((count) => count > 20).length).toBeGreaterThan(3);
    expect(server.rows('imports')).toHaveLength(2);
    expect(second.logs.join('\n')).toMatch(/"event":"sink.read_back",.*"races":[1-9]/);
  });

  it('shows no credential', () => {
    expect(said.length).toBeGreaterThanOrEqual(3);
    expect(search(said)).toEqual([]);
  });
});
