import type { Entrant } from '../field.ts';
import { owners, personName, runnerName, silkColours } from '../names.ts';
import { random, type Random } from '../random.ts';
import { gearItems, nouns, surnames } from '../words.ts';
import type { RaceStory } from '../world.ts';
import { careerSummaries, freshSummary, jockeySummaries, lastStarts, startCounts } from './form.ts';
import { fields } from './json.ts';

/** What never changes of a runner, as pieces of JSON between which the rest goes. */
export interface RunnerTexts {
  /** Properties that copies of the runner have as well. */
  readonly shared: string;
  /** Opinions of tipsters, each a JSON object; they come in another order now and then. */
  readonly picks: readonly string[];
  /** Properties that only `runners` has. */
  readonly own: string;
}

const settling = ['Pace', 'Front Runner', 'Off Midfield', 'Midfield', 'Back Marker'];
const own = fields({
  meta: null,
  competitor_id: '',
  ride_guide_exists: false,
  ride_guide_thumbnail: '',
  ride_guide_file: '',
});

function slug(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]+/g, '-');
}

function recentForm(r: Random): string {
  return Array.from({ length: r.int(4, 10) }, () => (r.chance(0.12) ? 'x' : String(r.int(0, 9)))).join('');
}

function breeding(r: Random, nz: boolean): object {
  const suffix = nz ? '' : ' (AUS)';
  const parent = () => (nz ? runnerName(r) : runnerName(r).toUpperCase()) + suffix;
  const [sire, dam] = [parent(), parent()];
  return { sire, dam, breeding: `${r.int(2, 8)} ${r.pick(['g', 'm', 'h'])} ${sire}-${dam}` };
}

function silks(card: string, race: number, entrant: Entrant): object {
  const cdn = 'https://silks.example.invalid';
  const folder = `events/racing/feedmaker-${card.slice(0, 16).replaceAll('-', '')}`;
  return {
    silk_url_64x64: `${cdn}/silks/${folder}/${slug(entrant.name)}_64x64.png`,
    silk_url_128x128: `${cdn}/silks/${folder}/${slug(entrant.name)}_128x128.png`,
    alt_silk_url_64x64: `${cdn}/${card.slice(0, 6)}_${race}_${entrant.number}_64x64.png`,
    alt_silk_url_128x128: `${cdn}/${card.slice(0, 6)}_${race}_${entrant.number}_128x128.png`,
  };
}

function equipment(r: Random): string {
  if (!r.chance(0.4)) return '';
  const [first, second] = r.shuffle(gearItems);
  return `${String(first)} ${r.pick(['ON', 'OFF', 'FIRST TIME'])} [${String(second)}]`;
}

function person(r: Random, story: RaceStory, entrant: Entrant): object {
  const { code, country, id } = story.meeting;
  const horse = code !== 'G';
  return {
    barrier: entrant.barrier,
    ...(code === 'H'
      ? { barrier_position: entrant.number <= 7 ? `Fr${entrant.number}` : `Sr${entrant.number - 7}` }
      : {}),
    runner_number: entrant.number,
    prize_money: String(Math.round(r.lognormal(28_000, 1.2))),
    age: r.int(2, 8),
    sex: r.pick(horse ? ['G', 'M', 'H', 'F', 'C'] : ['D', 'B']),
    colour: r.pick(horse ? ['B', 'BR', 'CH', 'GR', 'B/BR'] : ['BK', 'BD', 'WBK', 'F', 'BE']),
    silk_colours: horse ? silkColours(r) : '',
    ...(horse ? silks(id, story.card.number, entrant) : { silk_url_64x64: '', silk_url_128x128: '' }),
    form_comment: null,
    class_level: '',
    apprentice_indicator: horse && r.chance(0.15) ? 'A' : '',
    allowance_weight: horse && r.chance(0.1) ? r.pick(['1', '1.5', '2', '3']) : '',
    owners: owners(r, horse ? r.int(1, code === 'T' ? 12 : 5) : 1),
    country: country === 'NZ' ? 'NZ' : 'AUS',
    trainer_name: personName(r),
    trainer_location: `${r.pick(nouns)} ${r.pick(['Park', 'Creek', 'Hills', 'Flat'])}`,
    last_twenty_starts: recentForm(r),
    ...breeding(r, country === 'NZ'),
    weight: code === 'T' ? weight(r) : { allocated: '', total: '' },
    horse_id: r.int(200_000, 2_500_000),
  };
}

function weight(r: Random): object {
  const kilos = String(r.int(106, 122) / 2);
  return { allocated: kilos, total: kilos };
}

function form(r: Random, story: RaceStory, starts: number): object {
  const { code, country } = story.meeting;
  const fullForm = code === 'T' && country === 'NZ';
  return {
    form_indicators: code === 'G' || r.chance(0.6) ? null : [indicator(r)],
    ...(code === 'G' ? { best_time: r.between(16, 42).toFixed(2) } : {}),
    ...(code === 'T' ? jockeySummaries(r) : { past_performances: null, jockey_past_performances: null }),
    ...(fullForm ? careerSummaries(r) : code === 'G' ? {} : freshSummary(r)),
    ...(r.chance(0.5) ? { runner_win_history: wins(r, story) } : {}),
    ...(fullForm
      ? { last_starts: lastStarts(r, story.card, starts), ...breedingStatus(r) }
      : { last_starts: null }),
  };
}

function indicator(r: Random): object {
  return {
    name: r.pick(['In Form', 'Fit And Ready']),
    group: r.pick(['Jockey', 'Trial']),
    negative: false,
    priority: r.int(1, 40) * 10,
  };
}

function wins(r: Random, story: RaceStory): object[] {
  const once = () =>
    `${r.pick(['1st', '2nd', '3rd', '4th', '6th'])} up ${String(r.int(1, 12)).padStart(2, '0')}/25 ${story.meeting.name} (${r.int(1, 10)})`;
  return Array.from({ length: r.int(1, 2) }, () => ({ details: once() }));
}

function breedingStatus(r: Random): object {
  return {
    runner_change: r.chance(0.5) ? { '01/08/2025': `Stable Change - ${personName(r)}` } : {},
    foaling_date: `20${r.int(17, 23)}-1${r.int(0, 1)}-${r.int(10, 28)}`,
    handicap_rating: String(r.int(45, 90)),
    rating: '',
    win_p: `${r.int(0, 30)}%`,
    place_p: `${r.int(0, 60)}%`,
    spr: r.int(500, 9000),
    last_12_months: {
      number_of_starts: r.int(0, 14),
      number_of_wins: r.int(0, 3),
      number_of_seconds: 1,
      number_of_thirds: 0,
    },
    last_12_w: `${r.int(0, 30)}%`,
    last_12_p: `${r.int(0, 60)}%`,
    last_12_months_prize_money: { NZD: r.int(1000, 90_000) },
    dam_dam: runnerName(r),
    dam_sire: runnerName(r),
  };
}

function runnerTexts(r: Random, story: RaceStory, entrant: Entrant, starts: number): RunnerTexts {
  const emergency = entrant.emergency > 0;
  const selectors = story.meeting.code === 'T' && r.chance(0.4) ? r.int(1, 3) : 0;
  return {
    shared: fields({
      entrant_id: entrant.id,
      market_name: 'Final Field',
      primary_market: true,
      name: entrant.name,
      ...(emergency || story.meeting.country === 'NZ'
        ? {
            is_late_scratched: false,
            is_emergency: emergency,
            first_start_indicator: r.chance(0.04),
            emergency_position: emergency ? `E${entrant.emergency}` : '',
          }
        : {}),
      gear: story.meeting.code === 'G' ? '' : equipment(r),
      speedmap: { settling_lengths: r.int(1, 12), entrant_id: entrant.id, label: r.pick(settling) },
      ...person(r, story, entrant),
      ...form(r, story, starts),
    }),
    picks: Array.from({ length: selectors }, (_, index) =>
      JSON.stringify({
        name: `${r.pick(surnames)}'s Best`,
        rank: r.int(1, 4),
        selector_type: index === 0 ? 'trackside' : 'comment writer',
        comment: '',
      }),
    ),
    own,
  };
}

/** The texts of a race's runners in the order of the field; made once a race, which takes a while. */
export function allRunnerTexts(key: string, story: RaceStory): RunnerTexts[] {
  const r = random(key, 'texts', story.card.id);
  const counts = startCounts(r, story.field.length, r.int(130, 160));
  return story.field.map((entrant, index) => runnerTexts(r, story, entrant, counts[index] ?? 1));
}
