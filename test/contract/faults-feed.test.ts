import { expect, it } from 'vitest';
import { misbehaveOften } from '../faults/feed.ts';

const pace = { whiles: [250, 350], calms: [80, 150], isMeasured: false } as const;
const storm = [
  ...['wrong shapes', '429 with Retry-After', 'duplicated runners', 'prices as strings', 'bodies of 10 MB'],
];

it('nothing is lost, told twice, untrue or stale after a feed that answered wrongly in five ways', async () => {
  const { findings, met, quarantined, told, problems } = await misbehaveOften(storm, 1, pace);
  const { lost, duplicated, untrue, stale, states } = findings;
  expect({ lost, duplicated, untrue, stale, problems }).toEqual({
    ...{ lost: [], duplicated: [], untrue: [], stale: [], problems: [] },
  });
  expect(states).toBeGreaterThan(30);
  expect(met).toBeGreaterThan(3);
  expect(quarantined).toBeGreaterThan(3);
  expect(told).toBeGreaterThan(0);
});
