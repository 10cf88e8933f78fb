/**
 * A reading that is made anew only when the last one is older than so many real milliseconds: however many ask, it
 * costs the recorder no more.
 */
export function cached<T>(maxAgeMs: number, read: () => T): () => T {
  let last: { readonly value: T; readonly at: number } | null = null;
  return () => {
    const now = performance.now();
    if (last === null || now - last.at > maxAgeMs) last = { value: read(), at: now };
    return last.value;
  };
}
