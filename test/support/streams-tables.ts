import fc from 'fast-check';
import type { Cadence } from '../../src/streams/cadence.ts';
import { parseCadence } from '../../src/streams/cadence-config.ts';

/** Seconds as a table may have them, the odd ones among them. */
const seconds = fc.oneof(
  fc.integer({ min: 1, max: 100_000 }),
  fc.double({ min: 0.001, max: 2_147_483, noNaN: true }),
  fc.constantFrom(0.001, 1, 10, 2_147_483.647),
);

/** A valid cadence, as the configuration gives it: by times in seconds. */
export function cadences(every: fc.Arbitrary<number> = seconds): fc.Arbitrary<Cadence> {
  return fc
    .record({
      live: fc.integer({ min: 100, max: 100_000 }),
      not_live_s: every,
      overs: fc.uniqueArray(fc.integer({ min: -1_000, max: 99_000 }), { maxLength: 5 }),
      everies: fc.array(every, { minLength: 6, maxLength: 6 }),
      closed_s: every,
      interim_s: every,
      final_reads_s: fc.array(every, { minLength: 1, maxLength: 4 }),
      abandoned_reads_s: fc.array(every, { minLength: 1, maxLength: 2 }),
      overdue_after_s: fc.integer({ min: 100, max: 100_000 }),
      overdue_every_s: every,
      overdueFor: fc.integer({ min: 1, max: 100_000 }),
    })
    .map(({ live, overs, everies, overdueFor, ...rest }) => {
      const far = overs.filter((over) => over < live).toSorted((a, b) => b - a);
      const bands = [...far.map((over) => ({ over_s: over })), {}].map((band, index) => ({
        ...band,
        every_s: everies[index],
      }));
      const give_up_after_s = rest.overdue_after_s + overdueFor;
      const parsed = parseCadence({ live_s: live, bands, give_up_after_s, ...rest });
      if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
      return parsed.table.standard;
    });
}
