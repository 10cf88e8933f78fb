import { placeTakeout, winTakeout } from './dividends.ts';
import { isScratched } from './field.ts';
import { placePrice } from './ladder.ts';
import { moneyRows, type MoneyRow } from './money-tracker.ts';
import { countAt } from './prices.ts';
import { slotStart } from './refresh.ts';
import { sharesAt, toteOdds } from './shares.ts';
import { advertisedStart, statusAt, type Status } from './timetable.ts';
import { poolAt, type PoolState } from './tote.ts';
import type { RaceStory } from './world.ts';

/** A runner as the source has it at one refresh. Null: the property is not served. */
export interface RunnerState {
  readonly id: string;
  readonly fixedWin: number | null;
  readonly fixedPlace: number | null;
  readonly poolWin: number | null;
  readonly poolPlace: number | null;
  readonly scratched: boolean;
  readonly jockey: string;
  /** How many entries of its price path lie behind. */
  readonly changes: number;
}

/** A race as the source has it from one refresh to the next. */
export interface RaceState {
  /** Which refresh this is, counted from 1970. */
  readonly slot: number;
  /** Its instant, in epoch milliseconds. */
  readonly at: number;
  readonly status: Status;
  /** Epoch milliseconds. */
  readonly advertisedStart: number;
  readonly actualStart: number;
  readonly trackCondition: string;
  /** In the order of the field. */
  readonly runners: readonly RunnerState[];
  readonly pools: readonly PoolState[];
  readonly money: readonly MoneyRow[];
  /** Places in the field; −1 when nobody has a price. */
  readonly favourite: number;
  readonly mover: number;
}

function fixedWin(story: RaceStory, index: number, changes: number, scratched: boolean): number | null {
  const entrant = story.field[index];
  if (scratched && entrant?.scratching?.price === 'zero') return 0;
  return story.paths[index]?.odds[changes - 1] ?? (entrant?.unpriced === 'absent' ? null : 0);
}

/** The highest of some figures, −1 when none is above the least. */
function best(figures: readonly number[], least: number): number {
  return figures.reduce((top, figure, index) => (figure > (figures[top] ?? least) ? index : top), -1);
}

function runnerStates(story: RaceStory, at: number, pools: readonly PoolState[]): RunnerState[] {
  const { field, placesPaid } = story;
  const odds = (product: string, shares: RaceStory['winShares'], winners: number, takeout: number) => {
    const pool = pools.find(({ plan }) => plan.product === product);
    if (!pool || pool.total === 0) return field.map(() => null);
    return sharesAt(shares, field, pool.total / pool.plan.total, at).map((share) =>
      toteOdds(share, winners, takeout),
    );
  };
  const win = odds('Win', story.winShares, 1, winTakeout);
  const place = odds('Place', story.placeShares, placesPaid, placeTakeout);
  return field.map((entrant, index) => {
    const path = story.paths[index];
    const changes = path ? countAt(path, at) : 0;
    const scratched = isScratched(entrant, at);
    const fixed = fixedWin(story, index, changes, scratched);
    return {
      id: entrant.id,
      fixedWin: fixed,
      fixedPlace: fixed === null ? null : placePrice(fixed, placesPaid),
      poolWin: win[index] ?? null,
      poolPlace: place[index] ?? null,
      scratched,
      jockey: entrant.newJockey && at >= entrant.newJockey.at ? entrant.newJockey.name : entrant.jockey,
      changes,
    };
  });
}

/** What the source has of a race at one refresh: a pure function of the story and the slot. */
export function stateAt(story: RaceStory, slot: number): RaceState {
  const at = slotStart(story.card, slot);
  const { timetable } = story.card;
  const { track } = story.meeting;
  const status = statusAt(timetable, at);
  const pools = story.pools.map((plan) => poolAt(plan, at));
  const runners = runnerStates(story, at, pools);
  const held = pools[0] ? pools[0].total / pools[0].plan.total : 0;
  const priced = (index: number) => {
    const runner = runners[index];
    return runner && !runner.scratched && (runner.fixedWin ?? 0) > 0 ? (runner.fixedWin ?? 0) : Infinity;
  };
  const start = advertisedStart(timetable, at);
  const run = status !== 'Open' && status !== 'Abandoned';
  return {
    slot,
    at,
    status,
    advertisedStart: start,
    actualStart: run ? timetable.actualStart : start,
    trackCondition: track.later && at >= track.later.at ? track.later.condition : track.first,
    runners,
    pools,
    money: moneyRows(story.money, story.field, held, at),
    favourite: best(
      runners.map((_, index) => 1 / priced(index)),
      0,
    ),
    mover: best(
      runners.map((_, index) => (story.paths[index]?.odds[0] ?? 0) / priced(index)),
      0,
    ),
  };
}
