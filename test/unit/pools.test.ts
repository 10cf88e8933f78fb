import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { hold } from '../support/properties.ts';
import { rowsOf, served, take } from '../support/snapshots.ts';
import type { ServedEvent, ServedPool } from '../support/snapshots.ts';
import { nastyResponses } from '../support/snapshots-nasty.ts';
import { asWritten, atNewest, present } from '../support/snapshots-replay.ts';

const at = (time: string, ...tote_pools: ServedPool[]) => served(`2026-03-01T${time}Z`, { tote_pools });

function figures(...responses: ServedEvent[]): unknown[] {
  return rowsOf(take(responses), 'pool_history').map((row) => [
    row.product,
    row.legs,
    row.total,
    row.previous_total,
    row.status,
    row.seconds_to_start,
  ]);
}

describe('the pool rows', () => {
  const win = (total: number, status = 'OPEN') => ({ product_type: 'Win', total, status });

  it('come when the total or the status changes, in dollars as served', () => {
    const responses = [
      at('03:00:00', win(4037.8999999999996)),
      at('03:01:00', win(4037.8999999999996)),
      at('03:02:00', win(4100)),
      at('03:03:00', win(4100, 'CLOSED')),
    ];
    expect(figures(...responses)).toEqual([
      ['Win', null, 4037.8999999999996, null, 'OPEN', 600],
      ['Win', null, 4100, 4037.8999999999996, 'OPEN', 480],
      ['Win', null, 4100, 4100, 'CLOSED', 420],
    ]);
  });

  it('come after the close and after the start too', () => {
    const rows = figures(at('03:10:00', win(4100, 'CLOSED')), at('03:12:30', win(4180.5, 'CLOSED')));
    expect(rows.at(-1)).toEqual(['Win', null, 4180.5, 4100, 'CLOSED', -150]);
  });

  it('keep the legs of products over several races, each product and legs on their own', () => {
    const quadrella = { product_type: 'Quadrella', total: 10, status: 'OPEN', quaddie: [5, 6, 7, 8] };
    const early = { product_type: 'EarlyQuadrella', total: 20, status: 'OPEN', early_quaddie: [1, 2, 3, 4] };
    const treble = { product_type: 'Treble', total: 30, status: 'OPEN', tote_treble: [[4, 5, 6]] };
    const double = {
      product_type: 'RunningDouble',
      total: 40,
      status: 'OPEN',
      tote_running_double: [[5, 6]],
    };
    const rows = figures(
      at('03:00:00', quadrella, early, treble, double),
      at('03:01:00', { ...quadrella, quaddie: [6, 7, 8, 9] }, double, { ...treble, total: 31 }),
    );
    expect(rows.map((row) => (row as unknown[]).slice(0, 4))).toEqual([
      ['Quadrella', '[5,6,7,8]', 10, null],
      ['EarlyQuadrella', '[1,2,3,4]', 20, null],
      ['Treble', '[[4,5,6]]', 30, null],
      ['RunningDouble', '[[5,6]]', 40, null],
      ['Quadrella', '[6,7,8,9]', 10, null],
      ['Treble', '[[4,5,6]]', 31, 30],
    ]);
  });

  it('say nothing of pools that a response leaves out', () => {
    expect(figures(at('03:00:00', win(1)), at('03:01:00'), at('03:02:00', win(1)))).toHaveLength(1);
  });

  it('keep what else was served with them, and do not come for that alone', () => {
    const rows = rowsOf(
      take([
        at('03:00:00', { ...win(1), win_investment: '12', jackpot: 0.5 }),
        at('03:01:00', { ...win(1), win_investment: '13', jackpot: 0.5 }),
      ]),
      'pool_history',
    );
    expect(rows.map((row) => row.raw_extra)).toEqual(['{"win_investment":"12","jackpot":0.5}']);
  });

  it('have the id of their figures', () => {
    const [row] = rowsOf(take([at('03:00:00', { product_type: 'Win', total: 0.1 })]), 'pool_history');
    // printf 'R|Win|2026-03-01T03:00:00.000Z|0.1|' | sha256sum | cut -c-32
    expect(row?.id).toBe('a5af40289648136754c0ab39150fe079');
  });
});

const poolOf = ({ product, legs }: { product: string; legs: string | null }) => `${product} ${legs ?? ''}`;

test('the pool rows alone tell the total and status of every pool as it was served last', () => {
  hold(
    fc.property(nastyResponses, (list) => {
      const pools = new Map<string, unknown>();
      for (const [{ data }, taken] of atNewest(list)) {
        for (const { product_type: product, total = null, status = null, ...more } of data.tote_pools ?? []) {
          const served = more.quaddie ?? more.tote_treble;
          const legs = served === undefined ? null : JSON.stringify(served);
          pools.set(poolOf({ product, legs }), { total, status });
        }
        const told = [...present(rowsOf(taken, 'pool_history'), poolOf)];
        expect(new Map(told.map(([pool, { total, status }]) => [pool, { total, status }]))).toEqual(pools);
      }
    }),
  );
});

test('each pool row carries the total before it, and another state', () => {
  hold(
    fc.property(nastyResponses, (list) => {
      for (const [row, earlier] of asWritten(rowsOf(take(list), 'pool_history'), poolOf)) {
        const before = earlier.at(-1);
        expect(row.previous_total).toBe(before?.total ?? null);
        expect([row.total, row.status]).not.toEqual([before?.total, before?.status]);
      }
    }),
  );
});
