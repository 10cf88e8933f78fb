import type { MeetingCard, MultiLegs, RaceCard } from './card.ts';
import type { Code, Country } from './tracks.ts';
import { planDay, type MeetingPlan } from './day-plan.ts';
import type { Identifiers } from './identifiers.ts';
import { sponsorName } from './names.ts';
import { midnightOfDay } from './nz-time.ts';
import { random, type Random } from './random.ts';
import { refreshMs } from './refresh.ts';
import { drawTimetable } from './timetable.ts';
import { tracks, type Track } from './tracks.ts';

const minute = 60_000;

const distances: Readonly<Record<Code, readonly number[]>> = {
  T: [1000, 1100, 1200, 1300, 1400, 1500, 1600, 1800, 2000, 2200, 2400],
  H: [1609, 1720, 1980, 2138, 2200, 2240, 2600],
  G: [295, 318, 375, 390, 457, 520, 600, 715],
};
const classNames: Readonly<Record<Code, readonly string[]>> = {
  T: ['Maiden', 'Rating 60 Benchmark', 'Rating 65 Benchmark', 'Rating 75 Benchmark', 'Open Handicap'],
  H: ['Maiden Pace', 'Rating 45-55 Pace', 'Mobile Trot', 'Open Pace'],
  G: ['C1', 'C2', 'C3', 'Grade 5', 'Maiden'],
};
const trackConditions: Readonly<Record<Code, readonly string[]>> = {
  T: ['Good3', 'Good4', 'Soft5', 'Soft6', 'Soft7', 'Heavy8'],
  H: ['Good', 'Fast', 'Easy'],
  G: ['Good'],
};
const weathers = ['Fine', 'FINE', 'Overcast', 'OCAST', 'overcast', 'showers'];
const rails = ['True', 'Out 2m', '+3m Entire', '+5m Entire'];

/** A day's tracks, each used once before any comes again. */
function trackDealer(r: Random): (country: Country, code: Code) => Track {
  const decks = new Map<string, Track[]>();
  return (country, code) => {
    const key = country + code;
    const deck = decks.get(key) ?? [];
    if (deck.length === 0) deck.push(...r.shuffle(tracks[country][code]));
    decks.set(key, deck);
    const [track] = deck.splice(0, 1);
    if (!track) throw new RangeError(`no track for ${key}`);
    return track;
  };
}

function pairsOf(numbers: readonly number[], size: number): number[][] {
  const groups: number[][] = [];
  for (let end = numbers.length; end >= size; end -= size) groups.unshift(numbers.slice(end - size, end));
  return groups;
}

function multiLegs(count: number, tote: boolean, doubles: boolean): MultiLegs {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const four = tote && count >= 6;
  return {
    quaddie: four ? numbers.slice(-4) : [],
    earlyQuaddie: four ? numbers.slice(0, 4) : [],
    trebles: four && doubles ? pairsOf(numbers, 3) : [],
    doubles: four && doubles ? pairsOf(numbers, 2) : [],
  };
}

/** From which race on a card is called off, and when; hardly ever. */
function calledOff(r: Random, starts: readonly number[]): { from: number; at: number } | null {
  if (!r.chance(0.025)) return null;
  const from = r.chance(0.4) ? 0 : r.int(1, starts.length - 1);
  const ahead = from === 0 ? r.between(60, 300) : r.between(2, 12);
  return { from, at: Math.round((starts[from] ?? 0) - ahead * minute) };
}

function raceCard(
  r: Random,
  ids: Identifiers,
  plan: MeetingPlan,
  place: { day: number; index: number; number: number },
  start: number,
  off: number | null,
): RaceCard {
  const { code, country } = plan;
  const className = r.pick(classNames[code]);
  const group = code === 'T' && r.chance(0.03) ? r.pick(['Listed', 'Group 3', 'Group 2', 'Group 1']) : '';
  const prize = Math.round(r.lognormal(code === 'G' ? 6000 : 24_000, 0.5) / 50) * 50 * (group === '' ? 1 : 6);
  const name = `${sponsorName(r)} ${className}`;
  return {
    id: ids.encode('race', place.day, place.index, place.number),
    number: place.number,
    name: country === 'NZ' ? name.toUpperCase() : name,
    start,
    distance: r.pick(distances[code]),
    className,
    group,
    startType: code === 'H' ? r.pick(['Mobile', 'Mobile', 'Standing']) : '',
    prize,
    timetable: drawTimetable(r, start, code, country, off),
    phase: r.int(0, refreshMs - 1),
  };
}

/** Every meeting whose NZ date is `day`, in the order of their first races; the same for the same key. */
export function drawProgramme(
  key: string,
  ids: Identifiers,
  racesPerDay: number,
  day: number,
): readonly MeetingCard[] {
  const midnight = midnightOfDay(day);
  const r = random(key, 'programme', day);
  const dealTrack = trackDealer(r);
  const plans = planDay(r, racesPerDay, midnightOfDay(day + 1) - midnight);
  return plans.map((plan, index) => {
    const track = dealTrack(plan.country, plan.code);
    return drawMeeting(random(key, 'meeting', day, index), ids, plan, track, { day, index, midnight });
  });
}

function drawMeeting(
  r: Random,
  ids: Identifiers,
  plan: MeetingPlan,
  track: Track,
  place: { day: number; index: number; midnight: number },
): MeetingCard {
  const { day, index, midnight } = place;
  const starts = Array.from({ length: plan.races }, (_, race) => {
    const jitter = race === 0 ? 0 : r.between(-0.1, 0.1) * plan.spacing;
    return Math.round((midnight + plan.first + race * plan.spacing + jitter) / minute) * minute;
  });
  const off = calledOff(r, starts);
  const tote = plan.country !== 'HK';
  const conditions = trackConditions[plan.code];
  return {
    id: ids.encode('meeting', day, index),
    day,
    index,
    name: track.name,
    country: plan.country,
    state: track.state,
    code: plan.code,
    races: starts.map((start, race) => {
      const at = off && race >= off.from ? off.at : null;
      return raceCard(r, ids, plan, { day, index, number: race + 1 }, start, at);
    }),
    legs: multiLegs(plan.races, tote, plan.country === 'NZ' || r.chance(0.2)),
    toteNumber: tote ? index + (plan.country === 'NZ' ? 1 : 20) : null,
    videoChannels: r.chance(0.5) ? ['Trackside1'] : ['Trackside2', 'Trackside1'],
    weather: r.pick(weathers),
    track: {
      first: r.pick(conditions),
      later: r.chance(0.12)
        ? { at: Math.round((starts[0] ?? 0) + r.between(-2, 3) * 60 * minute), condition: r.pick(conditions) }
        : null,
      direction: r.pick(['Left', 'Left', 'Right']),
      rail: plan.code === 'T' ? r.pick(rails) : '',
    },
  };
}
