import { fluctuationsJson, fluctuationView, noFluctuations } from '../fluctuations.ts';
import type { RaceState, RunnerState } from '../market.ts';
import { midnightOfDay } from '../nz-time.ts';
import type { Random } from '../random.ts';
import type { RaceStory } from '../world.ts';
import { fields, list } from './json.ts';
import type { RunnerTexts } from './runner-texts.ts';

/** A runner's JSON at one refresh: up to its picks, and after them. */
export interface RunnerPage {
  readonly before: string;
  readonly picks: readonly string[];
  readonly after: string;
}

const nineHours = 9 * 3_600_000;

function shared(texts: RunnerTexts, runner: RunnerState, scratchedAt: number | null, flags: object): string {
  const changing = {
    is_scratched: runner.scratched,
    odds: {
      fixed_win: runner.fixedWin ?? undefined,
      fixed_place: runner.fixedPlace ?? undefined,
      pool_win: runner.poolWin ?? undefined,
      pool_place: runner.poolPlace ?? undefined,
    },
    scratch_time: scratchedAt === null ? 0 : scratchedAt / 1000,
    jockey: runner.jockey,
    ...flags,
  };
  return `{${texts.shared},${fields(changing)}`;
}

/** What losing this runner takes off other winnings: a share for each dollar. */
function deduction(runner: RunnerState): string {
  if (!runner.scratched || (runner.fixedWin ?? 0) <= 0) return '';
  const win = Math.round(90 / (runner.fixedWin ?? 1)) / 100;
  return `,${fields({ deduction: { win, place: Math.round(win * 75) / 100 } })}`;
}

function parts(story: RaceStory, state: RaceState, texts: readonly RunnerTexts[], index: number) {
  const [runner, path, entrant, text] = [
    state.runners[index],
    story.paths[index],
    story.field[index],
    texts[index],
  ];
  if (!runner || !path || !entrant || !text) throw new RangeError(`no runner ${index} in ${story.card.id}`);
  return { runner, path, text, scratchedAt: runner.scratched ? (entrant.scratching?.at ?? null) : null };
}

/** The runners of a race at one refresh, in the order of the field. */
export function runnerPages(story: RaceStory, state: RaceState, texts: readonly RunnerTexts[]): RunnerPage[] {
  const nineAt = midnightOfDay(story.meeting.day) + nineHours;
  return texts.map((_, index) => {
    const { runner, path, text, scratchedAt } = parts(story, state, texts, index);
    const scrTime = scratchedAt === null ? null : `${new Date(scratchedAt).toISOString().slice(0, 19)}Z`;
    const view =
      (runner.fixedWin ?? 0) > 0
        ? fluctuationView(path, runner.changes, state.status === 'Open', state.at, nineAt)
        : noFluctuations;
    const flags = { favourite: index === state.favourite, mover: index === state.mover };
    const after = `"scr_time":${JSON.stringify(scrTime)},${fluctuationsJson(path, view)}${deduction(runner)}`;
    return {
      before: shared(text, runner, scratchedAt, flags),
      picks: text.picks,
      after: `,${text.own},${after}}`,
    };
  });
}

/** A runner as `favourite` and `mover` have it, with flags of its own; null for place −1. */
export function runnerCopy(
  story: RaceStory,
  state: RaceState,
  texts: readonly RunnerTexts[],
  index: number,
): string {
  if (index < 0) return 'null';
  const { runner, text, scratchedAt } = parts(story, state, texts, index);
  return `${shared(text, runner, scratchedAt, { favourite: false, mover: false })}}`;
}

/** A runner's JSON; `orders`, when given, draws another order of its picks. */
export function runnerText({ before, picks, after }: RunnerPage, orders: Random | null): string {
  if (picks.length === 0) return before + after;
  return `${before},"picks":${list(orders ? orders.shuffle(picks) : picks)}${after}`;
}
