import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { rowId } from '../../src/domain/ids.ts';
import type { KeyPart } from '../../src/domain/ids.ts';
import type { Change, TableName } from '../../src/domain/tables.ts';
import { AppwriteError } from '../../src/sinks/appwrite/errors.ts';
import { readBack, wantsReadBack } from '../../src/sinks/appwrite/read-back.ts';
import { allTables } from '../../src/sinks/appwrite/selection.ts';
import { partsOf } from '../../src/sinks/appwrite/sink.ts';
import { openJournal } from '../../src/journal/journal.ts';
import type { Journal } from '../../src/journal/journal.ts';
import { temporaryDirectory } from '../support/process.ts';
import { insert, sinkWorld, uuid } from '../support/sink.ts';
import type { SinkWorld } from '../support/sink.ts';

const now = Date.parse('2026-02-28T04:00:00Z');
const selection = allTables();
const options = { selection, now, mostMs: 5_000 };

/** A journal on another disk. */
function newDisk(): Journal {
  const directory = temporaryDirectory();
  const journal = openJournal(join(directory.path, 'j.db'), {
    source: { kind: 'recording' },
    now: () => now,
  });
  onTestFinished(() => {
    journal.close();
    directory.remove();
  });
  return journal;
}

const at = (minute: number): string => new Date(now - 3_600_000 + minute * 60_000).toISOString();

/** What a history row's id stands for. */
const naturalKeys: Partial<Record<TableName, readonly string[]>> = {
  odds_history: ['entrant_id', 'kind', 'source_time', 'odds', 'basis'],
  money_flow_history: ['race_id', 'entrant_id', 'source_time', 'hold_percentage', 'bet_percentage'],
  pool_history: ['race_id', 'product', 'source_time', 'total', 'status'],
  bets: ['race_id', 'list', 'placed_at', 'title', 'description', 'stake', 'odds', 'legs'],
  gaps: ['race_id', 'entrant_id', 'from_time', 'reason'],
  polls: ['race_id', 'started_at'],
};

function withItsId(change: Change): Change {
  const key = naturalKeys[change.table];
  if (key === undefined || !('row' in change)) return change;
  const row = change.row as unknown as Record<string, KeyPart>;
  return {
    ...change,
    row: { ...row, id: rowId(...key.map((name) => row[name] ?? null)) },
  } as unknown as Change;
}

/** A race as it stands after some polls, with more history than its baseline needs. */
function raceOf(number: number, settled: string | null = null): Change[] {
  const race = uuid(number);
  const ids = { race_id: race, entrant_id: uuid(100 + number) };
  const changes = [
    insert('meetings', { meeting_id: uuid(900), name: 'Ōtaki', date: '2026-02-28' }),
    insert('races', {
      ...{ race_id: race, meeting_id: uuid(900), status: settled === null ? 'Open' : 'Final' },
      ...{ advertised_start: at(70), settled_at: settled, source_time: at(30), raw_extra: '{"tips":[]}' },
    }),
    insert('entrants', {
      ...ids,
      ...{
        in_field: true,
        fixed_win: 3,
        fixed_place: 1.5,
        pool_win: 4,
        hold_percentage: 20,
        bet_percentage: 10,
      },
      source_time: at(30),
    }),
    insert('form', { ...ids, form: '["1","2"]', source_time: at(10) }),
    ...[10, 20, 30].flatMap((minute) => [
      insert('odds_history', {
        ...{ ...ids, kind: 'fixed_win', odds: minute / 10 },
        ...{ source_time: at(minute), observed_at: at(minute) },
      }),
      insert('odds_history', {
        ...{ ...ids, kind: 'fixed_place', odds: minute / 20 },
        ...{ source_time: at(minute), observed_at: at(minute) },
      }),
      insert('money_flow_history', {
        ...{ ...ids, hold_percentage: minute - 10, bet_percentage: 10 },
        ...{ source_time: at(minute), observed_at: at(minute) },
      }),
      insert('money_flow_history', {
        ...{ race_id: race, entrant_id: null, hold_percentage: minute },
        ...{ source_time: at(minute), observed_at: at(minute) },
      }),
      insert('pool_history', {
        ...{ race_id: race, product: 'Win', total: minute, status: 'OPEN' },
        ...{ source_time: at(minute), observed_at: at(minute) },
      }),
    ]),
    insert('bets', { race_id: race, observed_at: at(10) }),
    insert('gaps', { race_id: race, from_time: at(25) }),
    insert('polls', {
      ...{ race_id: race, started_at: at(31), outcome: 'unchanged', source_time: at(31) },
    }),
  ];
  return changes.map(withItsId);
}

async function delivered(changes: readonly Change[]): Promise<SinkWorld> {
  const world = await sinkWorld();
  world.journal.commit(changes);
  expect(await world.deliver().flush(500_000)).toBe(true);
  return world;
}

describe('a new journal', () => {
  it('gets the baseline that the old one has, but for the time of an unchanged poll', async () => {
    const { journal, connect } = await delivered([...raceOf(1), ...raceOf(2)]);
    const fresh = newDisk();
    expect(wantsReadBack(fresh)).toBe(true);
    const appwrite = connect();
    const { races, rows } = await readBack(appwrite, fresh, options);
    await appwrite.close();
    expect(races).toBe(2);
    expect(rows).toBe(1 + 2 * 13);
    for (const race of [uuid(1), uuid(2)]) {
      const old = journal.baseline(race);
      const read = fresh.baseline(race);
      // The pool's price was never recorded: with a disk the next poll finds nothing, here it records it.
      const [entrant] = [...old.entrants.values()];
      const expected = {
        ...entrant,
        prices: { ...entrant?.prices, pool_win: null },
        digest: expect.any(String) as string,
      };
      expect(read).toEqual({
        ...old,
        generatedAt: Date.parse(at(30)),
        entrants: new Map([[[...old.entrants.keys()][0], expected]]),
      });
      expect(fresh.lastGoodPollAt(race)).toBe(Date.parse(at(30)));
      expect(fresh.openGap(race)).toEqual(journal.openGap(race));
    }
    expect(fresh.meetingDigests()).toEqual(journal.meetingDigests());
    expect(wantsReadBack(fresh)).toBe(false);
  });

  it('delivers nothing of what it read, and everything after it', async () => {
    const { journal, connect } = await delivered(raceOf(1));
    const fresh = newDisk();
    const appwrite = connect();
    await readBack(appwrite, fresh, options);
    await appwrite.close();
    const followed = fresh.followed('appwrite');
    expect(followed.lag(partsOf(selection)).rows).toBe(0);
    fresh.commit([insert('races', { race_id: uuid(1), source_time: at(40), raw_extra: '{}' })]);
    const [row] = followed.page({ table: 'races', kinds: null }, 10).rows;
    const [before] = journal.followed('x').page({ table: 'races', kinds: null }, 10).rows;
    expect(Number(row?.seq)).toBeGreaterThan(Number(before?.seq));
  });

  it('knows the races that are settled, and needs no more of them', async () => {
    const { connect } = await delivered([...raceOf(1, at(50)), ...raceOf(2)]);
    const fresh = newDisk();
    const appwrite = connect();
    expect(await readBack(appwrite, fresh, options)).toMatchObject({ races: 1 });
    await appwrite.close();
    expect(fresh.isSettled(uuid(1))).toBe(true);
    expect(fresh.baseline(uuid(1)).entrants.size).toBe(0);
    expect(fresh.counts().races).toBe(2);
  });

  it('begins with nothing when there is no database yet', async () => {
    const { connect } = await sinkWorld({ made: [] });
    const fresh = newDisk();
    const appwrite = connect();
    expect(await readBack(appwrite, fresh, options)).toEqual({ races: 0, rows: 0 });
    await appwrite.close();
  });

  it('gives up when Appwrite cannot be read in time, and does not try again', async () => {
    const { connect, server } = await delivered(raceOf(1));
    server.faults.add({ kind: 'error' });
    const fresh = newDisk();
    const appwrite = connect();
    const failed = await readBack(appwrite, fresh, { ...options, mostMs: 800 }).catch(
      (error: unknown) => error,
    );
    await appwrite.close();
    expect(failed).toBeInstanceOf(AppwriteError);
    fresh.commit(raceOf(3));
    expect(wantsReadBack(fresh)).toBe(false);
  });

  it.each([
    [{ kind: 'hang' }, /^GET \S+ had no answer in time \(TimeoutError\)\.$/],
    [{ kind: 'rate-limit', retryAfter: 3_600 }, /^GET \S+ was answered with 429/],
    [{ kind: 'hang', skip: 3 }, /^GET \S+ had no answer in time \(TimeoutError\)\.$/],
  ] as const)('gives up an Appwrite that gives nothing any more: %o', async (fault, reason) => {
    const { connect, server } = await delivered(raceOf(1));
    server.faults.add(fault);
    const fresh = newDisk();
    const appwrite = connect();
    const hourMs = 3_600_000;
    const failed = readBack(appwrite, fresh, { ...options, mostMs: hourMs, idleMs: 1_000 });
    await expect(failed).rejects.toThrow(reason);
    await appwrite.close();
    fresh.commit(raceOf(3));
    expect(wantsReadBack(fresh)).toBe(false);
  });

  it('is read again when the first time was cut off', async () => {
    const { connect } = await delivered([...raceOf(1), ...raceOf(2)]);
    const fresh = newDisk();
    fresh.setMeta('read_back', 'under way');
    fresh.restore([{ table: 'form', rows: [] }]);
    fresh.commit([insert('meetings', { meeting_id: uuid(901) })]);
    expect(wantsReadBack(fresh)).toBe(true);
    const appwrite = connect();
    const there = (): number => Object.values(fresh.counts()).reduce((sum, count) => sum + count, 0);
    const before = there();
    const { races, rows } = await readBack(appwrite, fresh, options);
    expect({ races, rows }).toEqual({ races: 2, rows: there() - before });
    expect(wantsReadBack(fresh)).toBe(false);
    // What is there already is not counted again.
    fresh.setMeta('read_back', 'under way');
    expect(await readBack(appwrite, fresh, options)).toEqual({ races: 2, rows: 0 });
    await appwrite.close();
  });
});
