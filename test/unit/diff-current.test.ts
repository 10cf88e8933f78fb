import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { EntrantRow, FormRow, MeetingRow, RaceRow } from '../../src/domain/tables.ts';
import { hold } from '../support/properties.ts';
import { rowsOf, runner, served, take } from '../support/snapshots.ts';
import type { Taken } from '../support/snapshots.ts';
import { nastyResponses } from '../support/snapshots-nasty.ts';
import { atNewest } from '../support/snapshots-replay.ts';

interface Current {
  meetings: Map<string, MeetingRow>;
  races: Map<string, RaceRow>;
  entrants: Map<string, EntrantRow>;
  form: Map<string, FormRow>;
}

/** The current rows after some steps. */
function current(taken: readonly Taken[]): Current {
  const rows: Current = { meetings: new Map(), races: new Map(), entrants: new Map(), form: new Map() };
  for (const change of taken.flatMap(({ changes }) => changes)) {
    if ('row' in change) {
      if (change.table === 'meetings') rows.meetings.set(change.row.meeting_id, change.row);
      if (change.table === 'races') rows.races.set(change.row.race_id, change.row);
      if (change.table === 'entrants') rows.entrants.set(change.row.entrant_id, change.row);
      if (change.table === 'form') rows.form.set(change.row.entrant_id, change.row);
    } else if (change.table === 'entrants') {
      const row = rows.entrants.get(change.key);
      if (row) rows.entrants.set(change.key, { ...row, ...change.patch });
    }
  }
  return rows;
}

test('the current rows say what the newest response says', () => {
  hold(
    fc.property(nastyResponses, (list) => {
      for (const [, taken] of atNewest(list)) {
        const snapshot = taken.at(-1)?.snapshot;
        const { meetings, races, entrants, form } = current(taken);
        expect(races.get('R')).toMatchObject({ ...snapshot?.race });
        expect(meetings.get('M')).toMatchObject({ ...snapshot?.meeting });
        const { status, advertised_start } = snapshot?.race ?? {};
        const extra = { ...snapshot?.extra, status, advertised_start };
        expect(JSON.parse(races.get('R')?.raw_extra ?? '')).toEqual(sameLists(extra));
        const field = snapshot?.runners ?? [];
        for (const { columns, extra, form: served } of field) {
          const row = entrants.get(columns.entrant_id);
          expect(row).toMatchObject({ ...columns, in_field: true });
          expect(JSON.parse(row?.raw_extra ?? '')).toEqual(sameLists(extra));
          if (served !== null) expect(form.get(columns.entrant_id)?.form).toBe(served);
        }
        const inField = [...entrants.values()].filter((row) => row.in_field).map((row) => row.entrant_id);
        expect(new Set(inField)).toEqual(new Set(field.map(({ columns }) => columns.entrant_id)));
      }
    }),
  );
});

/** What was served, but with every list that can come in another order taken for the same in any. */
function sameLists(value: unknown): unknown {
  if (Array.isArray(value)) return expect.toSatisfy((other) => sorted(other) === sorted(value));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(entries.map(([key, member]) => [key, sameLists(member)]));
}

function sorted(list: unknown): string {
  return (list as unknown[])
    .map((item) => JSON.stringify(item))
    .toSorted()
    .join('\n');
}

describe('a current row', () => {
  const at = (time: string, more: Parameters<typeof runner>[1], race = {}) =>
    served(`2026-03-01T${time}Z`, { race, runners: [runner('a', more)] });

  it('is written when a served field changes, one without a column too', () => {
    const taken = take([
      at('02:10:00', { handicap: 1 }, { form_guide: 'x' }),
      at('02:11:00', { handicap: 2 }, { form_guide: 'x' }),
      at('02:12:00', { handicap: 2 }, { form_guide: 'y' }),
    ]);
    expect(rowsOf(taken, 'entrants').map((row) => row.source_time.slice(11, 16))).toEqual(['02:10', '02:11']);
    expect(rowsOf(taken, 'races').map((row) => row.source_time.slice(11, 16))).toEqual(['02:10', '02:12']);
  });

  it('tells the newest fluctuation served so far, also where a response serves none', () => {
    const last_six = [{ timestamp: '2026-03-01T02:00:00.5Z', fluc: 5 }];
    const taken = take([
      at('02:10:00', { flucs_with_timestamp: { last_six } }),
      at('02:11:00', { jockey: 'B', flucs_with_timestamp: null }),
    ]);
    expect(rowsOf(taken, 'entrants').map((row) => [row.jockey, row.last_fluctuation_at])).toEqual([
      [null, '2026-03-01T02:00:00.500Z'],
      ['B', '2026-03-01T02:00:00.500Z'],
    ]);
  });

  it('of a runner that was gone is written again when it comes back as it was', () => {
    const gone = served('2026-03-01T02:11:00Z');
    const taken = take([at('02:10:00', {}), gone, at('02:12:00', {})]);
    expect(taken.map((_, step) => current(taken.slice(0, step + 1)).entrants.get('a')?.in_field)).toEqual([
      ...[true, false, true],
    ]);
  });

  it('of form is written when the form changes, and stays when none is served', () => {
    const taken = take([
      at('02:10:00', { last_starts: [{ finish: '1' }], jockey: 'A' }),
      at('02:11:00', { last_starts: [{ finish: '1' }], jockey: 'B' }),
      at('02:12:00', { last_starts: null, form_comment: null }),
      at('02:13:00', { last_starts: [{ finish: '1' }] }),
      at('02:14:00', { last_starts: [{ finish: '1' }], spr: 3 }),
    ]);
    expect(rowsOf(taken, 'form').map((row) => [row.form, row.source_time.slice(11, 16)])).toEqual([
      ['{"last_starts":[{"finish":"1"}]}', '02:10'],
      ['{"last_starts":[{"finish":"1"}],"spr":3}', '02:14'],
    ]);
  });
});
