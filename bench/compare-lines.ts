import type { Line } from './line.ts';

/** A line of two revisions. */
export interface Compared {
  readonly what: string;
  readonly against: string;
  readonly unit: string;
  /** Medians over the rounds of the line's ratio, or of the figure that has no yardstick. */
  readonly then: number;
  readonly now: number;
  readonly verdict: 'slower' | 'faster' | 'same';
}

/** A smaller change is none, whatever the spread: five pairs are few. */
const leastChange = 0.03;

/**
 * Compares the lines of two revisions that were measured in turn, those that both have. A line became slower or
 * faster when its spreads over all rounds lie apart. What is compared is the ratio to the yardstick, which what the
 * machine does meanwhile meets too.
 *
 * @param then lines of the earlier revision, round by round
 * @param now lines of the later one
 */
export function compareLines(
  then: readonly (readonly Line[])[],
  now: readonly (readonly Line[])[],
): Compared[] {
  const before = byName(then);
  return [...byName(now)].flatMap(([name, lines]) => {
    const earlier = before.get(name);
    return earlier === undefined ? [] : [compared(earlier, lines)];
  });
}

function byName(rounds: readonly (readonly Line[])[]): Map<string, readonly [Line, ...Line[]]> {
  const found = new Map<string, [Line, ...Line[]]>();
  for (const line of rounds.flat()) {
    const name = JSON.stringify([line.what, line.against, line.unit]);
    const lines = found.get(name);
    if (lines === undefined) found.set(name, [line]);
    else lines.push(line);
  }
  return found;
}

function compared(earlier: readonly [Line, ...Line[]], later: readonly [Line, ...Line[]]): Compared {
  const { what, against, unit } = later[0];
  const [then, now] = [middle(earlier), middle(later)];
  const change = Math.abs(now - then) / Math.abs(then);
  const isMore = lowest(later) > highest(earlier);
  const isLess = highest(later) < lowest(earlier);
  const isApart = (isMore || isLess) && !(change < leastChange);
  const verdict = !isApart ? 'same' : isMore === moreIsFaster(later[0]) ? 'faster' : 'slower';
  return { what, against, unit, then, now, verdict };
}

/** A goal says in which direction a figure is good; without one, its unit does. */
function moreIsFaster({ goal, unit }: Line): boolean {
  return goal === null ? /\/(\w+ )?s$/.test(unit) : 'atLeast' in goal;
}

function middle(lines: readonly Line[]): number {
  const sorted = lines.map(({ ratio }) => ratio).toSorted((a, b) => a - b);
  const half = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(half)] ?? NaN) + (sorted[Math.ceil(half)] ?? NaN)) / 2;
}

function lowest(lines: readonly Line[]): number {
  return Math.min(...lines.flatMap(({ ratio, spread }) => [ratio, ...spread]));
}

function highest(lines: readonly Line[]): number {
  return Math.max(...lines.flatMap(({ ratio, spread }) => [ratio, ...spread]));
}
