/**
 * Heights at which marks do not cover each other: each no nearer than `gap` to the one above, none below `lowest`.
 * @param heights from the top down
 */
export function spread(heights: readonly number[], gap: number, lowest: number): number[] {
  const down: number[] = [];
  for (const height of heights) down.push(Math.max(height, (down.at(-1) ?? -Infinity) + gap));
  let limit = lowest;
  return down
    .toReversed()
    .map((height) => {
      const place = Math.min(height, limit);
      limit = place - gap;
      return place;
    })
    .toReversed();
}
