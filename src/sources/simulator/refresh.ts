import type { RaceCard } from './card.ts';

/** How often the source refreshes a race, in simulated milliseconds. */
export const refreshMs = 12_000;

/** The last refresh of a race at or before an instant, counted from 1970. */
export function slotAt(card: RaceCard, at: number): number {
  return Math.floor((at - card.phase) / refreshMs);
}

/** The instant of a refresh, in epoch milliseconds. */
export function slotStart(card: RaceCard, slot: number): number {
  return slot * refreshMs + card.phase;
}
