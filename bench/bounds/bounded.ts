import { expect } from 'vitest';

/** Prints a figure with its bound, and fails when it is not below it. */
export function expectBelow(what: string, figure: number, bound: number, unit: string): void {
  const digits = Math.abs(figure) < 10 ? 2 : 0;
  console.log(`${what}: ${figure.toFixed(digits)} ${unit}, bound ${bound} ${unit}`);
  expect(figure, what).toBeLessThan(bound);
}

/** Returns the real milliseconds that something takes. */
export async function millisOf(work: () => unknown): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}
