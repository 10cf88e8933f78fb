import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planAt } from '../../src/streams/cadence.ts';
import type { Cadence } from '../../src/streams/cadence.ts';
import { nextDue } from '../../src/streams/due.ts';
import { hold } from '../support/properties.ts';
import { cadences } from '../support/streams-tables.ts';

const moment = fc.integer({ min: 1_700_000_000_000, max: 1_700_000_000_000 + 3 * 86_400_000 });
const race = fc.record({
  status: fc.constantFrom('Open', 'Closed', 'Interim', 'Final', 'Abandoned', '', 'Postponed'),
  advertisedStart: moment,
  since: moment,
  endedAt: fc.option(moment, { nil: null }),
});
const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

function longestInterval({ bands, notLiveMs, closedMs, interimMs }: Cadence): number {
  return Math.max(...bands.map(({ everyMs }) => everyMs), notLiveMs, closedMs, interimMs);
}

describe('for any valid table, start, status and time', () => {
  it('the interval of the plan is finite, positive and under 2^31 ms, and the plan holds now', () => {
    hold(
      fc.property(cadences(), race, moment, (cadence, times, now) => {
        const plan = planAt(cadence, times, now);
        expect(plan.until).toBeGreaterThan(now);
        if (plan.kind === 'every') {
          expect(plan.everyMs).toBeGreaterThanOrEqual(1);
          expect(plan.everyMs).toBeLessThan(2 ** 31);
          expect(Number.isInteger(plan.everyMs)).toBe(true);
          expect(plan.since).toBeLessThanOrEqual(now);
        }
        if (plan.kind === 'reads') {
          expect(plan.dues.length).toBeGreaterThan(0);
          for (const due of plan.dues) expect(Number.isFinite(due)).toBe(true);
          expect(plan.dues).toEqual([...new Set(plan.dues)].toSorted((a, b) => a - b));
        }
      }),
      2_000,
    );
  });

  it('the next poll is due after the last one, by one interval at most or when the plan begins', () => {
    hold(
      fc.property(
        cadences(),
        race,
        moment,
        moment,
        unit,
        unit,
        (cadence, times, now, lastGoodAt, phase, chance) => {
          const plan = planAt(cadence, times, now);
          const due = nextDue(plan, { phase, last: null, lastGoodAt }, now, chance);
          if (due === null) {
            expect(plan.kind === 'reads' && plan.dues.every((read) => read <= lastGoodAt)).toBe(true);
            return;
          }
          if (plan.kind !== 'every') return;
          const from = Math.min(lastGoodAt, now - 1);
          expect(due).toBeGreaterThan(from);
          expect(due).toBeLessThanOrEqual(Math.max(Math.min(lastGoodAt, now) + plan.everyMs, plan.since));
        },
      ),
      2_000,
    );
  });

  const anyStart = fc.oneof(
    moment,
    fc.integer({ min: Date.parse('0000-01-01T00:00:00Z'), max: Date.parse('9999-12-31T23:59:59.999Z') }),
    fc.constantFrom(1_000, Date.parse('9999-12-31T23:59:59.999Z'), Date.parse('0000-01-01T00:00:00Z')),
  );

  it('a race that has not ended is polled within its longest interval, whatever its start', () => {
    hold(
      fc.property(
        cadences(),
        fc.constantFrom('Open', 'Closed', 'Interim', '', 'Postponed'),
        anyStart,
        moment,
        fc.nat({ max: 3_000_000 }),
        unit,
        unit,
        (cadence, status, advertisedStart, now, ago, phase, chance) => {
          const plan = planAt(cadence, { status, advertisedStart, since: now, endedAt: null }, now);
          const due = nextDue(plan, { phase, last: null, lastGoodAt: now - ago }, now, chance);
          expect(due).not.toBeNull();
          expect(due).toBeLessThanOrEqual(now + longestInterval(cadence));
        },
      ),
      2_000,
    );
  });

  it('tries follow a failure within one interval of its beginning, or at once where it lasted longer', () => {
    const duration = fc.integer({ min: 0, max: 60_000 });
    const failures = fc.integer({ min: 1, max: 100 });
    hold(
      fc.property(
        cadences(),
        race,
        moment,
        duration,
        failures,
        unit,
        (cadence, times, startedAt, lasted, count, chance) => {
          const finishedAt = startedAt + lasted;
          const plan = planAt(cadence, times, finishedAt);
          const last = { startedAt, finishedAt, failures: count, missing: 0 };
          const due = nextDue(plan, { phase: 0, last, lastGoodAt: startedAt - 1 }, finishedAt, chance);
          const everyMs = plan.kind === 'every' ? plan.everyMs : 300_000 + lasted;
          expect(due).toBeGreaterThanOrEqual(finishedAt);
          expect(due).toBeLessThanOrEqual(Math.max(finishedAt, startedAt + everyMs));
          expect(due).toBeLessThanOrEqual(finishedAt + 300_000);
        },
      ),
      2_000,
    );
  });
});
