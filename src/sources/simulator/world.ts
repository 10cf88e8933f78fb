import { drawBets, type PlacedBet } from './bets.ts';
import type { MeetingCard, RaceCard } from './card.ts';
import { drawField, type Entrant } from './field.ts';
import { identifiers, type Identifiers } from './identifiers.ts';
import { lru } from './lru.ts';
import { drawMoney, type MoneyPlan } from './money-tracker.ts';
import { drawPrices, type PricePath } from './prices.ts';
import { drawProgramme } from './programme.ts';
import { random } from './random.ts';
import { drawFinish, type Finish } from './results.ts';
import { drawShares, type SharePlan } from './shares.ts';
import { poolPlans, type PoolPlan } from './tote.ts';

/** The whole truth about one race, from its first price to its amended result. */
export interface RaceStory {
  readonly meeting: MeetingCard;
  readonly card: RaceCard;
  readonly field: readonly Entrant[];
  /** In the order of the field. */
  readonly paths: readonly PricePath[];
  readonly pools: readonly PoolPlan[];
  readonly winShares: SharePlan;
  readonly placeShares: SharePlan;
  readonly money: MoneyPlan;
  readonly bets: readonly PlacedBet[];
  readonly finish: Finish;
  readonly placesPaid: number;
}

/** A market that a seed and a number of races name, remembered only as far as that saves time. */
export interface World {
  /** Names the world: streams of random numbers start from it. */
  readonly key: string;
  readonly ids: Identifiers;
  /** Meetings of a NZ date (days since 1970). */
  programme(day: number): readonly MeetingCard[];
  /** Null for an id of no race of this world. */
  race(id: string): RaceStory | null;
}

function tell(key: string, ids: Identifiers, meeting: MeetingCard, card: RaceCard): RaceStory {
  const stream = (purpose: string) => random(key, purpose, card.id);
  const field = drawField(stream('field'), ids, meeting, card);
  const paths = drawPrices(stream('prices'), field, card.timetable);
  const placesPaid = field.length >= 8 && meeting.code === 'T' ? 3 : 2;
  return {
    meeting,
    card,
    field,
    paths,
    pools: poolPlans(key, meeting, card),
    winShares: drawShares(stream('win'), field, 1),
    placeShares: drawShares(stream('place'), field, 0.72),
    money: drawMoney(stream('money'), ids, meeting, card, field),
    bets: drawBets(stream('bets'), card, field, paths, placesPaid),
    finish: drawFinish(stream('finish'), field, card, meeting.code),
    placesPaid,
  };
}

/** The world of a seed. Its memory holds some days and some hundred races, whatever is asked for. */
export function createWorld(seed: number, racesPerDay: number): World {
  const key = `${seed}/${racesPerDay}`;
  const ids = identifiers(key);
  const days = lru<readonly MeetingCard[]>(12);
  const stories = lru<RaceStory>(Math.min(1500, Math.max(200, racesPerDay * 2)));
  const programme = (day: number) => days.get(String(day), () => drawProgramme(key, ids, racesPerDay, day));
  return {
    key,
    ids,
    programme,
    race(id) {
      const parts = ids.decode(id);
      if (parts?.kind !== 'race') return null;
      const meeting = programme(parts.day)[parts.meeting];
      const card = meeting?.races[parts.race - 1];
      return meeting && card ? stories.get(id, () => tell(key, ids, meeting, card)) : null;
    },
  };
}
