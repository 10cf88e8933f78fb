import { fluctuationsJson, noFluctuations } from '../fluctuations.ts';
import { random } from '../random.ts';
import type { RaceStory } from '../world.ts';
import { fields, list } from './json.ts';

const blank = {
  market_name: '',
  primary_market: false,
  is_scratched: false,
  gear: '',
  odds: { fixed_win: 0, fixed_place: 0 },
  scratch_time: 0,
  prize_money: '0',
  age: 0,
  sex: '',
  form_comment: null,
  weight: { allocated: '', total: '' },
  favourite: false,
  mover: false,
  speedmap: {},
  meta: null,
  scr_time: null,
};
const noPrices = { at: [], nanos: [], odds: [], high: [], low: [], swapped: [] };

/** Runners of side markets under ids of their own; most races have none. */
export function derivativesText(key: string, story: RaceStory, id: string): string {
  const r = random(key, 'derivatives', story.card.id);
  if (story.meeting.code !== 'T' || !r.chance(0.15)) return 'null';
  const { name, barrier, number } = r.pick(story.field);
  const own = { entrant_id: id, name, barrier, runner_number: number };
  return list([`{${fields({ ...own, ...blank })},${fluctuationsJson(noPrices, noFluctuations)}}`]);
}
