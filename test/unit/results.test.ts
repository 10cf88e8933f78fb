import { describe, expect, it } from 'vitest';
import { rowsOf, served, take } from '../support/snapshots.ts';
import type { Json, ServedEvent } from '../support/snapshots.ts';

const first = { position: 1, name: 'Ka Pai', entrant_id: 'a', runner_number: 4, margin_length: 0 };
const second = { position: 2, name: 'Kia Ora', entrant_id: 'b', runner_number: 1, margin_length: 0.2 };
const interim = { product_name: 'Win', status: 'Interim', dividend: 4.5, positions: [{ position: 1 }] };
const final = { ...interim, status: 'Final', dividend: 4.6 };

const at = (time: string, status: string, results?: Json[] | null, dividends?: Json[] | null) =>
  served(`2026-03-01T${time}Z`, {
    race: { status },
    ...(results !== undefined && { results, dividends: dividends ?? null }),
  });

function brief(...responses: ServedEvent[]): unknown[] {
  return rowsOf(take(responses), 'race_results').map((row) => [
    row.revision,
    row.status,
    JSON.parse(row.placings ?? 'null') as Json,
    JSON.parse(row.dividends ?? 'null') as Json,
    row.source_time.slice(11, -1),
  ]);
}

describe('the results of a race', () => {
  it('are nothing until there are some', () => {
    expect(
      brief(at('03:00:00', 'Open'), at('03:11:00', 'Closed', [], []), at('03:12:00', 'Closed', null)),
    ).toEqual([]);
  });

  it('are kept in every revision, Interim and Final copies side by side', () => {
    const rows = brief(
      at('03:13:00', 'Interim', [first, second]),
      at('03:14:00', 'Interim', [first, second], [interim]),
      at('03:15:00', 'Final', [first, second], [interim, final]),
    );
    expect(rows).toEqual([
      [1, 'Interim', [first, second], [], '03:13:00.000'],
      [2, 'Interim', [first, second], [interim], '03:14:00.000'],
      [3, 'Final', [first, second], [interim, final], '03:15:00.000'],
    ]);
  });

  it('are not revised by another order of rows or of keys', () => {
    const turned = Object.fromEntries(Object.entries(final).toReversed()) as Json;
    const rows = brief(
      at('03:15:00', 'Final', [first, second], [interim, final]),
      at('03:16:00', 'FINAL', [second, first], [turned, interim]),
    );
    expect(rows).toHaveLength(1);
  });

  it('are revised by an amendment after Final, by their status alone, and by their end', () => {
    const [won, lost] = [
      { ...first, position: 2 },
      { ...second, position: 1 },
    ];
    const rows = brief(
      at('03:15:00', 'Interim', [first, second], [final]),
      at('03:16:00', 'Final', [first, second], [final]),
      at('03:26:00', 'Final', [lost, won], [{ ...final, dividend: 8.1 }]),
      at('03:27:00', 'Abandoned', [], []),
    );
    expect(rows.map((row) => (row as unknown[]).slice(0, 3))).toEqual([
      [1, 'Interim', [first, second]],
      [2, 'Final', [first, second]],
      [3, 'Final', [lost, won]],
      [4, 'Abandoned', []],
    ]);
  });

  it('are kept of an abandoned race that has some', () => {
    expect(brief(at('03:15:00', 'Abandoned', [first], []))).toHaveLength(1);
  });

  it('take nothing from an older response', () => {
    const rows = brief(at('03:16:00', 'Final', [first], [final]), at('03:15:00', 'Interim', [first], []));
    expect(rows).toHaveLength(1);
  });
});
