import { describe, expect, it } from 'vitest';
import { emptyBaseline } from '../../src/domain/baseline.ts';
import { price } from '../../src/domain/odds.ts';
import { oddsKinds } from '../../src/domain/snapshot.ts';
import { rowsOf, take } from '../support/snapshots.ts';
import type { ServedEvent, Taken } from '../support/snapshots.ts';
import { recordedEvents } from '../support/snapshots-recorded.ts';
import { present } from '../support/snapshots-replay.ts';

const recordings = recordedEvents();

describe.each(recordings)('$title', ({ missing, responses }) => {
  const races = [...Map.groupBy(responses, ({ data }) => data.race.event_id as string)];
  const taken = races.map(([id, list]) => take(list, emptyBaseline(id)));

  it.skipIf(missing)('is told by its odds rows: every price of each race as it was served last', () => {
    for (const steps of taken) {
      const told = present(rowsOf(steps, 'odds_history'), (row) => `${row.entrant_id} ${row.kind}`);
      for (const { columns } of steps.at(-1)?.snapshot.runners ?? []) {
        for (const kind of oddsKinds) {
          expect(told.get(`${columns.entrant_id} ${kind}`)?.odds ?? null).toBe(price(columns[kind]));
        }
      }
    }
  });

  it.skipIf(missing)('has no row twice', () => {
    for (const steps of taken) {
      const ids = [...rowsOf(steps, 'odds_history'), ...rowsOf(steps, 'race_events')].map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  it.skipIf(missing)('changes nothing when a race says the same again, but where two dates are one', () => {
    for (const [index, [, list]] of races.entries()) {
      const steps = taken[index] ?? [];
      for (const { changes } of take([later(list)], steps.at(-1)?.after)) {
        const untied = changes.filter((change) => !isTied(change, steps));
        expect(untied).toEqual([]);
      }
    }
  });
});

/** What a race says last, said again ten seconds later. */
function later(list: readonly ServedEvent[]): ServedEvent {
  const last = list.at(-1);
  if (last === undefined) throw new Error('a race without responses');
  const at = Date.parse(last.header.generated_time) + 10_000;
  return { ...last, header: { generated_time: new Date(at).toISOString() } };
}

/** Whether it is a price row of a runner with two dated prices of one time. */
function isTied(change: Taken['changes'][number], steps: readonly Taken[]): boolean {
  if (change.table !== 'odds_history' || !('row' in change)) return false;
  const runner = steps
    .at(-1)
    ?.snapshot.runners.find(({ columns }) => columns.entrant_id === change.row.entrant_id);
  const dates = new Map(runner?.fluctuations.map(({ at, odds }) => [`${at} ${odds ?? ''}`, at]));
  return new Set(dates.values()).size < dates.size;
}
