import { createFeed } from '../src/sources/simulator/feed.ts';
import { dayAt } from '../src/sources/simulator/nz-time.ts';
import { createWorld } from '../src/sources/simulator/world.ts';
import type { RaceStory } from '../src/sources/simulator/world.ts';
import { eventPath, eventQuery } from '../src/sources/tab/paths.ts';

/** Consecutive responses of a race on its way to the jump, each with another market than the one before it. */
export interface RaceBodies {
  readonly raceId: string;
  /** Epoch milliseconds of the first; the source refreshes a race every 12 s. */
  readonly from: number;
  readonly everyMs: number;
  readonly bodies: readonly Buffer[];
}

const day = dayAt(Date.parse('2026-03-10T00:00:00Z'));
const everyMs = 12_000;

/** A simulated day whose races can be asked for at any time, epoch milliseconds. */
export interface SimulatedDay {
  /** Those that are not abandoned. */
  readonly raceIds: readonly string[];
  /** The body served at a time; null when the race is not served then. */
  readonly ask: (raceId: string, at: number) => Buffer | null;
  readonly startOf: (raceId: string) => number;
}

export function simulatedDay(): SimulatedDay {
  const world = createWorld(11, 240);
  const stories = new Map<string, RaceStory>();
  for (const { id } of world.programme(day).flatMap((meeting) => meeting.races)) {
    const story = world.race(id);
    if (story !== null && story.card.timetable.abandoned === null) stories.set(id, story);
  }
  let now = 0;
  const options = { seed: 11, racesPerDay: 240, speed: 1, port: 0, origin: { real: 0, simulated: 0 } };
  const feed = createFeed(options, () => now, world);
  return {
    raceIds: [...stories.keys()],
    ask: (raceId, at) => {
      now = at;
      const answer = feed.answer(new URL(`http://simulator${eventPath(raceId)}?${eventQuery}`));
      return answer?.status === 200 ? Buffer.from(answer.body) : null;
    },
    startOf: (raceId) => stories.get(raceId)?.card.timetable.actualStart ?? NaN,
  };
}

/**
 * Races of a simulated day with their last responses before the jump.
 * @param bytes of a race's first body, from and to: some 200 KB have NZ thoroughbreds, 30 to 90 KB the others
 */
export function changingRaces(races: number, polls: number, bytes: readonly [number, number]): RaceBodies[] {
  const world = createWorld(11, 240);
  const found: RaceBodies[] = [];
  const ids = world.programme(day).flatMap((meeting) => meeting.races.map(({ id }) => id));
  for (const id of ids) {
    const story = world.race(id);
    if (story?.card.timetable.abandoned !== null) continue;
    const race = changingRace(world, story, polls, bytes);
    if (race !== null) found.push(race);
    if (found.length === races) return found;
  }
  throw new Error(`The simulated day has only ${found.length} races of that size.`);
}

function changingRace(
  world: ReturnType<typeof createWorld>,
  { card }: RaceStory,
  polls: number,
  [least, most]: readonly [number, number],
): RaceBodies | null {
  const from = card.timetable.actualStart - (polls + 1) * everyMs;
  let now = from;
  const options = { seed: 11, racesPerDay: 240, speed: 1, port: 0, origin: { real: 0, simulated: from } };
  const feed = createFeed(options, () => now, world);
  const ask = (): Buffer => {
    const answer = feed.answer(new URL(`http://simulator${eventPath(card.id)}?${eventQuery}`));
    if (answer?.status !== 200) throw new Error(`The simulator does not know its race ${card.id}.`);
    return Buffer.from(answer.body);
  };
  const first = ask();
  if (first.length < least || first.length > most) return null;
  const bodies = [first];
  for (now += everyMs; bodies.length < polls; now += everyMs) bodies.push(ask());
  return { raceId: card.id, from, everyMs, bodies };
}
