import { effect } from '@preact/signals';
import { describe, expect, it } from 'vitest';
import type { Race } from '../../src/server/contract/race.ts';
import type { StreamEvents } from '../../src/server/contract/stream.ts';
import { freshnessOf } from '../../web/src/format/freshness.ts';
import { retryDelay } from '../../web/src/live/backoff.ts';
import { Board } from '../../web/src/live/board.ts';
import { Known } from '../../web/src/live/known.ts';
import { polled } from '../../web/src/live/polled.ts';
import { dividendLines, dividends, isAmended, placings } from '../../web/src/pages/race/served.ts';

const race: Race = {
  seq: 10,
  race_id: 'r',
  meeting_id: 'm',
  meeting: 'Ellerslie',
  country: 'NZ',
  state: null,
  type: 'T',
  race_number: 7,
  name: 'Cup',
  status: 'Open',
  advertised_start: '2026-11-24T03:00:00.000Z',
  ended_at: null,
  settled_at: null,
  distance: 1_600,
  track_condition: null,
  weather: null,
  entrant_count: 8,
  band: 'quarter',
  every_ms: 30_000,
  last_poll_at: '2026-11-24T02:50:00.000Z',
  last_poll_outcome: 'changed',
  last_good_poll_at: '2026-11-24T02:50:00.000Z',
  freshness: 'fresh',
  gap_since: null,
};
const at = (time: string): number => Date.parse(`2026-11-24T${time}Z`);

describe('freshness', () => {
  it('goes on between two answers: late once two intervals went without a good poll', () => {
    expect(freshnessOf(race, at('02:51:00'))).toBe('fresh');
    expect(freshnessOf(race, at('02:51:00.001'))).toBe('late');
    expect(freshnessOf({ ...race, every_ms: null }, at('04:00:00'))).toBe('fresh');
  });

  it('is late while a gap is open, none before a poll, and settled in the end', () => {
    expect(freshnessOf({ ...race, gap_since: race.last_poll_at }, at('02:50:01'))).toBe('late');
    expect(freshnessOf({ ...race, last_good_poll_at: null }, at('02:50:01'))).toBe('none');
    expect(freshnessOf({ ...race, settled_at: race.last_poll_at }, at('09:00:00'))).toBe('settled');
  });
});

describe('polled', () => {
  const poll: StreamEvents['poll'] = {
    seq: 11,
    race_id: 'r',
    started_at: '2026-11-24T02:55:00.000Z',
    lateness_ms: 1,
    duration_ms: 20,
    outcome: 'unchanged',
    reason: null,
    bytes: 100,
    changes: 0,
    band: 'jump',
    every_ms: 10_000,
  };

  it('takes the time and the band of a newer poll', () => {
    expect(polled(race, poll)).toMatchObject({
      last_poll_at: poll.started_at,
      last_good_poll_at: poll.started_at,
      band: 'jump',
      every_ms: 10_000,
    });
  });

  it('keeps the last good poll where the newer one failed, and everything where it is older', () => {
    expect(polled(race, { ...poll, outcome: 'failed' }).last_good_poll_at).toBe(race.last_good_poll_at);
    expect(polled(race, { ...poll, started_at: '2026-11-24T02:40:00.000Z' })).toBe(race);
    expect(polled(null, poll)).toBeNull();
  });
});

describe('known rows', () => {
  it('are taken once, whether a page or the stream told them first', () => {
    const known = new Known();
    expect([5, 7, 9].map((seq) => known.add({ seq }))).toEqual([true, true, true]);
    known.done(6);
    // The stream begins after 6.
    expect([7, 8, 9, 10].map((seq) => known.add({ seq }))).toEqual([false, true, false, true]);
  });
});

describe('a board', () => {
  const board = () =>
    new Board<Race>(
      ({ race_id: id }) => id,
      (a, b) => a.advertised_start.localeCompare(b.advertised_start),
    );
  const other: Race = { ...race, race_id: 's', advertised_start: '2026-11-24T02:55:00.000Z' };

  it('keeps its order when a start moves, and tells of it only then', () => {
    const races = board();
    races.replace([race, other]);
    const orders: (readonly string[])[] = [];
    effect(() => {
      orders.push(races.ids.value);
    });
    races.put({ ...race, seq: 11, status: 'Closed' });
    races.put({ ...other, seq: 12, advertised_start: '2026-11-24T03:30:00.000Z' });
    expect(orders).toEqual([
      ['s', 'r'],
      ['r', 's'],
    ]);
  });

  it('does not go back to an older state', () => {
    const races = board();
    races.put({ ...race, seq: 12, status: 'Closed' });
    races.put({ ...race, seq: 11 });
    expect(races.get('r')?.value.status).toBe('Closed');
  });

  it('holds nothing that was taken from it', () => {
    const races = board();
    races.replace([race, other]);
    races.remove('r');
    races.replace([other]);
    expect(races.all()).toEqual([other]);
    expect(races.get('r')).toBeUndefined();
  });
});

describe('the next try', () => {
  it('waits twice as long each time, spread by a fifth, and never over 18 s', () => {
    expect([1, 2, 3, 4].map((failures) => retryDelay(failures, 0.5))).toEqual([500, 1_000, 2_000, 4_000]);
    expect([retryDelay(1, 0), retryDelay(1, 1)]).toEqual([400, 600]);
    expect(retryDelay(1_000, 1)).toBe(18_000);
  });
});

describe('results as served', () => {
  it('are read in order, and what does not fit is left out', () => {
    const served = [
      { position: 2, name: 'Second', runner_number: 4, margin_length: 1.5 },
      { position: 1, name: ' First ', runner_number: 7 },
      { position: 'x', name: 'None' },
      null,
      'text',
    ];
    expect(placings(served)).toEqual([
      { position: 1, name: 'First', number: 7, margin: null },
      { position: 2, name: 'Second', number: 4, margin: 1.5 },
    ]);
    expect([placings(null), placings({}), dividends('x')]).toEqual([[], [], []]);
  });

  it('pay what the final dividends say, the interim ones while there are no others', () => {
    const paid = (status: string, dividend: number) => ({
      product_name: 'Pool Win',
      status,
      dividend,
      description: '7',
    });
    expect(dividends([paid('Interim', 4), paid('Final', 4.2)]).map(({ pays }) => pays)).toEqual([4.2]);
    expect(dividends([paid('Interim', 4)]).map(({ pays }) => pays)).toEqual([4]);
  });

  it('name who ran the pool, and the runners by their places where there is no description', () => {
    const served = ['VIC', 'NSW'].flatMap((tote, index) => [
      pool(tote, 'Trifecta', 90 + index, [
        { runner_number: 1, position: 3 },
        { runner_number: 3, position: 1 },
        { runner_number: 5, position: 2 },
      ]),
      pool(tote, 'Tote Place', 1.4 + index, [{ runner_number: 5, position: 1 }]),
      pool(tote, 'Tote Win', 9.8 + index, [{ runner_number: 3, position: 1 }]),
    ]);
    expect(dividendLines(dividends(served))).toEqual([
      {
        product: 'Win',
        selection: '3',
        pays: new Map([
          ['VIC', [9.8]],
          ['NSW', [10.8]],
        ]),
      },
      {
        product: 'Place',
        selection: '5',
        pays: new Map([
          ['VIC', [1.4]],
          ['NSW', [2.4]],
        ]),
      },
      {
        product: 'Trifecta',
        selection: '3:5:1',
        pays: new Map([
          ['VIC', [90]],
          ['NSW', [91]],
        ]),
      },
    ]);
  });

  it('keep both amounts where one pool names a selection twice', () => {
    const win = (pays: number) => pool('NZ', 'Pool Win', pays, [{ runner_number: 3, position: 1 }]);
    expect(dividendLines(dividends([win(2), win(3)]))).toEqual([
      { product: 'Win', selection: '3', pays: new Map([['NZ', [2, 3]]]) },
    ]);
  });
});

describe('an amendment', () => {
  const placing = (position: number, name: string) => ({ position, name });
  const win = (status: string, pays: number) => ({
    ...pool('NZ', 'Pool Win', pays, [{ runner_number: 3, position: 1 }]),
    status,
  });
  const result = (revision: number, status: string, names: readonly string[], paid: readonly unknown[]) => ({
    revision,
    status,
    placings: names.map((name, index) => placing(index + 1, name)),
    dividends: paid,
  });
  const interim = result(1, 'Interim', ['B', 'A'], []);
  const final = result(2, 'Final', ['A', 'B'], [win('Interim', 2), win('Final', 2.1)]);

  it('is no result that becomes final, nor dividends and placings that are added', () => {
    const more = result(3, 'Final', ['A', 'B', 'C'], [win('Final', 2.1), pool('NZ', 'Pool Place', 1.2, [])]);
    expect([[], [interim], [final, interim], [interim, final, more]].map(isAmended)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('is a final placing or dividend that changed, or went, whatever followed', () => {
    const promoted = result(3, 'Final', ['B', 'A'], [win('Final', 2.1)]);
    const repaid = result(3, 'Final', ['A', 'B'], [win('Final', 2.2)]);
    const withdrawn = result(3, 'Final', ['A', 'B'], []);
    for (const after of [promoted, repaid, withdrawn]) {
      expect(isAmended([interim, final, after])).toBe(true);
      expect(isAmended([after, { ...after, revision: 4 }, final])).toBe(true);
    }
  });
});

function pool(tote: string, product_name: string, dividend: number, positions: readonly object[]) {
  return { tote, product_name, status: 'Final', dividend, positions, description: '' };
}
