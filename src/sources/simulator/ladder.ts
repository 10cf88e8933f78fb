/** The prices at which bookmakers stop, from 1.01 to 501. */
export const ladder: readonly number[] = [
  ...steps(1.01, 1.2, 0.01),
  ...steps(1.22, 1.3, 0.02),
  ...steps(1.35, 3, 0.05),
  ...steps(3.1, 5, 0.1),
  ...steps(5.5, 10, 0.5),
  ...steps(11, 21, 1),
  ...[23, 26, 27, 29, 31, 34, 36, 41, 46, 51, 61, 67, 71, 81, 91, 101, 126, 151, 201, 251, 301, 401, 501],
];

function steps(from: number, to: number, by: number): number[] {
  const count = Math.round((to - from) / by) + 1;
  return Array.from({ length: count }, (_, index) => Math.round((from + index * by) * 100) / 100);
}

/** The place on the ladder nearest to a price, by ratio. */
export function nearestRung(price: number): number {
  const above = ladder.findIndex((rung) => rung >= price);
  if (above < 0) return ladder.length - 1;
  if (above === 0) return 0;
  const low = ladder[above - 1] ?? 1;
  const high = ladder[above] ?? 1;
  return price / low < high / price ? above - 1 : above;
}

/** The price of a rung; those beyond the ends are the ends. */
export function priceOf(rung: number): number {
  return ladder[Math.min(ladder.length - 1, Math.max(0, rung))] ?? 1.01;
}

/** The place price that goes with a win price; 0 and less mean no price and stay 0. */
export function placePrice(win: number, places: number): number {
  if (win <= 0) return 0;
  const fair = 1 + (win - 1) ** 0.9 * (places > 2 ? 0.21 : 0.26);
  const step = fair < 1.3 ? 0.01 : fair < 3 ? 0.05 : fair < 5 ? 0.1 : 0.5;
  return Math.max(1.01, Math.round(Math.floor(fair / step + 1e-9) * step * 100) / 100);
}
