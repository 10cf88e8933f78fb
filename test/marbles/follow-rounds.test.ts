import { EMPTY, catchError, concatMap, defer, ignoreElements, interval, map, merge, of, take } from 'rxjs';
import { tap } from 'rxjs';
import type { Observable, SchedulerLike } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { TableName } from '../../src/domain/tables.ts';
import type { RoundsContext } from '../../src/sinks/appwrite/rounds.ts';
import { Rounds } from '../../src/sinks/appwrite/rounds.ts';
import type { StoredRow } from '../../src/journal/rows.ts';
import { marbles } from '../support/marbles.ts';
import { callError, followedOf, outletOf, selected, storedRow } from '../support/sink-memory.ts';

type Answer = (table: string, ids: readonly string[]) => Observable<ReadonlySet<string>>;

function setUp(
  rows: Partial<Record<TableName, readonly StoredRow[]>>,
  answer: Answer,
  scheduler: SchedulerLike,
  changes: Partial<RoundsContext> = {},
) {
  const told: string[] = [];
  const journal = followedOf(rows);
  const { outlet, asked } = outletOf(answer);
  const rounds = new Rounds({
    outlet,
    followed: journal.followed,
    selection: selected('meetings', 'races', 'odds_history', 'money_flow_history', 'bets'),
    batchRows: 2,
    inFlight: 2,
    lingerMs: 0,
    scheduler,
    onRefused: (table, { outgoing }) => told.push(`refused ${table} ${outgoing.key}`),
    onClosed: (table, reason) => told.push(`${reason === null ? 'open' : 'closed'} ${table}`),
    ...changes,
  });
  return { ...journal, rounds, asked, told };
}

const some = (table: TableName, ...seqs: number[]): StoredRow[] => seqs.map((seq) => storedRow(table, seq));
const values = { f: false, t: true };

describe('a round', () => {
  it(
    'delivers parents before children, and history side by side within the limit',
    marbles((m) => {
      const calls = {
        meetings: m.cold('--(a|)', { a: new Set(['meetings-1']) }),
        races: m.cold('--(a|)', { a: new Set(['races-2']) }),
        odds_history: m.cold('-----(a|)', { a: new Set(['odds_history-3']) }),
        money_flow_history: m.cold('-(a|)', { a: new Set(['money_flow_history-4']) }),
        bets: m.cold('--(a|)', { a: new Set(['bets-5']) }),
      };
      const rows = {
        meetings: some('meetings', 1),
        races: some('races', 2),
        odds_history: some('odds_history', 3),
        money_flow_history: some('money_flow_history', 4),
        bets: some('bets', 5),
      };
      const { rounds } = setUp(rows, (table) => calls[table as keyof typeof calls], m.scheduler);
      m.expect(rounds.round()).toBeObservable('---------(f|)', values);
      m.expect(calls.meetings).toHaveSubscriptions('^-!');
      m.expect(calls.races).toHaveSubscriptions('--^-!');
      m.expect(calls.odds_history).toHaveSubscriptions('----^----!');
      m.expect(calls.money_flow_history).toHaveSubscriptions('----^!');
      m.expect(calls.bets).toHaveSubscriptions('-----^-!');
    }),
  );

  it(
    'asks nothing of the server when nothing changed',
    marbles((m) => {
      const { rounds, asked } = setUp({}, () => EMPTY, m.scheduler);
      m.expect(rounds.round()).toBeObservable('(f|)', values);
      m.flush();
      expect(asked).toEqual([]);
    }),
  );

  it(
    'moves a cursor when the answer is there, and not before',
    marbles((m) => {
      const answer$ = m.cold<Set<string>>('----(a|)', { a: new Set(['races-7']) });
      const { rounds, cursors } = setUp({ races: some('races', 7) }, () => answer$, m.scheduler);
      const seen: (number | undefined)[] = [];
      const look$ = m.cold('---a-b').pipe(
        tap(() => seen.push(cursors.get('races'))),
        ignoreElements(),
      );
      m.expect(merge(rounds.round(), look$)).toBeObservable('----f', values);
      m.flush();
      expect(seen).toEqual([undefined, 7]);
    }),
  );

  it(
    'leaves a long history for the next round after some pages',
    marbles((m) => {
      const rows = { bets: some('bets', ...Array.from({ length: 50 }, (_, index) => index + 1)) };
      const { rounds, asked, cursors } = setUp(
        rows,
        (_, ids) => m.cold('-(a|)', { a: new Set(ids) }),
        m.scheduler,
      );
      // The first alone, then two at once as far as ten pages go.
      m.expect(rounds.round()).toBeObservable('------(t|)', values);
      m.flush();
      expect(asked).toHaveLength(10);
      expect(cursors.get('bets')).toBe(20);
    }),
  );

  it(
    'fails when one history fails, after the others have ended',
    marbles((m) => {
      const down = callError('network');
      const money$ = m.cold('----(a|)', { a: new Set(['money_flow_history-2']) });
      const rows = {
        odds_history: some('odds_history', 1),
        money_flow_history: some('money_flow_history', 2),
      };
      const { rounds, cursors } = setUp(
        rows,
        (table) => (table === 'odds_history' ? m.cold('-#', {}, down) : money$),
        m.scheduler,
      );
      m.expect(rounds.round()).toBeObservable('----#', {}, down);
      m.expect(money$).toHaveSubscriptions('^---!');
      m.flush();
      expect([...cursors]).toEqual([['money_flow_history', 2]]);
    }),
  );

  it(
    'ends with the first parent that fails: its children wait',
    marbles((m) => {
      const down = callError('network');
      const rows = { meetings: some('meetings', 1), races: some('races', 2), bets: some('bets', 3) };
      const { rounds, asked } = setUp(rows, () => m.cold('-#', {}, down), m.scheduler);
      m.expect(rounds.round()).toBeObservable('-#', {}, down);
      m.flush();
      expect(asked.map(({ table }) => table)).toEqual(['meetings']);
    }),
  );

  it(
    'closes a table that takes no row, goes on with the others, and opens it again after a while',
    marbles((m) => {
      let closed = true;
      const detail = 'Invalid document structure: Unknown attribute: "name"';
      const error = callError('refused', { status: 400, type: 'row_invalid_structure', detail });
      const rows = { meetings: some('meetings', 1), races: some('races', 2) };
      const { rounds, asked, told, cursors } = setUp(
        rows,
        (table, ids) =>
          table === 'meetings' && closed ? m.cold('-#', {}, error) : m.cold('-(a|)', { a: new Set(ids) }),
        m.scheduler,
      );
      const round$ = m.cold('a 9ms b 5m c|').pipe(
        concatMap((which) => {
          closed = which !== 'c';
          return rounds.round();
        }),
      );
      //                                the second round leaves meetings alone
      m.expect(round$).toBeObservable('--f 7ms f 300001ms (f|)', values);
      m.flush();
      expect(told).toEqual(['closed meetings', 'open meetings']);
      expect(asked.map(({ table }) => table)).toEqual(['meetings', 'races', 'meetings']);
      expect([...cursors]).toEqual([
        ['races', 2],
        ['meetings', 1],
      ]);
    }),
  );

  it(
    'starts no call once it is stopped',
    marbles((m) => {
      const rows = { bets: some('bets', 1, 2, 3) };
      const { rounds, asked, cursors } = setUp(
        rows,
        (_, ids) => m.cold('---(a|)', { a: new Set(ids) }),
        m.scheduler,
      );
      const stop$ = m.cold('-s').pipe(
        tap(() => {
          rounds.stop();
        }),
        ignoreElements(),
      );
      m.expect(merge(rounds.round(), stop$)).toBeObservable('---f', values);
      m.flush();
      expect(asked).toHaveLength(1);
      expect(cursors.get('bets')).toBe(2);
    }),
  );
});

describe('a long backlog of one table of history', () => {
  const bets = { bets: some('bets', 1, 2, 3, 4, 5, 6, 7, 8) };
  /** The first page is taken at once: before that nothing is sent beside anything. */
  const first = (ids: readonly string[]) => ids.includes('bets-1');

  it(
    'is sent two pages at once, and the cursor moves over no hole',
    marbles((m) => {
      const { rounds, asked, cursors } = setUp(
        bets,
        (_, ids) => {
          const taken = { a: new Set(ids) };
          if (first(ids)) return m.cold('(a|)', taken);
          return ids.includes('bets-3') ? m.cold('---(a|)', taken) : m.cold('-(a|)', taken);
        },
        m.scheduler,
      );
      const seen: unknown[] = [];
      const look$ = m.cold('l-l--l').pipe(
        tap(() => seen.push([cursors.get('bets'), asked.length])),
        ignoreElements(),
      );
      m.expect(merge(rounds.round(), look$)).toBeObservable('----f', values);
      m.flush();
      expect(seen).toEqual([
        [2, 3],
        [2, 3],
        [8, 4],
      ]);
    }),
  );

  it(
    'is given up where a page before it fails, and sent again',
    marbles((m) => {
      const down = callError('network');
      let fails = true;
      const beside$ = m.cold('--(a|)', { a: new Set(['bets-5', 'bets-6']) });
      const { rounds, asked, cursors } = setUp(
        bets,
        (_, ids) => {
          if (ids.includes('bets-3') && fails) return m.cold('-#', {}, down);
          if (ids.includes('bets-5') && fails) return beside$;
          return m.cold('(a|)', { a: new Set(ids) });
        },
        m.scheduler,
      );
      const round$ = m.cold('a--b|').pipe(
        concatMap((which) => {
          fails = which === 'a';
          return rounds.round().pipe(catchError(() => of('down')));
        }),
      );
      m.expect(round$).toBeObservable('-d-f|', { ...values, d: 'down' });
      m.expect(beside$).toHaveSubscriptions('^!');
      m.flush();
      expect(cursors.get('bets')).toBe(8);
      expect(asked.map(({ ids }) => ids[0])).toEqual([
        ...['bets-1', 'bets-3', 'bets-5'],
        ...['bets-3', 'bets-5', 'bets-7'],
      ]);
    }),
  );

  it.each([1, 2, 3])('takes no more than the %i requests at once that may be made', (inFlight) => {
    marbles((m) => {
      const all = Array.from({ length: 30 }, (_, index) => index + 1);
      const rows = {
        odds_history: some('odds_history', ...all),
        money_flow_history: some('money_flow_history', ...all.slice(0, 7)),
        bets: some('bets', ...all.slice(0, 14)),
        races: some('races', ...all.slice(0, 9)),
      };
      let underWay = 0;
      const most = new Map<string, number>();
      const { rounds, cursors } = setUp(
        rows,
        (table, ids) =>
          defer(() => {
            underWay++;
            most.set(table, Math.max(underWay, most.get(table) ?? 0));
            return m.cold(ids.length === 2 ? '--(a|)' : '-(a|)', { a: new Set(ids) });
          }).pipe(
            tap({
              complete: () => underWay--,
            }),
          ),
        m.scheduler,
        { inFlight },
      );
      const rounds$ = of(1, 2, 3).pipe(
        concatMap(() => rounds.round()),
        ignoreElements(),
      );
      m.expect(rounds$.pipe(map(() => null))).toBeObservable(`${{ 1: 60, 2: 36, 3: 29 }[inFlight] ?? 0}ms |`);
      m.flush();
      expect(Object.fromEntries(cursors)).toMatchObject({ odds_history: 30, bets: 14, races: 9 });
      expect(most.get('odds_history')).toBe(inFlight);
      // A newer state of a row must not be overtaken by an older one.
      expect(most.get('races')).toBe(1);
    })();
  });
});

describe('rows for which the server fails again and again', () => {
  it(
    'are tried one by one, and given up when others are taken meanwhile',
    marbles((m) => {
      const error = callError('server_error', { status: 500 });
      const races = some('races', 100);
      const rows = { odds_history: some('odds_history', 1, 2, 3, 4), races };
      const { rounds, refused, cursors, asked } = setUp(
        rows,
        (_, ids) =>
          ids.includes('odds_history-2') ? m.cold('-#', {}, error) : m.cold('-(a|)', { a: new Set(ids) }),
        m.scheduler,
        { batchRows: 4 },
      );
      const round$ = interval(1_000, m.scheduler).pipe(
        take(20),
        concatMap((count) => {
          races.push(...some('races', 200 + count));
          return rounds.round().pipe(catchError(() => EMPTY));
        }),
        ignoreElements(),
      );
      m.expect(round$).toBeObservable('20001ms |');
      m.flush();
      expect(refused).toEqual(['odds_history-2']);
      expect(cursors.get('odds_history')).toBe(4);
      expect(asked.filter(({ table }) => table === 'odds_history').map(({ ids }) => ids.length)).toEqual([
        ...[4, 4, 4, 2, 1],
        ...[3, 3, 3, 2, 1, 1, 1, 1],
        2,
      ]);
    }),
  );

  it(
    'are not given up while the server fails for everything',
    marbles((m) => {
      const error = callError('server_error', { status: 500 });
      const rows = { odds_history: some('odds_history', 1, 2, 3), races: some('races', 100) };
      const { rounds, refused, cursors } = setUp(rows, () => m.cold('#', {}, error), m.scheduler);
      for (let round = 0; round < 40; round++) {
        rounds.round().subscribe({ error: () => undefined });
        m.flush();
      }
      m.expect(m.cold('(a|)')).toBeObservable('(a|)');
      expect(refused).toEqual([]);
      expect([...cursors]).toEqual([]);
    }),
  );
});

describe('rows that the server takes later', () => {
  it.each([
    ['a limit of calls', 'rate_limited', 429],
    ['a connection that fails', 'network', 0],
  ] as const)('are neither given up nor sent one by one: %s', (_what, fault, status) => {
    marbles((m) => {
      const error = callError(fault, { status });
      const races = some('races', 100);
      const rows = { odds_history: some('odds_history', 1, 2, 3, 4), races };
      const { rounds, refused, cursors, asked } = setUp(
        rows,
        (table, ids) =>
          table === 'odds_history' ? m.cold('-#', {}, error) : m.cold('-(a|)', { a: new Set(ids) }),
        m.scheduler,
        { batchRows: 4 },
      );
      const round$ = interval(1_000, m.scheduler).pipe(
        take(20),
        concatMap((count) => {
          races.push(...some('races', 200 + count));
          return rounds.round().pipe(catchError(() => EMPTY));
        }),
        ignoreElements(),
      );
      m.expect(round$).toBeObservable('20002ms |');
      m.flush();
      expect(refused).toEqual([]);
      expect(cursors.get('odds_history')).toBeUndefined();
      expect(asked.filter(({ table }) => table === 'odds_history').map(({ ids }) => ids.length)).toEqual(
        Array.from({ length: 20 }, () => 4),
      );
    })();
  });
});

describe('a write of current rows that was given up without an answer', () => {
  it(
    'is made again after a while, with what was written since',
    marbles((m) => {
      let late = true;
      const answer: Answer = (_, ids) => {
        if (late) return m.cold('-#', {}, callError('timeout'));
        return m.cold('(a|)', { a: new Set(ids) });
      };
      const { rounds, asked } = setUp({ races: some('races', 1) }, answer, m.scheduler);
      const round$ = m.cold('a 9ms b 3m c|').pipe(
        concatMap((which) => {
          late = which === 'a';
          return rounds.round().pipe(catchError(() => of('late')));
        }),
      );
      m.expect(round$).toBeObservable('-l 8ms f 3m f|', { ...values, l: 'late' });
      m.flush();
      expect(asked.map(({ ids }) => ids)).toEqual([['races-1'], ['races-1'], ['races-1']]);
    }),
  );
});
