import type { RaceCard } from '../card.ts';
import { personName, runnerName } from '../names.ts';
import type { Random } from '../random.ts';
import { gearItems, stewardsNotes } from '../words.ts';

const day = 86_400_000;
const margins = [
  'Nose',
  'Head',
  'Neck',
  'Long Neck',
  '0.75 Lengths',
  '1 Length',
  '1.5 Lengths',
  '2.75 Lengths',
];
const conditions = ['Good 3', 'Good 4', 'Soft 5', 'Soft 7', 'Heavy 9', 'Heavy 10', 'Synthetic'];
const trackCodes = [
  'ELLS',
  'TRAP',
  'TREN',
  'RICC',
  'MATA',
  'HAST',
  'AWAP',
  'TAUR',
  'RUAK',
  'OTAK',
  'WING',
  'NPLY',
];
const classes = ['MDN', 'MDN 3YO', 'Rating 60 HCP', 'Rating 65 Benchmark*', 'Rating 75 Benchmark*', 'Trial'];

/** `04/07/2025`. */
function slashDate(millis: number): string {
  const [year = '', month = '', date = ''] = new Date(millis).toISOString().slice(0, 10).split('-');
  return `${date}/${month}/${year}`;
}

/** `1:45.66`, or `0.37.15` with a dot between minutes and seconds. */
function clockText(seconds: number, separator: ':' | '.'): string {
  const rest = (seconds % 60).toFixed(2).padStart(5, '0');
  return `${Math.floor(seconds / 60)}${separator}${rest}`;
}

function lastStart(r: Random, at: number, gap: number): object {
  const runners = r.int(6, 16);
  const distance = r.pick([1000, 1200, 1300, 1400, 1600, 1800, 2100]);
  const ran = (distance / 16.2) * r.between(0.98, 1.05);
  const weight = r.int(104, 122) / 2;
  return {
    barrier: String(r.int(1, runners)),
    days_since: String(gap),
    distance: String(distance),
    finish: String(r.int(1, runners)),
    jockey: personName(r),
    limit_weight: (weight + 1).toFixed(2),
    margin: r.between(0, 14).toFixed(2),
    number_of_runners: String(runners),
    class: r.pick(classes),
    number: String(runners),
    prize_money: String(r.int(15, 60) * 1000),
    second: runnerName(r),
    third: runnerName(r),
    winner: runnerName(r),
    starting_price: r.lognormal(11, 0.8).toFixed(2),
    time_ran: clockText(ran, ':'),
    margin_1st_2nd: r.pick(margins),
    margin_2nd_3rd: r.pick(margins),
    margin_3rd_4th: '',
    minimum_handicap: (weight - 1).toFixed(2),
    gear: r.shuffle(gearItems).slice(0, 2).join(', '),
    track: r.pick(trackCodes),
    track_four_char: r.pick(trackCodes),
    track_condition: r.pick(conditions),
    weight_carried: weight.toFixed(1),
    date: slashDate(at),
    last_600: `0.${clockText(r.between(34, 39), '.').slice(2)}`,
    bon: clockText(ran, '.'),
    track_surface: 'Grass',
    track_direction: `${r.pick(['Left', 'Right'])} Handed`,
    run_rating: String(r.int(45, 75)),
    ...(r.chance(0.7) ? { win_favouritism: String(r.int(1, runners)) } : {}),
    ...(r.chance(0.7) ? { place_favouritism: String(r.int(1, runners)) } : {}),
    ...(r.chance(0.4) ? { stipes: r.pick(stewardsNotes) } : {}),
  };
}

/** The past starts of one runner, newest first. */
export function lastStarts(r: Random, card: RaceCard, count: number): object[] {
  let at = card.start;
  return Array.from({ length: count }, () => {
    const gap = r.chance(0.2) ? r.int(60, 240) : r.int(7, 28);
    at -= gap * day;
    return lastStart(r, at, gap);
  });
}

/** How many starts some runners of a race have behind them, which is what makes a payload big. */
export function startCounts(r: Random, runners: number, total: number): number[] {
  const weights = Array.from({ length: runners }, () => 0.15 + r.exponential(1));
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.map((weight) => Math.max(1, Math.round((weight / sum) * total)));
}

function summary(r: Random, most: number): object {
  const starts = r.int(0, most);
  return {
    number_of_starts: starts,
    number_of_wins: Math.floor(starts * r.between(0, 0.25)),
    number_of_placings: 0,
    number_of_seconds: Math.floor(starts * r.between(0, 0.2)),
    number_of_thirds: Math.floor(starts * r.between(0, 0.2)),
  };
}

const career = `first_up second_up third_up fourth_up track distance track_distance good soft heavy turf synthetic
  overall left_handed right_handed hurdle steeple fresh_30 fresh_90 weight_for_age slow firm`;

/** Starts, wins and places by circumstance, as NZ thoroughbreds have them. */
export function careerSummaries(r: Random): object {
  const names = career.split(/\s+/);
  return Object.fromEntries(names.map((name) => [name, { ...summary(r, 12), winning_distance: 0 }]));
}

/** The one summary that others have. */
export function freshSummary(r: Random): object {
  return { fresh_90: { ...summary(r, 6), winning_distance: 0 } };
}

/** Jockeys in numbers. */
export function jockeySummaries(r: Random): object {
  return {
    past_performances: { jockey: summary(r, 8) },
    jockey_past_performances: {
      last_50_starts: { ...summary(r, 12), number_of_starts: 50 },
      trainer: summary(r, 16),
    },
  };
}
