import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { timestamp } from '../../src/domain/time.ts';
import { moved } from '../../src/server/queries-movers.ts';
import { openReadable } from '../../src/journal/open.ts';
import { locate } from '../../src/journal/location.ts';
import { openJournal } from '../../src/journal/journal.ts';
import { preparing } from '../../src/journal/writer.ts';
import { temporaryDirectory } from '../support/process.ts';
import { hold } from '../support/properties.ts';
import { insert } from '../support/sink.ts';

const directory = temporaryDirectory();
afterAll(() => {
  directory.remove();
});

const noon = Date.parse('2026-02-28T12:00:00Z');
const at = (minute: number): number => noon + minute * 60_000;

/** A fixed-win price that was set at a minute and came to light in another one, not before it; null: withdrawn. */
interface Price {
  readonly runner: string;
  readonly set: number;
  readonly seen: number;
  readonly odds: number | null;
}

interface Point {
  readonly set: number;
  readonly odds: number | null;
}

/** What a recorder writes of prices as they come to light: each that differs from the one before it on the line. */
function recorded(prices: readonly Price[]) {
  const lines = new Map<string, Point[]>();
  const rows = prices
    .toSorted((a, b) => a.seen - b.seen)
    .flatMap(({ runner, set, seen, odds }, index) => {
      const line = lines.get(runner) ?? [];
      lines.set(runner, line);
      const place = line.findLastIndex((point) => point.set <= set) + 1;
      const previous = line[place - 1]?.odds ?? null;
      if (previous === odds) return [];
      line.splice(place, 0, { set, odds });
      const row = insert('odds_history', {
        id: `o${index}`,
        race_id: 'race',
        entrant_id: runner,
        kind: 'fixed_win',
        basis: 'poll',
        odds,
        previous_odds: previous,
        source_time: timestamp(at(set)),
      });
      return [{ runner, seen, row }];
    });
  return { lines, rows };
}

/** The price at a time, told from the line alone: the last one set until then, or else the first one after. */
function priceThen(line: readonly Point[], minute: number): number | null {
  const priced = line.filter(({ odds }) => odds !== null);
  return (priced.findLast(({ set }) => set <= minute) ?? priced[0])?.odds ?? null;
}

let files = 0;

/** The movers since a minute of a journal with these prices. */
function movers(
  prices: readonly Price[],
  since: number,
): { readonly told: string[]; readonly wanted: string[] } {
  const file = join(directory.path, `${files++}.db`);
  let now = at(0);
  const journal = openJournal(file, { source: { kind: 'recording' }, now: () => now });
  const { lines, rows } = recorded(prices);
  for (const { seen, row } of rows) {
    now = at(seen);
    journal.commit([row]);
  }
  const current = [...lines].map(([runner, line]) => ({ runner, line, to: line.at(-1)?.odds ?? null }));
  journal.commit([
    insert('races', { race_id: 'race', status: 'Open', advertised_start: timestamp(at(600)) }),
    ...current.map(({ runner, to }) =>
      insert('entrants', { entrant_id: runner, race_id: 'race', in_field: true, fixed_win: to }),
    ),
  ]);
  journal.close();
  const db = openReadable(locate(file));
  if (db === null) throw new Error('There is no journal.');
  const told = moved(preparing(db), at(since)).map(
    ({ entrant_id, from, to }) => `${entrant_id} ${from} ${to}`,
  );
  db.close();
  const wanted = current.flatMap(({ runner, line, to }) => {
    const from = priceThen(line, since);
    return to !== null && from !== null && from !== to ? [`${runner} ${from} ${to}`] : [];
  });
  return { told: told.toSorted(), wanted: wanted.toSorted() };
}

const anyPrice: fc.Arbitrary<Price> = fc
  .record({
    runner: fc.constantFrom('a', 'b'),
    set: fc.integer({ min: 1, max: 20 }),
    late: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 0, max: 12 })),
    odds: fc.option(fc.constantFrom(2, 3, 5), { freq: 6 }),
  })
  .map(({ late, ...price }) => ({ ...price, seen: price.set + late }));

describe('runners whose price moved', () => {
  it('are told with the price that there was then, and the one that there is', () => {
    const prices = [
      { runner: 'a', set: 1, seen: 1, odds: 4 },
      { runner: 'a', set: 12, seen: 12, odds: 5 },
      { runner: 'a', set: 15, seen: 15, odds: 3 },
      { runner: 'b', set: 2, seen: 2, odds: 7 },
    ];
    expect(movers(prices, 10).told).toEqual(['a 4 3']);
  });

  it('are told by what has come to light late, too', () => {
    const prices = [
      { runner: 'a', set: 1, seen: 1, odds: 4 },
      { runner: 'a', set: 12, seen: 12, odds: 5 },
      { runner: 'a', set: 8, seen: 13, odds: 6 },
    ];
    expect(movers(prices, 10).told).toEqual(['a 6 5']);
  });

  it('are those of the line of prices, in whatever order these come to light', () => {
    let some = 0;
    hold(
      fc.property(fc.array(anyPrice, { maxLength: 12 }), fc.integer({ min: 1, max: 20 }), (prices, since) => {
        const { told, wanted } = movers(prices, since);
        expect(told).toEqual(wanted);
        some += wanted.length;
      }),
      100,
    );
    expect(some).toBeGreaterThan(30);
  });
});
