import { of } from 'rxjs';
import type { Observable } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { TableClosed } from '../../src/sinks/appwrite/advice.ts';
import { deliver } from '../../src/sinks/appwrite/deliver.ts';
import type { Delivered, Learnt } from '../../src/sinks/appwrite/deliver.ts';
import type { Outgoing } from '../../src/sinks/appwrite/encode.ts';
import { marbles } from '../support/marbles.ts';
import type { Marbles } from '../support/marbles.ts';
import { callError, outgoingRow, outletOf, selected } from '../support/sink-memory.ts';

const [bets] = selected('bets');
if (!bets) throw new Error('There is no such table.');
const rows = (...seqs: number[]): Outgoing[] => seqs.map((seq) => outgoingRow('bets', seq));
const id = (seq: number): string => `bets-${seq}`;
const done = (count: number, seq: number): Delivered => ({ rows: count, seq, refused: [] });
const learnt = (): Learnt => ({ rowLimit: 100, refusedInARow: 0 });
const invalid = callError('refused', {
  status: 400,
  type: 'row_invalid_structure',
  detail: 'Attribute "stake" has invalid type.',
});

/** Takes 2 frames for each call, and refuses those with a bad row. */
function server(m: Marbles, bad: readonly number[] = [], error = invalid) {
  return outletOf((_, ids) => {
    if (ids.some((one) => bad.map(id).includes(one))) return m.cold('--#', {}, error);
    return m.cold('--(a|)', { a: new Set(ids) });
  });
}

describe('deliver', () => {
  it(
    'sends all rows in one call',
    marbles((m) => {
      const { outlet, asked } = server(m);
      m.expect(deliver(bets, rows(1, 2, 3), outlet, learnt())).toBeObservable('--(a|)', { a: done(3, 3) });
      m.flush();
      expect(asked).toEqual([{ table: 'bets', ids: [id(1), id(2), id(3)] }]);
    }),
  );

  it(
    'halves a call that is refused until the row is found, and tells of each part as it is done',
    marbles((m) => {
      const { outlet, asked } = server(m, [3]);
      const given = rows(1, 2, 3, 4);
      const lost = { rows: 0, seq: 3, refused: [{ outgoing: given[2], reason: invalid.detail }] };
      const parts = { a: done(2, 2), b: lost as Delivered, c: done(1, 4) };
      //                refused, 1 2, refused, 3 refused, 4
      m.expect(deliver(bets, given, outlet, learnt())).toBeObservable('----a---b-(c|)', parts);
      m.flush();
      expect(asked.map(({ ids }) => ids.map((one) => Number(one.slice(5))))).toEqual([
        [1, 2, 3, 4],
        [1, 2],
        [3, 4],
        [3],
        [4],
      ]);
    }),
  );

  it(
    'does not send what cannot be sent',
    marbles((m) => {
      const { outlet, asked } = server(m);
      const odd = outgoingRow('bets', 2, { id: 'a:b' });
      const given = [...rows(1), odd, ...rows(3)];
      const parts = { a: { rows: 2, seq: 3, refused: [{ outgoing: odd, reason: odd.problem ?? '' }] } };
      m.expect(deliver(bets, given, outlet, learnt())).toBeObservable('--(a|)', parts);
      m.flush();
      expect(odd.problem).toBe('its key "a:b" is no id in Appwrite');
      expect(asked).toEqual([{ table: 'bets', ids: [id(1), id(3)] }]);
    }),
  );

  it(
    'learns how many rows the server takes at once',
    marbles((m) => {
      const detail =
        'Invalid `rows` param: Value must a valid array no longer than 2 items and Value must be';
      const tooMany = callError('refused', { status: 400, type: 'general_argument_invalid', detail });
      const { outlet, asked } = outletOf((_, ids) =>
        ids.length > 2 ? m.cold('-#', {}, tooMany) : m.cold('-(a|)', { a: new Set(ids) }),
      );
      const known = learnt();
      const parts = { a: done(2, 2), b: done(2, 4), c: done(1, 5) };
      m.expect(deliver(bets, rows(1, 2, 3, 4, 5), outlet, known)).toBeObservable(
        '--abc|'.replace('c|', '(c|)'),
        parts,
      );
      m.flush();
      expect(asked.map(({ ids }) => ids.length)).toEqual([5, 2, 2, 1]);
      expect(known.rowLimit).toBe(2);
    }),
  );

  it(
    'takes a failure of the server for none of the rows',
    marbles((m) => {
      const down = callError('server_error', { status: 500 });
      const { outlet, asked } = server(m, [2], down);
      m.expect(deliver(bets, rows(1, 2, 3), outlet, learnt())).toBeObservable('--#', {}, down);
      m.flush();
      expect(asked).toHaveLength(1);
    }),
  );

  it.each([
    ['an unknown column', 'Invalid document structure: Unknown attribute: "stake"'],
    ['a foreign column that is required', 'Invalid document structure: Missing required attribute "owner"'],
  ])('closes the table for %s, and gives no row up', (_, detail) => {
    marbles((m) => {
      const error = callError('refused', { status: 400, type: 'row_invalid_structure', detail });
      const { outlet } = server(m, [1], error);
      m.expect(deliver(bets, rows(1, 2), outlet, learnt())).toBeObservable(
        '--#',
        {},
        new TableClosed(
          detail.includes('stake')
            ? 'The table has no column stake: add it with "oddstream schema push".'
            : 'The table demands a column owner that oddstream does not fill: make it optional.',
        ),
      );
    })();
  });

  it(
    'closes the table when it refuses one row after the other',
    marbles((m) => {
      const all = Array.from({ length: 30 }, (_, index) => index + 1);
      const { outlet } = outletOf(() => m.cold('#', {}, invalid));
      const known = learnt();
      const parts = deliver(bets, rows(...all), outlet, known);
      const told: Delivered[] = [];
      const errors: unknown[] = [];
      parts.subscribe({ next: (part) => told.push(part), error: (error: unknown) => errors.push(error) });
      m.flush();
      m.expect(of(told.length, errors.length)).toBeObservable('(ab|)', { a: 10, b: 1 });
      expect(errors[0]).toBeInstanceOf(TableClosed);
    }),
  );

  it(
    'looks whether rows that the answer leaves out are there, and gives up those that are not',
    marbles((m) => {
      const given = rows(1, 2, 3);
      const numbers = (_: string, ids: readonly string[]): Observable<ReadonlyMap<string, number>> => {
        expect(ids).toEqual([id(2), id(3)]);
        return m.cold('-(a|)', { a: new Map([[id(2), 2]]) });
      };
      const { outlet } = outletOf(() => m.cold('--(a|)', { a: new Set([id(1)]) }), numbers);
      const reason = 'Appwrite reported success and does not have the row.';
      const parts = { a: { rows: 2, seq: 3, refused: [{ outgoing: given[2], reason }] } as Delivered };
      m.expect(deliver(bets, given, outlet, learnt())).toBeObservable('---(a|)', parts);
    }),
  );

  it(
    'gives the call up when nobody listens any more',
    marbles((m) => {
      const answer$ = m.cold<Set<string>>('-----(a|)', { a: new Set() });
      const { outlet } = outletOf(() => answer$);
      m.expect(deliver(bets, rows(1), outlet, learnt()), '--!').toBeObservable('---');
      m.expect(answer$).toHaveSubscriptions('^-!');
    }),
  );
});
