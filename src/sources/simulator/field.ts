import type { MeetingCard, RaceCard } from './card.ts';
import type { Code } from './tracks.ts';
import type { Identifiers } from './identifiers.ts';
import { personName, runnerNames } from './names.ts';
import type { Random } from './random.ts';
import { bettingEnds } from './timetable.ts';

interface Scratching {
  readonly at: number;
  /** Rarely a runner comes back. */
  readonly until: number | null;
  /** What becomes of its fixed price: it stays, moves once more, or is served as 0. */
  readonly price: 'kept' | 'moved' | 'zero';
}

/** The truth about a runner. Times are epoch milliseconds. */
export interface Entrant {
  readonly id: string;
  readonly number: number;
  readonly barrier: number;
  readonly name: string;
  /** Jockey or driver; empty for greyhounds. */
  readonly jockey: string;
  readonly newJockey: { readonly at: number; readonly name: string } | null;
  /** Place among the emergencies, 0 for the others. */
  readonly emergency: number;
  readonly scratching: Scratching | null;
  /** Chances of winning as the first and the last price see them; those of all runners sum to 1. */
  readonly openChance: number;
  readonly closeChance: number;
  /** When it gets its first price, and how its odds are served until then. */
  readonly pricedAt: number;
  readonly unpriced: 'zero' | 'absent';
}

const minute = 60_000;
const hour = 60 * minute;

function fieldSize(r: Random, code: Code): { runners: number; emergencies: number } {
  if (code === 'G') return { runners: r.int(7, 8), emergencies: r.chance(0.35) ? r.int(1, 2) : 0 };
  const size = Math.round(code === 'T' ? r.between(6, 11) + r.between(0, 5) : r.between(6, 13));
  return { runners: size, emergencies: code === 'T' && size >= 12 && r.chance(0.3) ? 2 : 0 };
}

/** When bookmakers open: thoroughbreds days ahead, greyhounds on the morning of the race. */
function marketOpens(r: Random, code: Code, start: number): number {
  const ahead = code === 'T' ? r.between(26, 60) : code === 'H' ? r.between(20, 44) : r.between(9, 20);
  return Math.round(start - ahead * hour);
}

function scratchingOf(r: Random, card: RaceCard, emergency: boolean): Scratching | null {
  if (!r.chance(emergency ? 0.8 : 0.055)) return null;
  const roll = emergency ? 0 : r.unit();
  const minutes = roll < 0.6 ? r.between(180, 1200) : roll < 0.9 ? r.between(20, 180) : r.between(2, 20);
  const at = Math.round(Math.min(card.start - minutes * minute, bettingEnds(card.timetable) - 30_000));
  const price = r.unit();
  const returns = price < 0.65 && r.chance(0.02);
  return {
    at: Math.floor(at / 1000) * 1000,
    until: returns ? Math.round(Math.min(at + r.between(5, 30) * minute, at + (card.start - at) / 2)) : null,
    price: price < 0.65 ? 'kept' : price < 0.85 ? 'moved' : 'zero',
  };
}

function chances(r: Random, count: number): { open: number[]; close: number[] } {
  const strengths = Array.from({ length: count }, () => Math.exp(r.normal() * 0.95));
  const early = strengths.map((strength) => strength * Math.exp(r.normal() * 0.35));
  const share = (list: number[]) => list.map((value) => value / list.reduce((sum, each) => sum + each, 0));
  return { open: share(early), close: share(strengths) };
}

/** Draws the runners of a race, in the order of their numbers. */
export function drawField(r: Random, ids: Identifiers, meeting: MeetingCard, card: RaceCard): Entrant[] {
  const { runners, emergencies } = fieldSize(r, meeting.code);
  const count = runners + emergencies;
  const names = runnerNames(r, count);
  const { open, close } = chances(r, count);
  const barriers = r.shuffle(Array.from({ length: count }, (_, index) => index + 1));
  const opens = marketOpens(r, meeting.code, card.start);
  const scratched = scratchings(r, card, runners, emergencies);
  return names.map((name, index) => {
    const late = r.chance(0.015);
    return {
      id: ids.encode('entrant', meeting.day, meeting.index, card.number, index + 1),
      number: index + 1,
      barrier: meeting.code === 'T' ? (barriers[index] ?? index + 1) : index + 1,
      name,
      jockey: meeting.code === 'G' ? '' : personName(r),
      newJockey:
        meeting.code !== 'G' && r.chance(0.025)
          ? { at: Math.round(card.start - r.between(15, 300) * minute), name: personName(r) }
          : null,
      emergency: Math.max(0, index + 1 - runners),
      scratching: scratched[index] ?? null,
      openChance: open[index] ?? 0,
      closeChance: close[index] ?? 0,
      pricedAt: late ? Math.round(card.start - r.between(8, 150) * minute) : opens + r.int(0, 400),
      unpriced: r.chance(0.3) ? 'absent' : 'zero',
    };
  });
}

/** Never so many that no race is left. */
function scratchings(r: Random, card: RaceCard, runners: number, emergencies: number): (Scratching | null)[] {
  let left = runners;
  return Array.from({ length: runners + emergencies }, (_, index) => {
    const emergency = index >= runners;
    const scratching = scratchingOf(r, card, emergency);
    if (!scratching || emergency) return scratching;
    if (left <= 5) return null;
    left -= 1;
    return scratching;
  });
}

/** Whether a runner is out at an instant. */
export function isScratched(entrant: Entrant, at: number): boolean {
  const { scratching } = entrant;
  if (scratching === null || at < scratching.at) return false;
  return scratching.until === null || at < scratching.until;
}

/** Whether it is in when the race is run. */
export function runsAtLast(entrant: Entrant): boolean {
  return entrant.scratching?.until !== null;
}
