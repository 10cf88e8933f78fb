import fc from 'fast-check';
import { expect, test } from 'vitest';
import { timestamp } from '../../src/domain/time.ts';
import { hold } from '../support/properties.ts';
import { rowsOf, start } from '../support/snapshots.ts';
import { anyReports, takeReports } from '../support/snapshots-reports.ts';

test('the newest report is what the row says, but that a listing’s Abandoned outranks an Open event', () => {
  hold(
    fc.property(anyReports, (list) => {
      for (const [index, { row }] of takeReports(list).entries()) {
        const taken = list.slice(0, index + 1);
        const newest = taken.toSorted((one, other) => one.at - other.at).at(-1);
        if (newest !== list[index]) continue;
        const lastListing = taken.filter(({ from }) => from === 'listing').at(-1);
        const outranked = newest?.from === 'event' && newest.status.toLowerCase() === 'open';
        const isAbandoned = lastListing?.status === 'Abandoned';
        // A listing that arrives late is the last one, but not the latest: it says nothing.
        if (taken.some(({ at, from }) => from === 'listing' && at > (lastListing?.at ?? 0))) continue;
        const expected = outranked && isAbandoned ? 'Abandoned' : newest?.status;
        expect(row?.status?.toLowerCase()).toBe(expected?.toLowerCase());
        expect(row?.advertised_start).toBe(timestamp(start + (newest?.later ?? 0) * 1000));
      }
    }),
  );
});

test('a report that arrives late changes nothing, but that its Abandoned outranks Open', () => {
  hold(
    fc.property(anyReports, (list) => {
      const taken = takeReports(list);
      for (const [index, report] of list.entries()) {
        const before = taken[index - 1]?.row ?? null;
        const row = taken[index]?.row ?? null;
        if (before === null || !list.slice(0, index).some(({ at }) => at > report.at)) continue;
        const abandons = row?.status === 'Abandoned' && before.status?.toLowerCase() === 'open';
        if (!abandons) expect(row?.status).toBe(before.status);
        expect(row?.advertised_start).toBe(before.advertised_start);
      }
    }),
  );
});

test('the events alone tell the status and the start of the row', () => {
  hold(
    fc.property(anyReports, (list) => {
      const taken = takeReports(list);
      const [first] = taken;
      const told = { status: first?.row?.status ?? '', start_time: first?.row?.advertised_start ?? '' };
      for (const { changes, row } of taken) {
        for (const { kind, value, previous } of rowsOf([{ changes }], 'race_events')) {
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
