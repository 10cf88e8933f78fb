import type { Random } from './random.ts';
import { advertisedStart, bettingEnds, type Timetable } from './timetable.ts';

/**
 * How busy fixed-win prices are by time to the advertised start: changes a minute over all runners, and how
 * many runners move at once (a book is repriced in strokes, which is why most short spans see no change).
 */
export interface Band {
  /** The band holds while more than so many seconds are left. */
  readonly over: number;
  readonly changesPerMinute: number;
  readonly runnersAtOnce: number;
  /** Share of changes that are spikes, each with a second change back within seconds. */
  readonly spikes: number;
}

export const bands: readonly Band[] = [
  { over: 6 * 3600, changesPerMinute: 0.03, runnersAtOnce: 2, spikes: 0 },
  { over: 3600, changesPerMinute: 0.06, runnersAtOnce: 1.8, spikes: 0 },
  { over: 900, changesPerMinute: 0.19, runnersAtOnce: 2.6, spikes: 0.02 },
  { over: 300, changesPerMinute: 1.7, runnersAtOnce: 4.5, spikes: 0.05 },
  { over: 60, changesPerMinute: 8.3, runnersAtOnce: 4.2, spikes: 0.06 },
  { over: 0, changesPerMinute: 16.8, runnersAtOnce: 2.3, spikes: 0.06 },
  { over: -Infinity, changesPerMinute: 18.3, runnersAtOnce: 3, spikes: 0.06 },
];

export function bandOf(seconds: number): Band {
  const band = bands.find(({ over }) => seconds > over) ?? bands.at(-1);
  if (!band) throw new RangeError('no bands');
  return band;
}

/** Instants at which some prices move, with the band each falls into, from `from` until betting ends. */
export function repricings(r: Random, timetable: Timetable, from: number): { at: number; band: Band }[] {
  const end = bettingEnds(timetable);
  const found: { at: number; band: Band }[] = [];
  for (let at = from; at < end;) {
    const start = advertisedStart(timetable, at);
    const band = bandOf((start - at) / 1000);
    const move = timetable.moves.find((each) => each.at > at)?.at ?? end;
    const bound = Math.min(end, move, band.over === -Infinity ? end : start - band.over * 1000);
    const strokes = band.changesPerMinute / (band.runnersAtOnce * (1 + band.spikes));
    const next = at + r.exponential(60_000 / strokes);
    if (next < bound) found.push({ at: next, band });
    at = Math.min(next, bound);
  }
  return found;
}
