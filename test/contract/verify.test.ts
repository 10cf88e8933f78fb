import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSimulator } from '../../src/app/open-feed.ts';
import { logEvents } from '../../src/domain/log-events.ts';
import type { LogEventName } from '../../src/domain/log-events.ts';
import { nzDay } from '../../src/sinks/files/nz-day.ts';
import { openReader } from '../../src/journal/reader.ts';
import { startSimulatorServer } from '../../src/sources/simulator/server.ts';
import type { SimulatorOptions } from '../../src/sources/simulator/server.ts';
import { RequestBudget } from '../../src/streams/budget.ts';
import { feedOf } from '../../src/streams/feed.ts';
import { storedRaces } from '../../src/app/verify/stored.ts';
import { countsOf, summaryOf } from '../../src/app/verify/summary.ts';
import { verifyDay } from '../../src/app/verify/verify.ts';
import type { Finding } from '../../src/app/verify/verify.ts';
import { serve } from '../support/http.ts';
import { oddstream, start, temporaryDirectory } from '../support/process.ts';

const date = '2026-03-10';
const directory = temporaryDirectory();
const file = (name: string): string => join(directory.path, name);
const db = file('recorded.db');

/** Of this market no result is amended and no card abandoned on these days. */
const market: SimulatorOptions = {
  ...{ seed: 3, racesPerDay: 24, speed: 60, port: 0 },
  origin: { real: Date.now(), simulated: Date.parse(`${date}T05:52:00Z`) },
};
/** Races of the date that have ended before. */
const ended = 18;
let feed: { url: string; close(): Promise<void> };

/** Races are settled a second after they were first seen Final. */
const env = { ODDSTREAM_CADENCE: '{"final_reads_s":[1],"abandoned_reads_s":[1]}' };

beforeAll(async () => {
  feed = await startSimulatorServer(market);
  const service = start(['run', '--simulator', feed.url, '--db', db], { env });
  await service.says('import.finished');
  while (service.printed().split('race.settled').length <= ended) await wait(50);
  service.child.kill('SIGTERM');
  await service.ended;
});

afterAll(async () => {
  await feed.close();
  directory.remove();
});

/** Verifies a date in this process. */
async function find(journal: string, url = feed.url): Promise<Finding[]> {
  const day = nzDay(date);
  if (day === null) throw new RangeError(date);
  const opened = await openSimulator({ simulator: url, leastDeadlineMs: 5_000 }, null);
  const { source, scheduler, limits, deadlineMs } = opened;
  const reader = openReader(journal);
  try {
    const context = {
      ...{ feed: feedOf(source), stored: storedRaces(reader), scheduler, deadlineMs },
      budget: new RequestBudget(limits, scheduler),
      countries: new Set(['NZ', 'AUS']),
      categories: new Set(['T', 'H', 'G']),
      log: () => undefined,
      random: () => 0,
    };
    return await lastValueFrom(verifyDay(day, context).pipe(toArray()), { defaultValue: [] });
  } finally {
    reader.close();
    await opened.close();
  }
}

/** Ids of the date's races that are settled, or of those that are not. */
function racesOf(journal: string, settled: 'NULL' | 'NOT NULL'): string[] {
  const reader = new DatabaseSync(journal, { readOnly: true });
  const rows = reader
    .prepare(
      `SELECT race_id FROM races JOIN meetings USING (meeting_id)
    WHERE settled_at IS ${settled} AND date = '${date}' ORDER BY race_id`,
    )
    .all();
  reader.close();
  return rows.map(({ race_id }) => String(race_id));
}

let copies = 0;

/** A copy of the journal in which something was changed; `$settled` and `$live` stand for the id of a race. */
function tampered(sql: string): string {
  const copy = file(`copy-${++copies}.db`);
  copyFileSync(db, copy);
  const changed = new DatabaseSync(copy);
  const [settled = ''] = racesOf(db, 'NOT NULL');
  const [live = ''] = racesOf(db, 'NULL');
  changed.exec(sql.replaceAll('$settled', `'${settled}'`).replaceAll('$live', `'${live}'`));
  changed.close();
  return copy;
}

function differences(findings: readonly Finding[], settled: boolean) {
  const found = findings.filter((finding) => finding.kind === 'difference');
  return found.filter((finding) => finding.settled === settled).map(({ difference }) => difference);
}

function linesOf(stdout: string): Record<string, unknown>[] {
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('oddstream verify', () => {
  it('agrees with a feed that was recorded, tells what has moved since, and changes nothing', async () => {
    const before = readFileSync(db);
    const { code, stdout, stderr } = await oddstream(['verify', '--db', db, '--simulator', feed.url]);
    const lines = linesOf(stdout);
    const wrong = lines.filter(({ event }) => event === 'verify.difference' || event === 'verify.failed');
    expect({ code, stderr, wrong }).toEqual({ code: 0, stderr: '', wrong: [] });
    for (const line of lines) {
      const fields = Object.entries(line).filter(([name]) => !['level', 'time', 'event'].includes(name));
      const parsed = logEvents[line.event as LogEventName].safeParse(Object.fromEntries(fields));
      expect(parsed.error).toBeUndefined();
    }
    const finished = lines.at(-1);
    expect(finished).toMatchObject({ event: 'verify.finished', dates: [date, '2026-03-11'], races: 48 });
    expect(finished).toMatchObject({ differences: 0, failed: 0 });
    expect(finished?.settled).toBeGreaterThan(10);
    expect(finished?.moved).toBeGreaterThan(10);
    const moved = lines.filter(({ event }) => event === 'verify.moved').map(({ field }) => field);
    expect(moved).toEqual(expect.arrayContaining(['odds_history.pool_win', 'pool_history.Win.total']));
    expect(readFileSync(db).equals(before)).toBe(true);
  });

  it('tells what does not agree, with exit code 1', async () => {
    const copy = tampered('UPDATE races SET distance = 1 WHERE race_id = $settled');
    const args = ['verify', '--db', copy, '--simulator', feed.url, '--date', date];
    const { code, stdout } = await oddstream(args);
    expect(code).toBe(1);
    const told = linesOf(stdout).filter(({ event }) => event === 'verify.difference');
    expect(told).toHaveLength(1);
    expect(told[0]).toMatchObject({ entrant_id: null, field: 'races.distance', stored: 1 });
    expect(told[0]?.served).toBeGreaterThan(100);
    expect(linesOf(stdout).at(-1)).toMatchObject({ dates: [date], races: 24, differences: 1 });
  });

  it('waits for a simulator that takes its time, however fast its clock runs', async () => {
    const { url } = await serve((request, response) => {
      void wait(800)
        .then(() => fetch(`${feed.url}${request.url ?? ''}`))
        .then(async ({ status, headers, body }) => {
          const type = headers.get('content-type') ?? 'application/json';
          response.writeHead(status, { 'content-type': type }).end(body === null ? '' : await text(body));
        });
    });
    const args = ['verify', '--db', db, '--simulator', url, '--date', date];
    const { code, stdout } = await oddstream(args);
    const lines = linesOf(stdout);
    expect(lines.filter(({ event }) => event === 'verify.failed')).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ dates: [date], races: 24, differences: 0, failed: 0 });
    expect(code).toBe(0);
  });

  it('works beside a recorder that writes', async () => {
    const copy = tampered('SELECT 1');
    const service = start(['run', '--simulator', feed.url, '--db', copy], { env });
    await service.says('import.finished');
    const findings = await find(copy);
    service.child.kill('SIGTERM');
    expect((await service.ended).code).toBe(0);
    expect(differences(findings, true)).toEqual([]);
    expect(countsOf(findings)).toMatchObject({ races: 24, failed: 0 });
  });

  it.each([
    ['no journal', ['--db', file('none.db')], 1, /there is no journal/],
    ['a date that is none', ['--date', '2026-02-30'], 2, /not in the calendar/],
  ])('refuses %s', async (_what, args, expected, sentence) => {
    const { code, stderr } = await oddstream(['verify', '--db', db, '--simulator', feed.url, ...args]);
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(expected);
  });

  it('refuses a journal of another feed', async () => {
    const other = await startSimulatorServer({ ...market, seed: 4 });
    const { code, stderr } = await oddstream(['verify', '--db', db, '--simulator', other.url]);
    await other.close();
    expect(stderr).toMatch(/holds what the simulator with seed 3 .* served/);
    expect(code).toBe(1);
  });
});

/** An entrant whose newest fluctuation was recorded as such, and is served for ever. */
const newestFluctuation = `SELECT odds_history.seq FROM odds_history JOIN entrants USING (entrant_id)
  WHERE odds_history.race_id = $settled AND basis = 'fluctuation'
  AND odds_history.source_time = last_fluctuation_at`;

describe('a settled race that was recorded otherwise', () => {
  /** Each in a race of its own, all in one journal. */
  const cases: readonly (readonly [what: string, sql: string, field: RegExp])[] = [
    ['a column of the race', 'UPDATE races SET name = NULL WHERE race_id = $settled', /^races\.name$/],
    [
      'a served field without a column',
      `UPDATE races SET raw_extra = json_set(raw_extra, '$.form_guide', 'x') WHERE race_id = $settled`,
      /^races\.raw_extra\.form_guide$/,
    ],
    [
      'what only the listing tells',
      `UPDATE races SET tote_start_time = '25:00' WHERE race_id = $settled`,
      /^races\.tote_start_time$/,
    ],
    [
      'columns of entrants',
      `UPDATE entrants SET barrier = 99, is_emergency = 1 WHERE race_id = $settled`,
      /^entrants\.(barrier|is_emergency)$/,
    ],
    [
      'an entrant',
      `DELETE FROM entrants WHERE race_id = $settled AND runner_number = 1`,
      /^(entrants|odds_history\.fixed_win@.*|odds_history\.(fixed|pool)_(win|place)|form\..*)$/,
    ],
    [
      'a price',
      `UPDATE odds_history SET odds = odds + 0.1 WHERE race_id = $settled AND kind = 'fixed_place'`,
      /^odds_history\.fixed_place$/,
    ],
    [
      'prices that were never written',
      `DELETE FROM odds_history WHERE race_id = $settled AND kind = 'pool_win'`,
      /^odds_history\.pool_win$/,
    ],
    [
      'a fluctuation that was never written',
      `DELETE FROM odds_history WHERE seq IN (${newestFluctuation})`,
      /^odds_history\.fixed_win@\d{4}-\d\d-\d\dT/,
    ],
    [
      'money',
      `UPDATE money_flow_history SET hold_percentage = 50 WHERE race_id = $settled AND entrant_id IS NULL`,
      /^money_flow_history\.hold_percentage$/,
    ],
    [
      'pools',
      `UPDATE pool_history SET total = total + 0.01 WHERE race_id = $settled AND product = 'Win'`,
      /^pool_history\.Win\.total$/,
    ],
    [
      'a pool that is not served',
      `UPDATE pool_history SET product = 'Duet' WHERE race_id = $settled AND product = 'Place'`,
      /^pool_history\.(Duet|Place)$/,
    ],
    [
      'a dividend',
      `UPDATE race_results SET dividends = json_set(dividends, '$[0].dividend', 99) WHERE race_id = $settled`,
      /^race_results\.dividends$/,
    ],
    [
      'results',
      'DELETE FROM race_results WHERE race_id = $settled',
      /^race_results\.(status|placings|dividends)$/,
    ],
    ['bets', 'DELETE FROM bets WHERE race_id = $settled', /^bets\.(big|live|biggest)$/],
    ['form', `UPDATE form SET form = json_set(form, '$.spr', -1) WHERE race_id = $settled`, /^form\.spr$/],
    ['a race', 'DELETE FROM races WHERE race_id = $settled', /^races$/],
  ];
  let findings: Finding[] = [];
  let ids: string[] = [];

  beforeAll(async () => {
    ids = racesOf(db, 'NOT NULL');
    const sql = cases.map(([, change], index) => change.replaceAll('$settled', `'${ids[index] ?? ''}'`));
    findings = await find(tampered(sql.join(';\n')));
  });

  it.each(cases.map(([what, , field], index) => [what, field, index] as const))(
    'is listed: %s',
    (_what, field, index) => {
      const own = findings.filter(
        (finding) => finding.kind === 'difference' && finding.race.raceId === ids[index],
      );
      const found = differences(own, true);
      expect(found).not.toEqual([]);
      for (const difference of found) {
        expect(difference.field).toMatch(field);
        expect(difference.stored).not.toEqual(difference.served);
      }
    },
  );

  it('is listed, and no other', () => {
    const listed = findings.filter((finding) => finding.kind === 'difference' && finding.settled);
    const races = new Set(listed.map(({ race }) => race?.raceId));
    expect([...races].toSorted()).toEqual(ids.slice(0, cases.length).toSorted());
    expect(countsOf(findings)).toMatchObject({ differences: listed.length, failed: 0 });
  });

  it('tells results in any order as the same', async () => {
    const reversed = `(SELECT json_group_array(json(value)) FROM
      (SELECT value FROM json_each(dividends) ORDER BY key DESC))`;
    const copy = tampered(`UPDATE race_results SET dividends = ${reversed} WHERE race_id = $settled`);
    expect(differences(await find(copy), true)).toEqual([]);
  });

  it('is not held to a response older than what is stored', async () => {
    const newer = `UPDATE polls SET source_time = '2030-01-01T00:00:00.000Z' WHERE race_id = $settled`;
    const copy = tampered(`UPDATE races SET distance = 1 WHERE race_id = $settled; ${newer}`);
    expect(differences(await find(copy), true)).toEqual([]);
  });
});

describe('a live race', () => {
  it.each([
    ['moved', 'UPDATE races SET distance = 1 WHERE race_id = $live', 'races.distance'],
    ['never fetched', 'DELETE FROM polls WHERE race_id = $live', 'event'],
    ['not stored yet', 'DELETE FROM races WHERE race_id = $live', 'races'],
  ])('is no failure: %s', async (_what, sql, field) => {
    const copy = tampered(sql);
    const findings = await find(copy);
    expect(countsOf(findings)).toMatchObject({ differences: 0, failed: 0 });
    expect(differences(findings, false).map((difference) => difference.field)).toContain(field);
  });
});

describe('what cannot be compared', () => {
  /** A race that the feed does not know, settled, in the meeting of another one. */
  const stranger = `CREATE TEMP TABLE one AS SELECT * FROM races WHERE race_id = $settled;
    UPDATE one SET race_id = 'stranger', seq = 1; INSERT INTO races SELECT * FROM one`;

  it('is named: a race that the feed does not know', async () => {
    const findings = await find(tampered(stranger));
    expect(differences(findings, true)).toEqual([
      { entrantId: null, field: 'listing', stored: 'Final', served: null },
    ]);
    expect(findings.filter(({ kind }) => kind === 'failed')).toMatchObject([
      { race: { raceId: 'stranger' }, reason: 'not_found' },
    ]);
    const summary = summaryOf([date], findings).join('\n');
    expect(summary).toContain('1 could not be compared');
    expect(summary).toMatch(/listing +stored Final, served nothing/);
    expect(summary).toMatch(/Store and source do not agree\.$/);
  });

  it('is no race that is stored as removed from the feed', async () => {
    const removed = `UPDATE races SET status = 'removed_from_feed' WHERE race_id = 'stranger'`;
    const findings = await find(tampered(`${stranger}; ${removed}`));
    expect(countsOf(findings)).toMatchObject({ races: 25, failed: 0 });
    expect(differences(findings, true)).toEqual([]);
  });

  it('is named: a column of JSON that is none', async () => {
    const findings = await find(tampered(`UPDATE races SET raw_extra = '{' WHERE race_id = $settled`));
    expect(findings.filter(({ kind }) => kind === 'failed')).toMatchObject([{ reason: 'damaged' }]);
  });

  it('is named, date and races, when the feed is out of order', async () => {
    const speed = 600;
    const outages = [{ afterMs: 0, durationMs: 1e9 }];
    const broken = await startSimulatorServer({ ...market, speed, faults: { outages } });
    const findings = await find(db, broken.url);
    await broken.close();
    expect(countsOf(findings)).toMatchObject({ races: 0, differences: 0, moved: 0, failed: 25 });
    expect(findings[0]).toMatchObject({ kind: 'failed', race: null, date, reason: 'network' });
  });
});

describe('the summary for a terminal', () => {
  it('names races and runners, and says that all agrees', async () => {
    const findings = await find(db);
    const summary = summaryOf([date], findings).join('\n');
    expect(summary).toMatch(/^2026-03-10: 24 races compared, \d+ of them settled\n/);
    expect(summary).toMatch(/\n {2}2026-03-10T\d\d:\d\dZ .* R\d+ .* \([0-9a-f-]{36}\)\n/);
    expect(summary).toMatch(
      /\n {4}[A-Z][A-Za-z' ]+ odds_history\.\w+(@\S+)? +stored (nothing|[\d.]+), served/,
    );
    expect(summary).toMatch(/\n {4}and \d+ more\n/);
    expect(summary).toMatch(/\nStore and source agree\.$/);
  });
});
