import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { isSameStatus } from '../../src/domain/arbitration.ts';
import { hasEnded, raceStatus } from '../../src/domain/status.ts';
import type { RaceEventRow } from '../../src/domain/tables.ts';
import { timestamp } from '../../src/domain/time.ts';
import { hold } from '../support/properties.ts';
import { rowsOf, start } from '../support/snapshots.ts';
import { anyReports, minute, takeReports } from '../support/snapshots-reports.ts';
import type { Report } from '../support/snapshots-reports.ts';

function rowsOfKind(reports: readonly Report[], kind: 'status' | 'start_time'): RaceEventRow[] {
  return rowsOf(takeReports(reports), 'race_events').filter((row) => row.kind === kind);
}

/** Changes of a race, each some minutes after the one before. */
function changes<T>(values: readonly T[]): fc.Arbitrary<readonly { at: number; value: T }[]> {
  return fc
    .array(fc.integer({ min: 1, max: 6 }), { minLength: values.length, maxLength: values.length })
    .map((spans) => {
      let after = 0;
      return values.map((value, index) => {
        after += index === 0 ? 0 : (spans[index] ?? 1);
        return { at: start + after * minute, value };
      });
    });
}

function valueAt<T>(story: readonly { at: number; value: T }[], at: number): T {
  const value = (story.findLast((change) => change.at <= at) ?? story[0])?.value;
  if (value === undefined) throw new Error('a story has a beginning');
  return value;
}

/** Reports of a race every half minute, each source as far behind as is drawn anew for every report, never going back. */
function lagging(
  statuses: readonly { at: number; value: string }[],
  starts: readonly { at: number; value: number }[],
  turns: readonly { from: 'listing' | 'event'; behind: number }[],
): Report[] {
  const seen = { listing: -Infinity, event: -Infinity };
  const last = Math.max(...[...statuses, ...starts].map(({ at }) => at));
  const told = turns.map(({ from, behind }, index): Report => {
    const at = start + index * (minute / 2);
    seen[from] = Math.max(seen[from], at - behind * minute);
    const status = valueAt(statuses, seen[from]);
    return { from, at, status, later: valueAt(starts, seen[from]) };
  });
  // In the end both have it.
  const end = Math.max(last, start + turns.length * (minute / 2)) + minute;
  const final = { status: valueAt(statuses, Infinity), later: valueAt(starts, Infinity) };
  return [...told, { from: 'event', at: end, ...final }, { from: 'listing', at: end + minute, ...final }];
}

const turns = (behind: { listing: number; event: number }) =>
  fc.array(
    fc
      .constantFrom('listing' as const, 'event' as const)
      .chain((from) =>
        fc.record({ from: fc.constant(from), behind: fc.integer({ min: 0, max: behind[from] }) }),
      ),
    { minLength: 1, maxLength: 40 },
  );

const forward = fc
  .constantFrom(
    ['Open', 'Closed', 'Interim', 'Final'],
    ['Open', 'Closed', 'Final'],
    ['Open', 'Closed', 'Abandoned'],
    ['Open', 'Abandoned'],
  )
  .chain((values) => changes(values));
const reopening = fc
  .constantFrom(
    ['Open', 'Closed', 'Interim', 'Final', 'Interim', 'Final'],
    ['Open', 'Closed', 'Open', 'Closed', 'Final'],
    ['Open', 'Closed', 'Interim', 'Final', 'Open', 'Closed', 'Final'],
  )
  .chain((values) => changes(values));
const moving = fc
  .uniqueArray(fc.constantFrom(60, 120, 300, 600, 1200), { maxLength: 4 })
  .chain((values) => changes([0, ...values]));

describe('of sources that lag behind the race', () => {
  it('each change is recorded at most once and in order, and the end is the race’s', () => {
    hold(
      fc.property(forward, moving, turns({ listing: 8, event: 8 }), (statuses, starts, drawn) => {
        const reports = lagging(statuses, starts, drawn);
        const told = rowsOfKind(reports, 'status').map(({ value }) => value ?? '');
        const order = statuses.map(({ value }): string => value);
        expect(told).toEqual(told.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)));
        expect(new Set(told).size).toBe(told.length);
        const moved = rowsOfKind(reports, 'start_time').map(({ value }) => value);
        const later = starts.map(({ value }) => timestamp(start + value * 1000));
        expect(moved.length).toBeLessThan(starts.length);
        expect(moved).toEqual(moved.toSorted((a, b) => later.indexOf(a ?? '') - later.indexOf(b ?? '')));
        const row = takeReports(reports).at(-1)?.row;
        expect(row?.status).toBe(order.at(-1));
        expect(row?.advertised_start).toBe(later.at(-1));
      }),
      400,
    );
  });

  it('a race that is reopened by its events is, once for each time, however late its listings are', () => {
    hold(
      fc.property(reopening, turns({ listing: 8, event: 0 }), (statuses, drawn) => {
        const reports = lagging(statuses, [{ at: start, value: 0 }], drawn);
        const events = reports.filter(({ from }) => from === 'event').map(({ status }) => status);
        const [first] = reports;
        const changed = [first?.status ?? '', ...events].filter((one, index, all) => one !== all[index - 1]);
        expect(rowsOfKind(reports, 'status').length).toBeLessThanOrEqual(changed.length - 1 + 1);
        expect(takeReports(reports).at(-1)?.row?.status).toBe(statuses.at(-1)?.value);
      }),
      400,
    );
  });
});

const status = fc.constantFrom('Open', 'Closed', 'Interim', 'Final', 'Abandoned', '');
const later = fc.constantFrom(0, 600, 7_200);

test('sources that contradict each other for ever settle, once, and the end of the race stays', () => {
  const pair = fc.record({ listing: fc.tuple(status, later), event: fc.tuple(status, later) });
  hold(
    fc.property(
      anyReports,
      pair,
      fc.array(fc.constantFrom('listing' as const, 'event' as const)),
      (before, words, turn) => {
        const reports = [...before];
        for (const from of ['listing', 'event', 'listing', 'event', ...turn] as const) {
          const [word, by] = words[from];
          reports.push({ from, at: start + reports.length * minute + 60 * minute, status: word, later: by });
        }
        const taken = takeReports(reports);
        const settled = taken.slice(before.length + 4);
        expect(rowsOf(settled, 'race_events').filter(({ kind }) => kind !== 'protest')).toEqual([]);
        const ends = settled.map(({ row }) => row?.ended_at);
        expect(new Set(ends).size).toBeLessThanOrEqual(1);
      },
    ),
    400,
  );
});

test('a listing alone never reopens a race that events ended, nor moves its end', () => {
  hold(
    fc.property(anyReports, (list) => {
      const taken = takeReports(list);
      for (const [index, report] of list.entries()) {
        const before = taken[index - 1]?.baseline.race ?? null;
        const now = taken[index]?.baseline.race ?? null;
        if (before === null || now === null || report.from !== 'listing') continue;
        const isConfirmed = before.event !== null && isSameStatus(before.event.status, before.status);
        if (!hasEnded(raceStatus(before.status)) || !isConfirmed) continue;
        expect(now.status).toBe(before.status);
        expect(now.endedAt).toBe(before.endedAt);
      }
    }),
    400,
  );
});

test('what an event takes back of its own words counts, but that a listing’s Abandoned outranks its Open', () => {
  hold(
    fc.property(anyReports, (list) => {
      const taken = takeReports(list);
      for (const [index, report] of list.entries()) {
        const before = taken[index - 1]?.baseline ?? null;
        const now = taken[index]?.baseline;
        const said = before?.race?.event ?? null;
        if (said === null || report.from !== 'event' || now?.race === before?.race) continue;
        if (
          (before?.generatedAt ?? Infinity) > report.at ||
          !isSameStatus(said.status, before?.race?.status ?? '')
        )
          continue;
        const isOutranked = isSameStatus(report.status, 'Open') && before?.listed?.status === 'Abandoned';
        expect(now?.race?.status).toBe(isOutranked ? 'Abandoned' : report.status);
      }
    }),
    400,
  );
});

test('the events alone tell the status and the start of the row', () => {
  hold(
    fc.property(anyReports, (list) => {
      const taken = takeReports(list);
      const [first] = taken;
      const told = { status: first?.row?.status ?? '', start_time: first?.row?.advertised_start ?? '' };
      for (const { changes: rows, row } of taken) {
        for (const { kind, value, previous } of rowsOf([{ changes: rows }], 'race_events')) {
          if (kind !== 'status' && kind !== 'start_time') throw new Error(`an event ${kind}`);
          if (kind === 'start_time') expect(previous).toBe(told.start_time);
          else expect(previous?.toLowerCase()).toBe(told.status.toLowerCase());
          told[kind] = value ?? '';
        }
        expect(row?.status?.toLowerCase()).toBe(told.status.toLowerCase());
        expect(row?.advertised_start).toBe(told.start_time);
      }
    }),
  );
});
