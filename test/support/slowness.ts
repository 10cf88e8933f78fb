/** Milliseconds that a machine takes for the text below, on which the page's limits were set. */
const usualMs = 0.9;

/**
 * How many times as long this machine takes just now as that one; 1 at least. What is to be done within a time on any
 * machine is given so many times as much: a slow machine is no fault of the page.
 */
export function slowness(): number {
  const items = Array.from({ length: 5_000 }, (_, index) => ({
    id: `runner ${index}`,
    odds: index / 7,
    list: [index, index * 2, null, true],
    name: 'x'.repeat(index % 40),
  }));
  const text = JSON.stringify(items);
  const taken = Array.from({ length: 41 }, () => {
    const from = performance.now();
    JSON.parse(text);
    return performance.now() - from;
  });
  return Math.max(1, (taken.toSorted((a, b) => a - b)[20] ?? 0) / usualMs);
}
