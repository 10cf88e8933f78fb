import { describe, expect, it } from 'vitest';
import { expectedRows } from '../support/reference/expected.ts';
import type { JsonObject } from '../support/reference/json.ts';
import { madeLine, madeRunner } from '../support/reference/made.ts';
import type { RecordedLine } from '../support/reference/recording.ts';

type Brief = [odds: number | null, previous: number | null, time: string, basis: string, seconds: number];

/** The odds rows of one kind in order of writing, times as time of day. */
function oddsOf(lines: RecordedLine[], kind = 'fixed_win'): Brief[] {
  return expectedRows(lines)
    .odds_history.filter((row) => row.kind === kind)
    .map((row) => [
      row.odds,
      row.previous_odds,
      row.source_time.slice(11, -1),
      row.basis,
      row.seconds_to_start,
    ]);
}

function oneRunner(
  time: string,
  price: number,
  lastSix: [string, number][],
  more?: JsonObject,
): RecordedLine {
  return madeLine(time, { runners: [madeRunner('A', price, lastSix, more)] });
}

describe('fixed_win', () => {
  it('keeps a spike that reverts between two polls', () => {
    const lines = [
      oneRunner('11:00:00.5', 5, [['10:00:00', 5]]),
      oneRunner('11:01:00.5', 5, [
        ['10:00:00', 5],
        ['11:00:10', 9],
        ['11:00:20.1234567', 5],
      ]),
    ];
    expect(oddsOf(lines)).toEqual([
      [5, null, '10:00:00.000', 'fluctuation', 7200],
      [9, 5, '11:00:10.000', 'fluctuation', 3590],
      [5, 9, '11:00:20.123', 'fluctuation', 3579.877],
    ]);
  });

  it('adds a poll row when the price has not reached the fluctuations, and the fluctuation when it comes', () => {
    const lines = [
      oneRunner('11:00:00', 6, [['10:00:00', 5]]),
      oneRunner('11:01:00', 6, [
        ['10:00:00', 5],
        ['10:59:58', 6],
      ]),
    ];
    expect(oddsOf(lines)).toEqual([
      [5, null, '10:00:00.000', 'fluctuation', 7200],
      [6, 5, '11:00:00.000', 'poll', 3600],
      [6, 5, '10:59:58.000', 'fluctuation', 3602],
    ]);
  });

  it('lays entries of one time by their last place in flucs', () => {
    const flucs = { flucs: [14, 13, 14, 12] };
    const lines = [
      oneRunner(
        '11:00:00',
        14,
        [
          ['10:00:00', 14],
          ['10:00:00', 13],
        ],
        flucs,
      ),
    ];
    expect(oddsOf(lines)).toEqual([
      [13, null, '10:00:00.000', 'fluctuation', 7200],
      [14, 13, '10:00:00.000', 'fluctuation', 7200],
    ]);
  });

  it('keeps recorded rows of one time in order of writing, whatever flucs say later', () => {
    const six: [string, number][] = [
      ['10:00:00', 20],
      ['10:00:00', 19],
    ];
    const lines = [
      oneRunner('11:00:00', 19, six, { flucs: [20, 19] }),
      oneRunner('11:01:00', 19, six, { flucs: [19, 20] }),
    ];
    expect(oddsOf(lines)).toEqual([
      [20, null, '10:00:00.000', 'fluctuation', 7200],
      [19, 20, '10:00:00.000', 'fluctuation', 7200],
    ]);
  });

  it('takes open before high where flucs know neither', () => {
    const entry = (fluc: number): JsonObject => ({ timestamp: '2026-03-01T10:00:00Z', fluc });
    const more = { flucs_with_timestamp: { high: entry(8), open: entry(7), last_six: [] } };
    expect(oddsOf([oneRunner('11:00:00', 8, [], more)])).toEqual([
      [7, null, '10:00:00.000', 'fluctuation', 7200],
      [8, 7, '10:00:00.000', 'fluctuation', 7200],
    ]);
  });

  it('lists a fluctuation that comes to light late between rows already written', () => {
    const lines = [
      oneRunner('11:00:00', 5, [
        ['10:00:00', 4],
        ['10:30:00', 5],
      ]),
      oneRunner('11:01:00', 5, [
        ['10:00:00', 4],
        ['10:15:00', 7],
        ['10:30:00', 5],
      ]),
    ];
    expect(oddsOf(lines).at(-1)).toEqual([7, 4, '10:15:00.000', 'fluctuation', 6300]);
    expect(oddsOf(lines)).toHaveLength(3);
  });

  it('writes a price that goes once, as null', () => {
    const lines = [
      oneRunner('11:00:00', 5, []),
      oneRunner('11:01:00', 0, []),
      oneRunner('11:02:00', -1, []),
      oneRunner('11:03:00', 4, []),
    ];
    expect(oddsOf(lines)).toEqual([
      [5, null, '11:00:00.000', 'poll', 3600],
      [null, 5, '11:01:00.000', 'poll', 3540],
      [4, null, '11:03:00.000', 'poll', 3420],
    ]);
  });

  it('writes no poll row for a price that stands until an entry dated after the response', () => {
    const six: [string, number][] = [
      ['10:00:00', 5],
      ['11:00:30', 6],
    ];
    expect(oddsOf(['11:00:00', '11:00:15', '11:01:00'].map((time) => oneRunner(time, 5, six)))).toEqual([
      [5, null, '10:00:00.000', 'fluctuation', 7200],
      [6, 5, '11:00:30.000', 'fluctuation', 3570],
      [5, 6, '11:01:00.000', 'poll', 3540],
    ]);
  });

  it('adds only fluctuations from an older response, to the start known last', () => {
    const moved = { advertised_start: Date.parse('2026-03-01T12:10:00Z') / 1000 };
    const older = oneRunner('11:01:00', 99, [['10:30:00', 8]], { name: 'Old name' });
    const lines = [
      oneRunner('11:00:00', 5, [['10:00:00', 5]]),
      madeLine('11:02:00', { race: moved, runners: [madeRunner('A', 5, [['10:00:00', 5]])] }),
      older,
      older,
    ];
    const expected = expectedRows(lines);
    expect(oddsOf(lines)).toEqual([
      [5, null, '10:00:00.000', 'fluctuation', 7200],
      [8, 5, '10:30:00.000', 'fluctuation', 6000],
    ]);
    expect(expected.race_events.map((row) => row.kind)).toEqual(['start_time']);
    expect(expected.entrants[0]).toMatchObject({
      name: 'Runner A',
      last_fluctuation_at: '2026-03-01T10:00:00.000Z',
    });
  });
});

describe('the other kinds', () => {
  it('writes first sight and changes, and null for a runner that is gone', () => {
    const runner = madeRunner('A', 5, [], { odds: { fixed_win: 5, fixed_place: 2, pool_win: 0 } });
    const lines = [
      madeLine('11:00:00', { runners: [runner] }),
      madeLine('11:01:00', { runners: [] }),
      madeLine('11:02:00', { runners: [] }),
      madeLine('11:03:00', { runners: [runner] }),
    ];
    expect(oddsOf(lines, 'pool_win')).toEqual([]);
    for (const [kind, price] of [
      ['fixed_win', 5],
      ['fixed_place', 2],
    ] as const) {
      expect(oddsOf(lines, kind)).toEqual([
        [price, null, '11:00:00.000', 'poll', 3600],
        [null, price, '11:01:00.000', 'poll', 3540],
        [price, null, '11:03:00.000', 'poll', 3420],
      ]);
    }
    expect(expectedRows(lines).race_events.map((row) => [row.kind, row.value, row.previous])).toEqual([
      ['runner_removed', null, 'Runner A'],
      ['runner_added', 'Runner A', null],
    ]);
  });
});

describe('a runner that is gone', () => {
  it('is withdrawn again when an older response brings a later price of it', () => {
    const lines = [
      oneRunner('11:00:00', 5, [['10:00:00', 5]]),
      madeLine('11:02:00', { runners: [] }),
      oneRunner('11:01:00', 6, [['10:59:00', 6]]),
      madeLine('11:03:00', { runners: [] }),
      oneRunner('11:02:30', 7, [['11:02:10', 7]]),
      madeLine('11:04:00', { runners: [] }),
      madeLine('11:05:00', { runners: [] }),
    ];
    expect(oddsOf(lines)).toEqual([
      [5, null, '10:00:00.000', 'fluctuation', 7200],
      [null, 5, '11:02:00.000', 'poll', 3480],
      [6, 5, '10:59:00.000', 'fluctuation', 3660],
      [7, null, '11:02:10.000', 'fluctuation', 3470],
      [null, 7, '11:04:00.000', 'poll', 3360],
    ]);
  });
});

describe('overflow', () => {
  const six = (minutes: number[]): [string, number][] =>
    minutes.map((minute, index) => [`10:${String(minute)}:00`, 5 + index]);

  it('finds the gap before a full last_six that begins after the newest known', () => {
    const lines = [
      oneRunner('10:20:00', 4, [['10:15:00', 4]]),
      oneRunner('11:00:00', 10, six([35, 30, 40, 45, 50, 55])),
    ];
    expect(expectedRows(lines).gaps).toEqual([
      {
        // printf 'R|A|2026-03-01T10:15:00.000Z|fluctuations_overflowed' | sha256sum | cut -c-32
        id: '71b48b8bdf4623f53b70e40b05197db8',
        race_id: 'R',
        entrant_id: 'A',
        from_time: '2026-03-01T10:15:00.000Z',
        to_time: '2026-03-01T10:30:00.000Z',
        reason: 'fluctuations_overflowed',
        expected_polls: 0,
        repaired: 0,
      },
    ]);
  });

  it('finds none when nothing was known, when it reaches back, or when it is not full', () => {
    const full = oneRunner('11:00:00', 10, six([30, 35, 40, 45, 50, 55]));
    const before = (minute: string): RecordedLine => oneRunner('10:50:00', 5, [[`10:${minute}:00`, 5]]);
    expect(expectedRows([full]).gaps).toEqual([]);
    expect(expectedRows([before('30'), full]).gaps).toEqual([]);
    expect(expectedRows([before('15'), oneRunner('11:00:00', 9, six([30, 35, 40, 45, 50]))]).gaps).toEqual(
      [],
    );
  });
});

describe('money', () => {
  const row = (id: string, hold: number, bet: number): JsonObject => ({
    entrant_id: id,
    hold_percentage: hold,
    bet_percentage: bet,
  });
  const line = (time: string, tracker: JsonObject | null): RecordedLine =>
    madeLine(time, { runners: [madeRunner('A', 5, []), madeRunner('B', 5, [])], money_tracker: tracker });

  it('sums the rows of an entrant, and of all ids not in the field', () => {
    const lines = [
      line('11:00:00', {
        entrants: [row('A', 9, 8), row('X', 3, 2), row('B', 0, 0), row('A', 40, 50), row('Y', 5, 0)],
      }),
      line('11:01:00', null),
      line('11:02:00', { entrants: [] }),
      line('11:03:00', { entrants: [row('A', 49, 58), row('X', 8, 3)] }),
    ];
    const seen = expectedRows(lines).money_flow_history.map((money) => [
      money.entrant_id,
      money.hold_percentage,
      money.bet_percentage,
      money.previous_hold_percentage,
      money.previous_bet_percentage,
      money.seconds_to_start,
    ]);
    expect(seen).toEqual([
      ['A', 49, 58, null, null, 3600],
      [null, 8, 2, null, null, 3600],
      ['B', 0, 0, null, null, 3600],
      [null, 8, 3, 8, 2, 3420],
      ['B', null, null, 0, 0, 3420],
    ]);
  });
});

describe('the rest', () => {
  it('records pools by product and legs', () => {
    const pool = (total: number, legs?: number[]): JsonObject => ({
      product_type: 'Quadrella',
      total,
      status: 'OPEN',
      ...(legs && { quaddie: legs }),
    });
    const lines = [
      madeLine('11:00:00', { tote_pools: [pool(10, [1, 2]), pool(20, [3, 4]), pool(1.5)] }),
      madeLine('11:01:00', { tote_pools: [pool(20, [3, 4]), pool(11.25, [1, 2]), pool(1.5)] }),
    ];
    expect(expectedRows(lines).pool_history.map((row) => [row.legs, row.total, row.previous_total])).toEqual([
      ['[1,2]', 10, null],
      ['[3,4]', 20, null],
      [null, 1.5, null],
      ['[1,2]', 11.25, 10],
    ]);
  });

  it('records what happens to a runner, a scratching at its own time', () => {
    const runner = (more: JsonObject): JsonObject =>
      madeRunner('A', 5, [], { jockey: 'J', barrier: 3, ...more });
    const scratched = { is_scratched: true, scratch_time: Date.parse('2026-03-01T11:00:40Z') / 1000 };
    const lines = [
      madeLine('11:00:00', { runners: [runner({})] }),
      madeLine('11:01:00', { runners: [runner({ ...scratched, barrier: 2 })] }),
      madeLine('11:02:00', { runners: [runner({ jockey: '', barrier: 2 })] }),
    ];
    const events = expectedRows(lines).race_events;
    expect(events.map((row) => [row.kind, row.value, row.previous, row.source_time])).toEqual([
      ['scratched', 'true', 'false', '2026-03-01T11:00:40.000Z'],
      ['barrier', '2', '3', '2026-03-01T11:01:00.000Z'],
      ['reinstated', 'false', 'true', '2026-03-01T11:02:00.000Z'],
      ['jockey', '', 'J', '2026-03-01T11:02:00.000Z'],
    ]);
    // printf 'R|A|scratched|2026-03-01T11:00:40.000Z|true' | sha256sum | cut -c-32
    expect(events[0]?.id).toBe('c878f3c4c67c39e00779e4e8023d5fe7');
  });

  it('revises results when they change, not when they are listed in another order', () => {
    const [one, two] = [{ position: 1 }, { position: 2 }];
    const lines = [
      madeLine('12:01:00', { race: { status: 'Closed' } }),
      madeLine('12:02:00', { race: { status: 'Interim' }, results: [one, two] }),
      madeLine('12:03:00', { race: { status: 'Interim' }, results: [two, one] }),
      madeLine('12:04:00', {
        race: { status: 'Final' },
        results: [two, one],
        dividends: [{ dividend: 2.4 }],
      }),
    ];
    expect(
      expectedRows(lines).race_results.map((row) => [row.revision, row.status, row.placings, row.dividends]),
    ).toEqual([
      [1, 'Interim', '[{"position":1},{"position":2}]', '[]'],
      [2, 'Final', '[{"position":2},{"position":1}]', '[{"dividend":2.4}]'],
    ]);
  });

  it('takes a response of one time of receipt once', () => {
    const lines = [
      oneRunner('11:00:00', 5, []),
      madeLine('11:01:00', { runners: [madeRunner('A', 6, [])] }, '11:00:00.0009'),
    ];
    expect(oddsOf(lines)).toEqual([[5, null, '11:00:00.000', 'poll', 3600]]);
  });
});
