import { expect, it } from 'vitest';
import { LogGrowth, logLimit } from '../../src/app/log-growth.ts';

it('reports a log past its limit, each time it has doubled, and anew when it was cut back', () => {
  const growth = new LogGrowth();
  const sizes = [0, 1, 1.1, 1.9, 2, 2.1, 3.9, 9, 15, 17, 0.2, 1, 1.2, 1.3];
  const reported = sizes.filter((times) => growth.isNew(times * logLimit));
  expect(reported).toEqual([1.1, 2.1, 9, 17, 1.2]);
});
