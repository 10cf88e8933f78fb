import type { Code, Country } from './tracks.ts';
import type { Random } from './random.ts';

/** One meeting of a day before it has a track, names and ids. */
export interface MeetingPlan {
  readonly code: Code;
  readonly country: Country;
  readonly races: number;
  /** Milliseconds after NZ midnight of the first race, and between races on the average. */
  readonly first: number;
  readonly spacing: number;
}

const minute = 60_000;
const hour = 60 * minute;

const codeShares: readonly [Code, number][] = [
  ['G', 0.45],
  ['T', 0.35],
  ['H', 0.2],
];
const nzShare = 0.25;
const fieldDay: Readonly<Record<Code, readonly [number, number]>> = { G: [10, 12], T: [7, 9], H: [7, 10] };
const minutesApart: Readonly<Record<Code, readonly [number, number]>> = {
  G: [15, 19],
  T: [30, 36],
  H: [27, 34],
};
/** NZ hours between which meetings of a code like to begin. */
const likedHours: Readonly<Record<Code, readonly [number, number]>> = { G: [1, 25], T: [8, 21], H: [9, 25] };

type Size = Pick<MeetingPlan, 'code' | 'country' | 'races'>;

/** Splits a day's races into meetings of 6 to 12 that keep the shares of codes and countries. */
function sizes(r: Random, racesPerDay: number): Size[] {
  const given: Record<Code, number> = { G: 0, T: 0, H: 0 };
  const nz: Record<Code, number> = { G: 0, T: 0, H: 0 };
  const few = racesPerDay < 100;
  const plan: Size[] = [];
  let left = racesPerDay;
  if (!few) {
    plan.push({ code: 'T', country: 'HK', races: 8 });
    left -= 8;
  }
  while (left > 0) {
    const done = racesPerDay - left;
    const want = ([code, share]: readonly [Code, number]) => share * (done + 8) - given[code];
    const [code] = codeShares.reduce((best, next) => (want(next) > want(best) ? next : best));
    const races = meetingSize(r, code, left, racesPerDay);
    // Each code has its NZ meetings, but a few meetings share them.
    const inNz = few ? nz.G + nz.T + nz.H : nz[code];
    const wanted = nzShare * (few ? done + races : given[code] + races);
    const country = wanted - inNz >= races / 2 ? 'NZ' : 'AUS';
    given[code] += races;
    if (country === 'NZ') nz[code] += races;
    plan.push({ code, country, races });
    left -= races;
  }
  return plan;
}

function meetingSize(r: Random, code: Code, left: number, racesPerDay: number): number {
  const usual = racesPerDay < 48 ? 6 : r.int(...fieldDay[code]);
  if (left - usual >= 6) return usual;
  return left <= 12 ? left : Math.floor(left / 2);
}

/**
 * The meetings of one NZ date, spread so that races start round the clock. `dayLength` is 24 hours but for
 * the two days on which the clocks change.
 */
export function planDay(r: Random, racesPerDay: number, dayLength: number): MeetingPlan[] {
  const liking = sizes(r, racesPerDay)
    .map((size) => ({ size, hour: r.between(...likedHours[size.code]) }))
    .toSorted((a, b) => a.hour - b.hour);
  const stratum = dayLength / liking.length;
  return liking.map(({ size }, place) => {
    const usual = r.between(...minutesApart[size.code]) * minute;
    // A few meetings alone would leave hours without a race: they are drawn out over the day.
    const drawnOut = stratum / size.races;
    const spacing = Math.max(usual, drawnOut);
    const shift = spacing === usual ? r.unit() * stratum : 0;
    return { ...size, first: hour + place * stratum + shift, spacing };
  });
}
