import { describe, expect, it } from 'vitest';
import { ParseError, parseEvent, parseListing } from '../../src/sources/tab/parse.ts';
import { runner, served } from '../support/snapshots.ts';
import type { Json, JsonObject } from '../support/snapshots.ts';

const time = '2026-03-01T02:10:00Z';

function problem(parse: (body: unknown) => unknown, body: unknown): string {
  try {
    parse(body);
  } catch (error) {
    expect(error).toBeInstanceOf(ParseError);
    return (error as ParseError).message;
  }
  return 'understood';
}

/** A good response with another value at one place. */
function spoilt(path: string, value: Json | undefined): unknown {
  const body: unknown = structuredClone(
    served(time, {
      runners: [
        runner('a'),
        runner('b', { flucs_with_timestamp: { last_six: [{ timestamp: time, fluc: 2 }] } }),
      ],
      money_tracker: {
        entrants: [
          { entrant_id: 'a', hold_percentage: 3, bet_percentage: 4 },
          { entrant_id: 'a', hold_percentage: 1e308, bet_percentage: 4 },
        ],
      },
      tote_pools: [{ product_type: 'Win', total: 1, status: 'OPEN' }],
      big_bets: [{ stake: 5, description: ['a'] }],
    }),
  );
  const names = path.split('.');
  const last = names.pop() ?? '';
  let place = body as JsonObject;
  for (const name of names) place = (place[name] ??= {}) as JsonObject;
  if (value === undefined) Reflect.deleteProperty(place, last);
  else place[last] = value;
  return body;
}

describe('an event response that is malformed is told in one sentence that names the place', () => {
  it.each<[string, Json | undefined, RegExp]>([
    ['header.generated_time', undefined, /^header\.generated_time: .*expected string/],
    ['header.generated_time', 'yesterday', /^header\.generated_time is not a time$/],
    ['header.generated_time', '2026-03-01T02:10:00', /^header\.generated_time is not a time$/],
    ['data', undefined, /^data: .*expected object/],
    ['data', null, /^data: /],
    ['data.race', undefined, /^data\.race: /],
    ['data.race.event_id', '', /^data\.race\.event_id: /],
    ['data.race.meeting_id', 7, /^data\.race\.meeting_id: .*expected string, received number/],
    ['data.race.status', null, /^data\.race\.status: .*expected string, received null/],
    [
      'data.race.advertised_start',
      '2026-03-01T03:10:00Z',
      /^data\.race\.advertised_start: .*received string/,
    ],
    ['data.race.advertised_start', 0, /^data\.race\.advertised_start: Too small/],
    ['data.race.advertised_start', 1772334600000, /^data\.race\.advertised_start: Too big/],
    ['data.runners', null, /^data\.runners: .*expected array/],
    ['data.runners', {}, /^data\.runners: /],
    ['data.runners.1', null, /^data\.runners\.1: /],
    ['data.runners.1.entrant_id', 17, /^data\.runners\.1\.entrant_id: /],
    ['data.runners.1.entrant_id', 'a', /^data\.runners lists an entrant twice$/],
    ['data.runners.1.is_scratched', 'false', /^data\.runners\.1\.is_scratched: /],
    ['data.runners.0.odds', 2.4, /^data\.runners\.0\.odds: /],
    ['data.runners.0.odds.fixed_win', '2.40', /^data\.runners\.0\.odds\.fixed_win: .*received string/],
    ['data.runners.1.flucs_with_timestamp.last_six.0.timestamp', 17, /last_six\.0\.timestamp: /],
    ['data.runners.1.flucs_with_timestamp.last_six.0.fluc', null, /last_six\.0\.fluc: /],
    [
      'data.runners',
      Array.from({ length: 201 }, () => null),
      /^data\.runners has 201 members, more than the 200/,
    ],
    ['data.runners.0.entrant_id', 'a\ud800', /^data\.runners\.0\.entrant_id: .*surrogate/],
    ['data.race.event_id', 'x'.repeat(1_001), /^data\.race\.event_id: Too big/],
    [
      'data.runners.1.flucs_with_timestamp.last_six',
      Array.from({ length: 51 }, () => ({ timestamp: time, fluc: 2 })),
      /last_six has 51 members, more than the 50/,
    ],
  ])('%s: %j', (path, value, expected) => {
    const message = problem(parseEvent, spoilt(path, value));
    expect(message).toMatch(expected);
    expect(message).not.toContain('\n');
  });

  it.each<[string, Json, string, RegExp]>([
    [
      'data.money_tracker.entrants.0.hold_percentage',
      '3',
      'money',
      /^data\.money_tracker\.entrants\.0\.hold_percentage: .*received string/,
    ],
    ['data.money_tracker.entrants', {}, 'money', /^data\.money_tracker\.entrants: /],
    ['data.money_tracker.entrants.0.hold_percentage', 1e308, 'money', /a sum is too large for a number$/],
    ['data.tote_pools.0.total', '1', 'pools', /^data\.tote_pools\.0\.total: /],
    ['data.tote_pools.0.product_type', null, 'pools', /^data\.tote_pools\.0\.product_type: /],
    ['data.tote_pools', Array.from({ length: 201 }, () => 7), 'pools', /^data\.tote_pools has 201 members/],
    ['data.big_bets.0.stake', '5', 'bets', /^data\.big_bets\.0\.stake: /],
    ['data.results', {}, 'results', /^data\.results: Invalid list$/],
  ])('%s: %j costs its part alone', (path, value, part, expected) => {
    const { lost = [], ...snapshot } = parseEvent(spoilt(path, value));
    expect(lost).toEqual([{ part, reason: expect.stringMatching(expected) as string }]);
    expect(snapshot.runners).toHaveLength(2);
    const without = { money: null, pools: [], bets: [], results: { placings: [], dividends: [] } };
    expect(snapshot).toMatchObject(
      Object.fromEntries(Object.entries(without).filter(([name]) => name === part)),
    );
  });

  it.each([null, undefined, 'text', 3, [], true])('the body is %j', (body) => {
    expect(problem(parseEvent, body)).toMatch(/^the body: .*expected object/);
    expect(problem(parseListing, body)).toMatch(/^the body: .*expected object/);
  });

  it('counts further problems', () => {
    expect(problem(parseEvent, { header: {}, data: {} })).toMatch(
      /^header\.generated_time: .* \(and \d more\)$/,
    );
  });

  it('is understood where nothing is wrong', () => {
    expect(problem(parseEvent, spoilt('data.race.status', 'Open'))).toBe('understood');
  });
});
