/** How many times as long as it took a reading is good: it takes no more than a part of its thread's time. */
const ageByCost = 10;

/**
 * A reading that is made anew only when the last one is older than so many real milliseconds, or ten times as long as it
 * took if that is more: however many ask, it costs no more.
 */
export function cached<T>(maxAgeMs: number, read: () => T): () => T {
  let last: { readonly value: T; readonly at: number; readonly ageMs: number } | null = null;
  return () => {
    const now = performance.now();
    if (last === null || now - last.at > last.ageMs) {
      const value = read();
      const at = performance.now();
      last = { value, at, ageMs: Math.max(maxAgeMs, ageByCost * (at - now)) };
    }
    return last.value;
  };
}
