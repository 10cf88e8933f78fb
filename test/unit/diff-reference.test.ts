import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hold } from '../support/properties.ts';
import { expectedRows } from '../support/reference/expected.ts';
import { rowsOf, take } from '../support/snapshots.ts';
import type { ServedEvent } from '../support/snapshots.ts';
import { marketResponses } from '../support/snapshots-market.ts';
import { nastyResponses } from '../support/snapshots-nasty.ts';

/**
 * Responses on which the reference has no other opinion: it takes a status in another case for another status, and
 * the dated prices of a runner that only an older response ever listed, which has no row that they could belong to.
 */
function undisputed(responses: readonly ServedEvent[]): ServedEvent[] {
  const known = new Set<string>();
  let newest = '';
  return responses.map(({ header, data }) => {
    const time = header.generated_time.slice(0, 23);
    const isOlder = time < newest;
    if (!isOlder) for (const { entrant_id } of data.runners) known.add(entrant_id);
    newest = isOlder ? newest : time;
    const runners = data.runners.filter(({ entrant_id }) => known.has(entrant_id));
    const status = (data.race.status as string).toLowerCase();
    return { header, data: { ...data, runners, race: { ...data.race, status } } };
  });
}

function recorded({ header, data }: ServedEvent) {
  const receivedAt = new Date(Date.parse(header.generated_time) + 500).toISOString();
  // Through text, as a recording holds it: what is undefined is absent.
  const body = JSON.parse(JSON.stringify({ header, data })) as never;
  return { receivedAt, url: '/affiliates/v1/racing/events/R', status: 200, body };
}

const compared = [
  ...(['odds_history', 'money_flow_history', 'pool_history', 'race_events', 'race_results', 'gaps'] as const),
];

test('any responses give the rows that the reference expects, which shares no code with the recorder', () => {
  hold(
    fc.property(fc.oneof(nastyResponses, marketResponses).map(undisputed), (responses) => {
      const taken = take(responses);
      const expected = expectedRows(responses.map(recorded));
      for (const table of compared) {
        const [first] = expected[table];
        const columns = Object.keys(first ?? {});
        expect(sorted(rowsOf(taken, table), columns), table).toEqual(sorted(expected[table], columns));
      }
    }),
  );
});

function sorted(rows: readonly object[], columns: readonly string[]): string[] {
  return rows
    .map((row) => JSON.stringify(columns.map((column) => plain(Reflect.get(row, column)))))
    .toSorted();
}

function plain(value: unknown): unknown {
  return typeof value === 'boolean' ? Number(value) : value;
}
