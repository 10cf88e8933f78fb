import { expect, it } from 'vitest';
import { atAnyInstant, atPoints, atRequests } from '../faults/kill.ts';
import { strikeOften } from '../faults/stage-strikes.ts';
import type { Way } from '../faults/stage-strikes.ts';
import { stops } from '../faults/stop.ts';

const small = { racesPerDay: 12 };

/** One recorder after the other, each ended in another way. */
function oneByOne(ways: readonly Way[]): Way {
  const left = [...ways];
  return {
    name: ways.map(({ name }) => name).join(', '),
    times: ways.length,
    strike: async (stage, chance, how) => {
      const way = left.shift();
      if (way === undefined) throw new Error('There is no way left.');
      return await way.strike(stage, chance, how);
    },
  };
}

const clean = { lost: [], duplicated: [], untrue: [], stale: [] };

it('killed at any instant and at named points, it loses nothing, repeats nothing and tells each interruption', async () => {
  const ways = [atPoints.beforeFirstCommits, atAnyInstant, atPoints.afterCommit, atRequests.sent];
  const { findings, met, problems } = await strikeOften(oneByOne(ways), 1, { stage: small });
  expect(problems).toEqual([]);
  expect(findings).toMatchObject(clean);
  expect(findings.states).toBeGreaterThan(20);
  expect(met).toBeGreaterThanOrEqual(ways.length - 1);
});

it('told to stop in mid-flight, it drains, or ends at once when told twice, and goes on as if nothing had been', async () => {
  const [slowly, , twice] = stops(false);
  if (slowly === undefined || twice === undefined) throw new Error('There are no such stops.');
  const { findings, met, problems } = await strikeOften(oneByOne([slowly, twice]), 1, { stage: small });
  expect(problems).toEqual([]);
  expect(findings).toMatchObject(clean);
  expect(met).toBe(2);
});
