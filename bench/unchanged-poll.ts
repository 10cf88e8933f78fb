import { emptyBaseline } from '../src/domain/baseline.ts';
import { diffEvent } from '../src/domain/diff.ts';
import { isStill } from '../src/domain/diff-same.ts';
import type { Print } from '../src/domain/print.ts';
import { parseEvent } from '../src/sources/tab/parse.ts';
import { printOf, sameAs } from '../src/sources/tab/sameness.ts';
import { hashesLoaded } from '../src/sources/tab/hashing.ts';
import type { Bench, Line } from './line.ts';
import { figure, pairs, timed } from './pairs.ts';
import { simulatedDay } from './simulated-bodies.ts';

await hashesLoaded;

/** A poll that changed nothing: from the decompressed bytes of a response to "the same as before". */
export const unchangedPoll: Bench = {
  name: 'unchanged-poll',
  run: async () => [await cost([150_000, 300_000]), ...shares()],
};

/** Calls of one measurement: a single one is too short for the clock. */
const calls = 20;

async function cost(bytes: readonly [number, number]): Promise<Line> {
  const [before, after] = sameBodies(bytes);
  const print = printOf(before, JSON.parse(before.toString()));
  if (print === null || sameAs(print, after) === null) throw new Error('The simulator served no two alike.');
  return pairs({
    what: `unchanged poll, ${Math.round(after.length / 1000)} KB`,
    against: 'JSON.parse of its bytes',
    unit: 'ms',
    goal: { atMost: 0.15 },
    n: 100,
    warmUp: 20,
    ours: () => timed(() => sameAs(print, after), calls),
    yardstick: () => timed(() => JSON.parse(after.toString('utf8')) as unknown, calls),
  });
}

/** Two responses in a row that differ in their time and in the order of their lists. */
function sameBodies([least, most]: readonly [number, number]): [Buffer, Buffer] {
  const { raceIds, ask, startOf } = simulatedDay();
  for (const raceId of raceIds) {
    const at = startOf(raceId) - 120_000;
    // The source refreshes a race every 12 s: within them nothing moves.
    for (const second of [0, 1_000, 2_000, 3_000]) {
      const [before, after] = [ask(raceId, at + second), ask(raceId, at + second + 1_000)];
      if (before === null || after === null || after.length < least || after.length > most) break;
      const print = printOf(before, JSON.parse(before.toString()));
      if (print !== null && !before.equals(after) && sameAs(print, after) !== null) return [before, after];
    }
  }
  throw new Error('The simulated day has no race of that size.');
}

/** Races that are polled, and how often, from an hour before their start until after their results. */
const races = 24;
const offsets = [
  ...every(-3_600, -900, 60),
  ...every(-900, -300, 30),
  ...every(-300, 0, 10),
  ...every(0, 900, 15),
];

function shares(): Line[] {
  const counts = { polls: 0, unchanged: 0, same: 0 };
  const { raceIds, ask, startOf } = simulatedDay();
  for (const raceId of raceIds.slice(0, races)) {
    let baseline = emptyBaseline(raceId);
    let known: Print | null = null;
    for (const offset of offsets) {
      const at = startOf(raceId) + offset * 1_000;
      const body = ask(raceId, at);
      if (body === null) continue;
      const isSame = known !== null && sameAs(known, body) !== null;
      const json = JSON.parse(body.toString()) as unknown;
      const snapshot = parseEvent(json);
      const difference = diffEvent(baseline, snapshot, at);
      const isUnchanged = difference.changes.length === 0;
      if (isSame && !isUnchanged) throw new Error(`A change of ${raceId} was taken for the same.`);
      counts.polls++;
      if (isUnchanged) counts.unchanged++;
      if (isSame) counts.same++;
      ({ baseline } = difference);
      known = isStill(baseline, snapshot.runners) ? printOf(body, json) : null;
    }
  }
  const share = (what: string, value: number): Line =>
    figure({ what, against: `${counts.polls} polls of a simulated day`, unit: '', goal: null }, [value]);
  return [
    share('share of polls that change nothing', counts.unchanged / counts.polls),
    share('share of these told from their bytes', counts.same / counts.unchanged),
  ];
}

function every(from: number, to: number, step: number): number[] {
  return Array.from({ length: (to - from) / step }, (_, index) => from + index * step);
}
