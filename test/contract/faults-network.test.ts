import { expect, it } from 'vitest';
import { breakLinks, breakings } from '../faults/network.ts';

const pace = { whiles: [200, 350], calms: [80, 150], isMeasured: false } as const;
const storm = [
  ...['feed: reset mid-body', 'appwrite: refused', 'feed: peer vanished without FIN'],
  ...['appwrite: reset mid-body', 'feed: no DNS', 'feed: accepts, never answers'],
];

it('nothing is lost, told twice, untrue or stale after links that broke in six ways', async () => {
  const list = storm.map((name) => {
    const breaking = breakings.find((one) => one.name === name);
    if (breaking === undefined) throw new Error(`no link breaks by "${name}"`);
    return breaking;
  });
  const { findings, met, told, problems } = await breakLinks(list, 1, pace);
  const { lost, duplicated, untrue, stale, states } = findings;
  expect({ lost, duplicated, untrue, stale, problems }).toEqual({
    ...{ lost: [], duplicated: [], untrue: [], stale: [], problems: [] },
  });
  expect(states).toBeGreaterThan(30);
  expect(met).toBeGreaterThan(3);
  // The check of gaps says nothing where there was no time without data.
  expect(told).toBeGreaterThan(0);
});
