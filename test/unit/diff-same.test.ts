import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tables } from '../../src/domain/tables.ts';
import { hold } from '../support/properties.ts';
import { served, startTime, take } from '../support/snapshots.ts';
import type { ServedEvent, Taken } from '../support/snapshots.ts';
import { marketResponses } from '../support/snapshots-market.ts';
import { nastyResponses, nastyResponsesInOrder, withoutTies } from '../support/snapshots-nasty.ts';
import { saidAgain } from '../support/snapshots-shuffled.ts';

/** The rows of all steps, without the clock of each step. */
function changesOf(taken: readonly Taken[]) {
  return taken.flatMap(({ changes }) => changes);
}

/** Responses, and what the last of them says said again later, some times and in other orders. */
function repeated(responses: fc.Arbitrary<ServedEvent[]>) {
  return responses.chain((list) => {
    const again = fc
      .integer({ min: 0, max: 3_600_000 })
      .chain((later) => saidAgain(list.at(-1) ?? served(startTime), later));
    return fc.record({
      list: fc.constant(list),
      again: fc.array(again, { minLength: 1, maxLength: 3 }).map((more) => more.toSorted(byTime)),
    });
  });
}

function byTime(one: ServedEvent, other: ServedEvent): number {
  return one.header.generated_time < other.header.generated_time ? -1 : 1;
}

test('a response that says the same again, in whatever order, changes nothing', () => {
  const untied = nastyResponsesInOrder.map((list) => list.map(withoutTies));
  hold(
    fc.property(repeated(fc.oneof(untied, marketResponses)), ({ list, again }) => {
      for (const { changes } of take(again, take(list).at(-1)?.after)) expect(changes).toEqual([]);
    }),
  );
});

test('dated prices of one time can be told apart in two responses, and change nothing after that', () => {
  hold(
    fc.property(repeated(nastyResponsesInOrder), ({ list, again }) => {
      const [first, ...others] = take(again, take(list).at(-1)?.after);
      for (const change of first?.changes ?? []) {
        expect(change).toMatchObject({ table: 'odds_history', row: { kind: 'fixed_win' } });
      }
      for (const { changes } of others) expect(changes).toEqual([]);
    }),
  );
});

test('no row is written twice, and the same responses give the same rows with the same ids', () => {
  hold(
    fc.property(nastyResponses, (list) => {
      const changes = changesOf(take(list));
      expect(changesOf(take(structuredClone(list)))).toEqual(changes);
      const ids = changes.flatMap((change) =>
        'row' in change && tables[change.table].key === 'id' ? [(change.row as { id: string }).id] : [],
      );
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
      expect(new Set(ids).size).toBe(ids.length);
    }),
  );
});

test('two runs record what one run does, wherever the first ends', () => {
  const split = nastyResponses.chain((list) =>
    fc.record({ list: fc.constant(list), at: fc.nat({ max: list.length }) }),
  );
  hold(
    fc.property(split, ({ list, at }) => {
      const first = take(list.slice(0, at));
      const second = take(list.slice(at), structuredClone(first.at(-1)?.after));
      const [one, two] = [take(list), [...first, ...second]];
      expect(changesOf(two)).toEqual(changesOf(one));
      expect(two.at(-1)?.after).toEqual(one.at(-1)?.after);
    }),
  );
});

test('what was compared is left as it was', () => {
  hold(
    fc.property(nastyResponses, (list) => {
      for (const [index, { snapshot, before }] of take(list).entries()) {
        const copies = structuredClone([snapshot, before]);
        take(list.slice(index, index + 1), before);
        expect([snapshot, before]).toEqual(copies);
      }
    }),
  );
});

test('the responses of a feed that works add nothing when they come a second time', () => {
  hold(
    fc.property(marketResponses, (list) => {
      const after = take(list).at(-1)?.after;
      for (const step of take(list, after)) {
        expect(step.changes).toEqual([]);
        expect(step.after).toEqual(after);
      }
    }),
  );
});
