import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tables } from '../../src/domain/tables.ts';
import type { HistoryPage } from '../../src/server/contract/answers.ts';
import type { HistoryPart, RaceList } from '../../src/server/contract/answers.ts';
import * as history from '../../src/server/queries-history.ts';
import * as latest from '../../src/server/queries-latest.ts';
import * as movers from '../../src/server/queries-movers.ts';
import * as races from '../../src/server/queries-races.ts';
import * as runners from '../../src/server/queries-runners.ts';
import * as status from '../../src/server/queries-status.ts';
import * as written from '../../src/server/queries-written.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { temporaryDirectory } from '../support/process.ts';
import { serveJournal } from '../support/serving.ts';
import { insert } from '../support/sink.ts';

/*
 * Pages of a journal that stands still, caching, and what its queries cost.
 */

const directory = temporaryDirectory();
const file = join(directory.path, 'journal.db');
let journal: Journal;

const time = (second: number): string => new Date(Date.UTC(2026, 1, 28, 0, 0, second)).toISOString();

/** Thirty races at ten starts; one with 250 prices, of which some come to light late and many have one time. */
beforeAll(() => {
  journal = openJournal(file, { source: { kind: 'recording' }, now: () => Date.now() });
  const all = Array.from({ length: 30 }, (_, index) =>
    insert('races', { race_id: `r${index}`, status: 'Open', advertised_start: time(60 * (index % 10)) }),
  );
  const ended = [30, 31].map((index) =>
    insert('races', {
      race_id: `r${index}`,
      status: 'Final',
      advertised_start: time(index),
      ended_at: time(index),
    }),
  );
  const prices = Array.from({ length: 250 }, (_, index) =>
    insert('odds_history', {
      id: `o${index}`,
      race_id: 'r1',
      entrant_id: `e${index % 3}`,
      kind: index % 2 === 0 ? 'fixed_win' : 'pool_win',
      basis: 'poll',
      source_time: time(index % 7 === 0 ? 1 : Math.floor(index / 4)),
    }),
  );
  journal.commit([...all, ...ended, ...prices]);
});

afterAll(() => {
  journal.close();
  directory.remove();
});

interface Listed {
  readonly seq: number;
  readonly next: string | null;
}

/** Every page of a list, one after the other. */
async function pages<T extends Listed>(url: string): Promise<T[]> {
  const all: T[] = [];
  let cursor = '';
  do {
    const response = await fetch(`${url}${cursor}`);
    expect(response.status).toBe(200);
    const page = (await response.json()) as T;
    all.push(page);
    cursor = page.next === null ? '' : `&cursor=${page.next}`;
  } while (cursor !== '');
  return all;
}

describe('pages', () => {
  it.each([1, 7, 30, 200])('of %i races are the whole list', async (limit) => {
    const { url } = await serveJournal(file);
    const list = await pages<RaceList>(`${url}/api/races?limit=${limit}`);
    expect(list.slice(0, -1).every(({ races: { length } }) => length === limit)).toBe(true);
    const told = list.flatMap((page) => page.races);
    const order = told.map(({ advertised_start, race_id }) => `${advertised_start} ${race_id}`);
    expect(order).toHaveLength(30);
    expect(order).toEqual([...new Set(order)].sort());
    const ended = await pages<RaceList>(`${url}/api/races?view=ended&limit=${limit}`);
    expect(ended.flatMap((page) => page.races.map(({ race_id }) => race_id))).toEqual(['r31', 'r30']);
  });

  it.each(['', '&kind=fixed_win', '&entrant_id=e1', '&kind=pool_win&entrant_id=e2'])(
    'of prices are the whole history in the order of their times: %s',
    async (filter) => {
      const { url } = await serveJournal(file);
      const whole = await pages<HistoryPage<'odds'>>(`${url}/api/races/r1/odds?limit=2000${filter}`);
      const parts = await pages<HistoryPage<'odds'>>(`${url}/api/races/r1/odds?limit=11${filter}`);
      const rows = whole.flatMap((page) => page.rows);
      expect(whole).toHaveLength(1);
      expect(rows.length).toBeGreaterThan(30);
      expect(parts.flatMap((page) => page.rows)).toEqual(rows);
      const order = rows.map(({ source_time, seq }) => `${source_time} ${seq}`);
      expect(order).toEqual(order.toSorted());
    },
  );
});

describe('caching', () => {
  it('answers 304 while nothing of the answer has changed, whatever else was written', async () => {
    const { url } = await serveJournal(file);
    const ask = async (path: string, etag: string): Promise<Response> =>
      await fetch(`${url}${path}`, { headers: { 'if-none-match': etag }, cache: 'no-store' });
    const path = '/api/races/r2/odds';
    const first = await fetch(`${url}${path}`);
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const etag = first.headers.get('etag') ?? '';
    journal.commit([
      insert('odds_history', { id: 'other', race_id: 'r3', kind: 'fixed_win', basis: 'poll' }),
    ]);
    const second = await ask(path, etag);
    expect([second.status, await second.text()]).toEqual([304, '']);
    journal.commit([insert('odds_history', { id: 'own', race_id: 'r2', kind: 'fixed_win', basis: 'poll' })]);
    const third = await ask(path, etag);
    expect(third.status).toBe(200);
    expect(((await third.json()) as HistoryPage<'odds'>).rows).toHaveLength(1);
    expect(third.headers.get('etag')).not.toBe(etag);
  });
});

describe('the queries', () => {
  const parts = Object.keys(history.views) as HistoryPart[];
  const all: readonly (readonly [string, string])[] = [
    ...parts.map((part) => [part, history.historySql(part, [])] as const),
    ['odds of a kind', history.historySql('odds', ['kind'])],
    ['odds of a runner', history.historySql('odds', ['entrant_id'])],
    ['odds of a runner and kind', history.historySql('odds', ['kind', 'entrant_id'])],
    ['gaps', history.gapsSql(false)],
    ['open gaps', history.gapsSql(true)],
    ['number of open gaps', status.openGapsSql],
    ['newest import', status.newestImportSql],
    ['polls of the last hour', status.recentPollsSql],
    ['next races', races.raceListSql('next')],
    ['ended races', races.raceListSql('ended')],
    ['a race', races.raceSql],
    ['races written', races.racesWrittenSql],
    ['runners', runners.runnersOfRaceSql],
    ['runners written', runners.runnersWrittenSql],
    ['newest pools', latest.latestPoolsSql],
    ['newest result', latest.latestResultSql],
    ['movers', movers.moversSql],
    ['money against price', movers.heldSql],
    ['newest number', written.newestSeqSql],
    ['numbers after one', written.numbersSql],
    ['rows after a number', written.behindSql],
    ...Object.values(history.views).map(
      (view) => [`${view.table} written`, written.viewWrittenSql(view)] as const,
    ),
  ];

  /** Whole tables that a query goes through; the index of open gaps holds few. */
  function scans(sql: string): string[] {
    const db = new DatabaseSync(file, { readOnly: true });
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all();
    db.close();
    const names = Object.keys(tables).join('|');
    const whole = new RegExp(`^SCAN (?:${names}|newest)\\b(?!.*gaps_open)`);
    return plan.map(({ detail }) => String(detail)).filter((detail) => whole.test(detail));
  }

  it('would be noticed to go through a whole table', () => {
    expect(scans('SELECT count(*) FROM polls WHERE outcome = ?')).not.toEqual([]);
  });

  it.each(all)('%s: by an index, never through a whole table', (_, sql) => {
    expect(scans(sql)).toEqual([]);
  });
});
