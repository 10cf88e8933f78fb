import { describe, expect, it } from 'vitest';
import { rowsOf, runner, served, start, startTime, take } from '../support/snapshots.ts';
import type { JsonObject, ServedEvent } from '../support/snapshots.ts';

const at = (time: string, race: JsonObject = {}, ...runners: JsonObject[]) =>
  served(`2026-03-01T${time}Z`, { race, runners: runners.map((more) => runner('a', more)) });

function brief(...responses: ServedEvent[]): unknown[] {
  return rowsOf(take(responses), 'race_events').map((row) => [
    row.kind,
    row.entrant_id,
    row.previous,
    row.value,
    row.source_time.slice(11, -1),
  ]);
}

describe('events of a race', () => {
  it('are none at first sight, whatever it shows', () => {
    const first = at('02:10:00', { status: 'Interim', protest: true }, { is_scratched: true });
    expect(brief(first)).toEqual([]);
  });

  it('tell the status as it changes, by its words and not by their case', () => {
    const statuses = ['Open', 'OPEN', 'Closed', 'closed ', 'Interim', 'Final', 'Abandoned', ''];
    const rows = brief(...statuses.map((status, minute) => at(`02:1${minute}:00`, { status })));
    expect(rows).toEqual([
      ['status', null, 'OPEN', 'Closed', '02:12:00.000'],
      ['status', null, 'closed ', 'Interim', '02:14:00.000'],
      ['status', null, 'Interim', 'Final', '02:15:00.000'],
      ['status', null, 'Final', 'Abandoned', '02:16:00.000'],
      ['status', null, 'Abandoned', '', '02:17:00.000'],
    ]);
  });

  it('tell a start that moves, there and back', () => {
    const moved = { advertised_start: start / 1000 + 2100 };
    expect(brief(at('02:10:00'), at('02:11:00', moved), at('02:12:00'))).toEqual([
      ['start_time', null, startTime, '2026-03-01T03:45:00.000Z', '02:11:00.000'],
      ['start_time', null, '2026-03-01T03:45:00.000Z', startTime, '02:12:00.000'],
    ]);
  });

  it('tell a protest as served, from none to some and back', () => {
    const protests = [null, true, false].map((protest, minute) => at(`02:1${minute}:00`, { protest }));
    expect(brief(...protests)).toEqual([
      ['protest', null, null, 'true', '02:11:00.000'],
      ['protest', null, 'true', 'false', '02:12:00.000'],
    ]);
  });

  it('tell another race number, to which the legs of pools refer, but not one that only a listing told before', () => {
    const numbered = (race_number: number | null) => ({ race_number });
    expect(brief(at('02:10:00', numbered(3)), at('02:11:00', numbered(2)), at('02:12:00'))).toEqual([
      ['race_number', null, '3', '2', '02:11:00.000'],
      ['race_number', null, '2', null, '02:12:00.000'],
    ]);
  });

  it('have the id of their natural key', () => {
    const [row] = rowsOf(take([at('02:10:00'), at('02:11:00', { status: 'Closed' })]), 'race_events');
    // printf 'R||status|2026-03-01T02:11:00.000Z|Closed' | sha256sum | cut -c-32
    expect(row?.id).toBe('9ef366505ebac9deaa6a304c0e375b6b');
  });
});

describe('events of a runner', () => {
  const scratchedAt = Date.parse('2026-03-01T02:10:40Z') / 1000;

  it('tell a scratching at its own time, keep its last price, and tell its end', () => {
    const odds = { fixed_win: 5 };
    const taken = take([
      at('02:10:00', {}, { odds, scratch_time: 0, scr_time: null }),
      at(
        '02:11:00',
        {},
        { odds, is_scratched: true, scratch_time: scratchedAt, scr_time: '2026-03-01T02:10:40Z' },
      ),
      at('02:12:00', {}, { odds, scratch_time: 0, scr_time: null }),
    ]);
    const events = rowsOf(taken, 'race_events');
    expect(events.map((row) => [row.kind, row.previous, row.value, row.source_time.slice(11, -1)])).toEqual([
      ['scratched', 'false', 'true', '02:10:40.000'],
      ['reinstated', 'true', 'false', '02:12:00.000'],
    ]);
    expect(rowsOf(taken, 'odds_history')).toHaveLength(1);
    const current = rowsOf(taken, 'entrants').map((row) => [
      row.is_scratched,
      row.scratched_at,
      row.fixed_win,
    ]);
    expect(current).toEqual([
      [false, null, 5],
      [true, '2026-03-01T02:10:40.000Z', 5],
      [false, null, 5],
    ]);
  });

  it.each([
    ['scr_time where there is no scratch_time', { scr_time: '2026-03-01T02:10:40.987654Z' }, '02:10:40.987'],
    ['the response where there is neither', { scratch_time: 0, scr_time: null }, '02:11:00.000'],
    ['the response where scr_time is empty', { scr_time: '0001-01-01T00:00:00Z' }, '02:11:00.000'],
  ])('take the time of a scratching from %s', (_, times, expected) => {
    const rows = brief(at('02:10:00', {}, {}), at('02:11:00', {}, { is_scratched: true, ...times }));
    expect(rows).toEqual([['scratched', 'a', 'false', 'true', expected]]);
  });

  it('go by is_scratched alone, not by is_late_scratched or by times', () => {
    const rows = brief(
      at('02:10:00', {}, {}),
      at('02:11:00', {}, { is_late_scratched: true, scratch_time: scratchedAt }),
    );
    expect(rows).toEqual([]);
  });

  it('tell jockey, barrier and total weight', () => {
    const rows = brief(
      at('02:10:00', {}, { jockey: 'A Smith', barrier: 3, weight: { allocated: '54kg', total: '54kg' } }),
      at('02:11:00', {}, { jockey: 'B Jones', barrier: 2, weight: { allocated: '55kg', total: '54kg' } }),
      at('02:12:00', {}, { jockey: '', barrier: null, weight: { allocated: '55kg', total: '53kg' } }),
    );
    expect(rows).toEqual([
      ['jockey', 'a', 'A Smith', 'B Jones', '02:11:00.000'],
      ['barrier', 'a', '3', '2', '02:11:00.000'],
      ['jockey', 'a', 'B Jones', '', '02:12:00.000'],
      ['barrier', 'a', '2', null, '02:12:00.000'],
      ['weight', 'a', '54kg', '53kg', '02:12:00.000'],
    ]);
  });

  it('tell numbers that swap: results refer to runners by them', () => {
    const numbers = (time: string, a: number, b: number) =>
      served(`2026-03-01T${time}Z`, {
        runners: [
          runner('a', { runner_number: a, barrier: 1 }),
          runner('b', { runner_number: b, barrier: 2 }),
        ],
      });
    expect(brief(numbers('02:10:00', 1, 2), numbers('02:11:00', 2, 1))).toEqual([
      ['runner_number', 'a', '1', '2', '02:11:00.000'],
      ['runner_number', 'b', '2', '1', '02:11:00.000'],
    ]);
  });

  it('tell another name and another horse', () => {
    const rows = brief(
      at('02:10:00', {}, { name: 'Ka Pai', horse_id: 7 }),
      at('02:11:00', {}, { name: 'Ka Pai (NZ)', horse_id: 8 }),
    );
    expect(rows).toEqual([
      ['name', 'a', 'Ka Pai', 'Ka Pai (NZ)', '02:11:00.000'],
      ['horse_id', 'a', '7', '8', '02:11:00.000'],
    ]);
  });

  it('tell a runner that is added or taken off', () => {
    expect(brief(at('02:10:00'), at('02:11:00', {}, {}), at('02:12:00'))).toEqual([
      ['runner_added', 'a', null, 'Runner a', '02:11:00.000'],
      ['runner_removed', 'a', 'Runner a', null, '02:12:00.000'],
    ]);
  });

  it('tell what happened to a runner while it was out of the field', () => {
    const rows = brief(
      at('02:10:00', {}, { jockey: 'A Smith' }),
      at('02:11:00'),
      at('02:12:00', {}, { jockey: 'B Jones', is_scratched: true }),
    );
    expect(rows.slice(1).map((row) => (row as unknown[]).slice(0, 4))).toEqual([
      ['runner_added', 'a', null, 'Runner a'],
      ['scratched', 'a', 'false', 'true'],
      ['jockey', 'a', 'A Smith', 'B Jones'],
    ]);
  });

  it('give the same scratching told again the same id', () => {
    const scratched = { is_scratched: true, scratch_time: scratchedAt };
    const rows = rowsOf(
      take([
        at('02:10:00', {}, {}),
        at('02:11:00', {}, scratched),
        at('02:12:00', {}, {}),
        at('02:13:00', {}, scratched),
      ]),
      'race_events',
    );
    expect(rows.map(({ kind }) => kind)).toEqual(['scratched', 'reinstated', 'scratched']);
    expect(rows[2]?.id).toBe(rows[0]?.id);
  });
});
