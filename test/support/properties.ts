import fc from 'fast-check';
import type { IAsyncProperty, IProperty } from 'fast-check';
import { vi } from 'vitest';

/** How many times as many cases as usual are tried: `npm run test:properties` sets it. */
const times = Number(process.env.ODDSTREAM_TEST_TIMES ?? 1);

vi.setConfig({ testTimeout: 60_000 * times });

/**
 * Fails when a property does not hold. The suite tries the same cases each time, as a test that fails by chance helps
 * nobody; the long form tries many more, others each time, and prints the seed of those that it fails with.
 *
 * @param runs cases that the suite tries
 */
export function hold<Ts>(property: IAsyncProperty<Ts>, runs?: number): Promise<void>;
export function hold<Ts>(property: IProperty<Ts>, runs?: number): void;
export function hold<Ts>(property: IProperty<Ts> | IAsyncProperty<Ts>, runs = 100): Promise<void> | void {
  const parameters = { numRuns: Math.ceil(runs * times), ...(times === 1 && { seed: 1 }) };
  return fc.assert(property, parameters);
}
