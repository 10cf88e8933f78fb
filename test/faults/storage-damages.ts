import { frameBytes, logHeaderBytes, pageBytes } from './storage-trial.ts';
import type { Damage, Victim } from './storage-trial.ts';

/** Truncations and flipped bits at every boundary of a page or a frame, one byte before it and one after. */
export function boundaryDamages(victim: Victim, part: Damage['part']): Damage[] {
  const size = victim.sizes[part];
  const [first, step] = part === '' ? [0, pageBytes] : [logHeaderBytes, frameBytes];
  const places: number[] = [];
  for (let at = first; at <= size; at += step) places.push(at - 1, at, at + 1);
  return places
    .filter((at) => at >= 0 && at < size)
    .flatMap((at) => [
      { kind: 'truncated', part, at, bit: 0 },
      { kind: 'flipped', part, at, bit: at % 8 },
    ]);
}

/** Flipped bits anywhere, by a seed. */
export function seededDamages(victim: Victim, part: Damage['part'], seed: number, count: number): Damage[] {
  const size = victim.sizes[part];
  if (size === 0) return [];
  let state = seed >>> 0;
  const next = (): number => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
  return Array.from({ length: count }, () => ({
    kind: 'flipped',
    part,
    at: Math.floor(next() * size),
    bit: Math.floor(next() * 8),
  }));
}
