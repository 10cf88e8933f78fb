import fc from 'fast-check';
import { expect, test } from 'vitest';
import { oddsKinds } from '../../src/domain/snapshot.ts';
import type { OddsRow } from '../../src/domain/tables.ts';
import { timestamp } from '../../src/domain/time.ts';
import { hold } from '../support/properties.ts';
import { rowsOf, runner, served, start, take } from '../support/snapshots.ts';
import type { ServedEvent } from '../support/snapshots.ts';
import { datedPrices, marketResponses } from '../support/snapshots-market.ts';
import { nastyResponses } from '../support/snapshots-nasty.ts';
import { asWritten, atNewest, inTime, present } from '../support/snapshots-replay.ts';

const responses = fc.oneof(nastyResponses, marketResponses);
const priceOf = ({ entrant_id, kind }: OddsRow) => `${entrant_id} ${kind}`;

test('the odds rows alone tell every price of the newest response', () => {
  hold(
    fc.property(responses, (list) => {
      for (const [response, taken] of atNewest(list)) {
        const told = [...present(rowsOf(taken, 'odds_history'), priceOf)]
          .map(([price, { odds }]) => [price, odds] as const)
          .filter(([, odds]) => odds !== null);
        expect(new Map(told)).toEqual(servedPrices(response));
      }
    }),
  );
});

function servedPrices({ data }: ServedEvent): Map<string, number> {
  const prices = new Map<string, number>();
  for (const { entrant_id, odds } of data.runners) {
    for (const kind of oddsKinds) {
      const price = odds?.[kind] ?? 0;
      if (price > 0) prices.set(`${entrant_id} ${kind}`, price);
    }
  }
  return prices;
}

test('each odds row carries the value before it in time as known at writing, and another value', () => {
  hold(
    fc.property(responses, (list) => {
      for (const [row, earlier] of asWritten(rowsOf(take(list), 'odds_history'), priceOf)) {
        const before = earlier.findLast(({ source_time }) => source_time <= row.source_time)?.odds ?? null;
        expect(row.previous_odds).toBe(before);
        expect(row.odds).not.toBe(before);
      }
    }),
  );
});

test('only fixed-win prices have dates of their own, and only those that the source dated', () => {
  hold(
    fc.property(responses, (list) => {
      const taken = take(list);
      for (const { changes, snapshot } of taken) {
        for (const row of rowsOf([{ changes }], 'odds_history')) {
          const runner = snapshot.runners.find(({ columns }) => columns.entrant_id === row.entrant_id);
          const dated = runner?.fluctuations.some(
            ({ at, odds }) => at === Date.parse(row.source_time) && odds === row.odds,
          );
          if (row.basis === 'fluctuation') expect([row.kind, dated]).toEqual(['fixed_win', true]);
          else expect(Date.parse(row.source_time)).toBe(snapshot.generatedAt);
        }
      }
    }),
  );
});

test('where a feed works, the odds rows alone tell the price at the time of every dated price', () => {
  hold(
    fc.property(marketResponses, (list) => {
      const rows = inTime(rowsOf(take(list), 'odds_history'));
      for (const { entrant, time, price } of list.flatMap(datedPrices)) {
        const line = rows.filter(({ entrant_id }) => entrant_id === entrant);
        expect(line.findLast(({ source_time }) => source_time <= time)?.odds).toBe(price);
      }
    }),
  );
});

const step = 10_000;

/** A poll every 10 s, whose dated prices are up to a minute older or newer than itself. */
const skewedResponses = fc
  .array(
    fc.record({
      price: fc.constantFrom(2, 3),
      dated: fc.array(fc.tuple(fc.integer({ min: -6, max: 6 }), fc.constantFrom(2, 3, 4)), { maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((polls) =>
    polls.map(({ price, dated }, index) => {
      const at = start + index * step;
      const last_six = dated.map(([steps, fluc]) => ({ timestamp: timestamp(at + steps * step), fluc }));
      const more = { odds: { fixed_win: price }, flucs_with_timestamp: { last_six } };
      return served(timestamp(at), { runners: [runner('a', more)] });
    }),
  );

test('a price that the source dates later than its response is not told again with every response', () => {
  hold(
    fc.property(skewedResponses, (list) => {
      for (const [row, earlier] of asWritten(rowsOf(take(list), 'odds_history'), priceOf)) {
        const before = earlier.findLast(({ source_time }) => source_time <= row.source_time);
        expect(row.odds).not.toBe(before?.odds ?? null);
      }
    }),
  );
});
