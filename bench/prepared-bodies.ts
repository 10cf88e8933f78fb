import { createFeed } from '../src/sources/simulator/feed.ts';
import type { Feed } from '../src/sources/simulator/feed.ts';
import { dayAt } from '../src/sources/simulator/nz-time.ts';
import { createWorld } from '../src/sources/simulator/world.ts';
import type { World } from '../src/sources/simulator/world.ts';
import { eventPath, eventQuery } from '../src/sources/tab/paths.ts';
import { prepared } from './prepared-wire.ts';
import type { PreparedBody } from './prepared-wire.ts';

export interface PreparedOptions {
  /** Races of a day: about as many are live at any time. */
  readonly races: number;
  readonly seed: number;
  /** Contents of each live race, one for each five minutes. */
  readonly contents: number;
  /** Bodies of a content: it is served with its lists in so many orders, in turn. */
  readonly orders: number;
  /** Responses with a content before the next one comes; two of five contents tell nothing new, so that 6 leave nine of ten polls without a change. */
  readonly responses: number;
}

export interface PreparedBodies {
  /** Epoch milliseconds of the simulated time of the last content. */
  readonly until: number;
  /** Ids of the live races; they stay open. */
  readonly live: readonly string[];
  /** Mean of their bodies, decompressed. */
  readonly meanBytes: number;
  /**
   * The next body at a path with its query; null when the feed has no such thing. What was not prepared, as
   * listings and races that have ended, is as it stands at the end, made when it is asked for first.
   */
  next(target: string): PreparedBody | null;
}

const from = Date.parse('2026-03-10T00:00:00Z');
const day = 24 * 3_600_000;
/** Of a race that is hours from its start, little changes in less. */
const contentEveryMs = 300_000;

/** Takes from the simulator what it serves of a race from time to time, and compresses it. */
export function prepare({ races, seed, contents, orders, responses }: PreparedOptions): PreparedBodies {
  const world = createWorld(seed, races);
  const until = from + (contents - 1) * contentEveryMs;
  let now = until;
  const options = { seed, racesPerDay: races, speed: 1, port: 0, origin: { real: 0, simulated: from } };
  const feed = createFeed(options, () => now, world);
  const live = liveRaces(world, until);
  const targets = live.map((id) => `${eventPath(id)}?${eventQuery}`);
  const bodies = new Map<string, PreparedBody[][]>(targets.map((target) => [target, []]));
  // Time after time and not race after race: the simulator's clock never goes back.
  for (let index = 0; index < contents; index++) {
    now = from + index * contentEveryMs;
    for (const target of targets) {
      const ordered = Array.from({ length: orders }, () => ask(feed, target));
      bodies.get(target)?.push(ordered.filter((body) => body !== null));
    }
  }
  now = until;
  const all = [...bodies.values()].flat(2);
  const counts = new Map<string, number>();
  return {
    until,
    live,
    meanBytes: all.reduce((sum, { bytes }) => sum + bytes, 0) / all.length,
    next(target) {
      const known = bodies.get(target) ?? [[ask(feed, target)].filter((body) => body !== null)];
      bodies.set(target, known);
      const count = counts.get(target) ?? 0;
      counts.set(target, count + 1);
      const ordered = known[thereAndBack(Math.floor(count / responses), known.length)];
      return ordered?.[count % ordered.length] ?? null;
    },
  };
}

/** From the first to the last and back again, over and over: each step is a change. */
function thereAndBack(step: number, length: number): number {
  const place = step % Math.max(1, 2 * length - 2);
  return place < length ? place : 2 * length - 2 - place;
}

function ask(feed: Feed, target: string): PreparedBody | null {
  const answer = feed.answer(new URL(target, 'http://simulator'));
  return answer?.status === 200 ? prepared(answer.body) : null;
}

/** Races that a recorder with the default settings polls, and that have not started by a time. */
function liveRaces(world: World, until: number): string[] {
  const today = dayAt(from);
  return [today - 1, today, today + 1]
    .flatMap((date) => world.programme(date))
    .filter(({ country }) => country !== 'HK')
    .flatMap(({ races }) => races)
    .filter(({ start, timetable }) => start > until && start < from + day && timetable.abandoned === null)
    .map(({ id }) => id);
}
