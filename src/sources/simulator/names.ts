import type { Random } from './random.ts';
import { adjectives, colours, firstNames, nouns, silkMarks, sponsors, surnames, trades } from './words.ts';

/** `count` names of runners, each another one. */
export function runnerNames(r: Random, count: number): string[] {
  const names = new Set<string>();
  while (names.size < count) names.add(runnerName(r));
  return [...names];
}

export function runnerName(r: Random): string {
  const roll = r.unit();
  if (roll < 0.7) return `${r.pick(adjectives)} ${r.pick(nouns)}`;
  if (roll < 0.8) return `${r.pick(nouns)}'s ${r.pick(nouns)}`;
  if (roll < 0.9) return `The ${r.pick(adjectives)} ${r.pick(nouns)}`;
  return r.pick(nouns) + r.pick(nouns).toLowerCase();
}

/** A jockey, driver or trainer. */
export function personName(r: Random): string {
  return `${r.pick(firstNames)} ${r.pick(surnames)}`;
}

/** Owners as a race book lists them. */
export function owners(r: Random, count: number): string {
  const names = Array.from({ length: count }, () => {
    const initials =
      r.pick(firstNames).slice(0, 1) + (r.chance(0.6) ? ` ${r.pick(firstNames).slice(0, 1)}` : '');
    return `${initials} ${r.pick(surnames)}`;
  });
  const last = names.pop() ?? '';
  return names.length === 0 ? last : `${names.join(', ')} & ${last}`;
}

export function sponsorName(r: Random): string {
  return `${r.pick(sponsors)} ${r.pick(trades)}`;
}

export function silkColours(r: Random): string {
  const [first, second, cap] = r.shuffle(colours);
  return `${String(first)}, ${String(second).toLowerCase()} ${r.pick(silkMarks)}, ${String(cap).toLowerCase()} cap`;
}
