import type { Code, Country } from './tracks.ts';
import type { Random } from './random.ts';

export type Status = 'Open' | 'Closed' | 'Interim' | 'Final' | 'Abandoned';

/** Every instant at which a race's status or start changes, in epoch milliseconds. */
export interface Timetable {
  readonly scheduled: number;
  /** Changes of the advertised start, in order. */
  readonly moves: readonly { readonly at: number; readonly to: number }[];
  /** The jump: betting ends and the status leaves Open. */
  readonly closed: number;
  readonly interim: number;
  /** First dividends, some seconds into Interim. */
  readonly dividends: number;
  readonly final: number;
  /** Results are amended after Final. */
  readonly amended: number | null;
  /** The card is called off: the listing says so at once, the event only later. */
  readonly abandoned: { readonly listed: number; readonly shown: number } | null;
  /** What is served as `actual_start` once the race was run; nonsense now and then. */
  readonly actualStart: number;
}

const second = 1000;
const minute = 60 * second;

/** Median and spread of the seconds between advertised start and jump. */
function lateness(code: Code, country: Country): [median: number, sigma: number] {
  if (code === 'G') return country === 'NZ' ? [44, 0.6] : [40, 0.5];
  if (code === 'H') return country === 'NZ' ? [162, 0.85] : [120, 0.7];
  return country === 'NZ' ? [88, 1] : [75, 0.7];
}

function startMoves(r: Random, scheduled: number): Timetable['moves'] {
  const moves: { at: number; to: number }[] = [];
  let start = scheduled;
  for (let odds = 0.022; r.chance(odds); odds = 0.2) {
    const size = r.unit();
    const later = size < 0.7 ? r.int(1, 6) : size < 0.95 ? r.int(6, 20) : r.int(20, 35);
    const ahead = r.chance(0.15) ? -r.int(10, 50) * second : r.between(3, 90) * minute;
    const at = Math.max(start - ahead, moves.at(-1)?.at ?? -Infinity) + 1;
    const earlier = ahead > 20 * minute && r.chance(0.15);
    start = earlier
      ? start - r.int(1, 3) * minute
      : Math.min(start + later * minute, scheduled + 35 * minute);
    if (start !== (moves.at(-1)?.to ?? scheduled)) moves.push({ at: Math.round(at), to: start });
  }
  return moves;
}

/** How long the race and the judge take, and how long until the result is official. */
const course: Readonly<Record<Code, { closed: [number, number]; interim: [number, number] }>> = {
  G: { closed: [70, 170], interim: [60, 200] },
  T: { closed: [130, 300], interim: [120, 360] },
  H: { closed: [170, 320], interim: [120, 330] },
};

/** Draws a race's life. `calledOff` is the instant its card is abandoned, or null. */
export function drawTimetable(
  r: Random,
  scheduled: number,
  code: Code,
  country: Country,
  calledOff: number | null,
): Timetable {
  const moves = startMoves(r, scheduled).filter(({ at }) => calledOff === null || at < calledOff);
  const [median, sigma] = lateness(code, country);
  const late = Math.min(1400, Math.max(4, r.lognormal(median, sigma)));
  const lastMove = moves.at(-1);
  const closed = Math.round(Math.max(lastMove?.to ?? scheduled, lastMove?.at ?? 0) + late * second);
  const spans = course[code];
  const interim = closed + Math.round(r.between(...spans.closed) * second);
  const final = interim + Math.round(r.between(...spans.interim) * second);
  const amendedLater = r.chance(0.2) ? r.between(12, 22) * 60 * minute : r.between(4, 50) * minute;
  return {
    scheduled,
    moves,
    closed,
    interim,
    dividends: interim + Math.round(r.between(8, 45) * second),
    final,
    amended: r.chance(0.04) ? final + Math.round(amendedLater) : null,
    abandoned:
      calledOff === null
        ? null
        : { listed: calledOff, shown: calledOff + Math.round(r.between(8, 75) * minute) },
    actualStart: r.chance(0.0015) ? closed - 42_401 * second : closed,
  };
}

/** The advertised start as known at an instant. */
export function advertisedStart(timetable: Timetable, at: number): number {
  return timetable.moves.findLast((move) => move.at <= at)?.to ?? timetable.scheduled;
}

/** The status as the event detail has it. */
export function statusAt(timetable: Timetable, at: number): Status {
  if (timetable.abandoned) return at < timetable.abandoned.shown ? 'Open' : 'Abandoned';
  if (at < timetable.closed) return 'Open';
  if (at < timetable.interim) return 'Closed';
  return at < timetable.final ? 'Interim' : 'Final';
}

/** The status as the day's listing has it: ahead of the event's when a card is abandoned. */
export function listedStatusAt(timetable: Timetable, at: number): Status {
  if (timetable.abandoned && at >= timetable.abandoned.listed) return 'Abandoned';
  return statusAt(timetable, at);
}

/** Prices and pools move until here: the jump, or the end of a called-off card. */
export function bettingEnds(timetable: Timetable): number {
  return timetable.abandoned?.listed ?? timetable.closed;
}
