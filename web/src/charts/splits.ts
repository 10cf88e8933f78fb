/** Prices that people know their way by. */
const known = [
  1.01, 1.1, 1.2, 1.5, 2, 3, 4, 6, 8, 11, 15, 21, 31, 51, 81, 101, 151, 201, 301, 501, 1_001,
] as const;

/** Values for the axis of a scale by ratio: no more than eight of them between the lowest and the highest. */
export function ratioSplits(min: number, max: number): number[] {
  const within = known.filter((value) => value >= min && value <= max);
  const step = Math.ceil(within.length / 8);
  return within.filter((_, place) => place % step === 0);
}
