/** A value that holds from a time on (epoch milliseconds) until the next point; null: none from there. */
export interface Point {
  readonly t: number;
  readonly v: number | null;
}

/** The place of the first point that is later than a time. */
function after(points: readonly Point[], t: number): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((points[middle]?.t ?? 0) <= t) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Adds a point at its own time, which may lie before others: a fluctuation comes to light late. */
export function insert(points: Point[], point: Point): void {
  const last = points.at(-1);
  if (last === undefined || last.t <= point.t) points.push(point);
  else points.splice(after(points, point.t), 0, point);
}

/** The value that holds at a time; null when none does. */
export function valueAt(points: readonly Point[], t: number): number | null {
  return points[after(points, t) - 1]?.v ?? null;
}

/**
 * At most about `max` of the points, with each stretch's first, lowest, highest and last among them, so that the
 * line keeps its looks. Few points are returned as they are.
 */
export function thin(points: readonly Point[], max: number): readonly Point[] {
  const first = points[0];
  const last = points.at(-1);
  if (points.length <= max || first === undefined || last === undefined) return points;
  const stretches = Math.max(1, Math.floor(max / 4));
  const width = (last.t - first.t) / stretches || 1;
  const kept: Point[] = [];
  let stretch: Point[] = [];
  let current = 0;
  for (const point of points) {
    const place = Math.min(stretches - 1, Math.floor((point.t - first.t) / width));
    if (place !== current) kept.push(...outline(stretch));
    if (place !== current) stretch = [];
    current = place;
    stretch.push(point);
  }
  return [...kept, ...outline(stretch)];
}

/** First, lowest, highest and last of some points, each once, in their order. */
function outline(points: readonly Point[]): readonly Point[] {
  if (points.length <= 4) return points;
  let low = 0;
  let high = 0;
  points.forEach(({ v }, index) => {
    if (v === null) return;
    if (v < (points[low]?.v ?? Infinity)) low = index;
    if (v > (points[high]?.v ?? -Infinity)) high = index;
  });
  const places = [...new Set([0, low, high, points.length - 1])].sort((a, b) => a - b);
  return places.flatMap((place) => points[place] ?? []);
}
