import type { StoryClock } from './streams-clock.ts';
import { timeOf } from './streams-clock.ts';

/** A time of a story: a time of day as text, or epoch milliseconds. */
export type Time = number | string;

/** Writes diagrams whose times are those of a story's clock. */
export interface Diagrams {
  /** Emissions at times: `{ c: [time, …], u: [time, …] }`, and the completion. */
  readonly emissions: (times: Readonly<Record<string, readonly Time[]>>, completes?: Time) => string;
  /** Subscriptions from times on, each lasting so many milliseconds. */
  readonly asked: (times: readonly Time[], lastingMs: number) => string[];
  /** One subscription from a time to another; for good without an end. */
  readonly askedFrom: (from: Time, to?: Time) => string;
  /** The end of what is watched. */
  readonly until: (time: Time) => string;
}

export function diagrams(clock: StoryClock): Diagrams {
  const begin = clock.now();
  const frameOf = (time: Time): number => (typeof time === 'string' ? timeOf(time) : time) - begin;
  const asked = (from: Time, lastingMs: number): string => `${frameOf(from)}ms ^ ${lastingMs - 1}ms !`;
  return {
    emissions: (times, completes) => {
      const entries = Object.entries(times).flatMap(([letter, list]) =>
        list.map((time) => ({ letter, frame: frameOf(time) })),
      );
      return marblesOf(
        completes === undefined ? entries : [...entries, { letter: '|', frame: frameOf(completes) }],
      );
    },
    asked: (times, lastingMs) => times.map((time) => asked(time, lastingMs)),
    askedFrom: (from, to) =>
      to === undefined ? `${frameOf(from)}ms ^` : asked(from, frameOf(to) - frameOf(from)),
    until: (time) => `${frameOf(time)}ms !`,
  };
}

/** Times every so many milliseconds, from one on and before another. */
export function every(ms: number, from: Time, before: Time): number[] {
  const [begin, end] = [from, before].map((time) => (typeof time === 'string' ? timeOf(time) : time));
  const times: number[] = [];
  for (let time = begin ?? 0; time < (end ?? 0); time += ms) times.push(time);
  return times;
}

/** The same times, so many milliseconds later. */
export function later(ms: number, times: readonly Time[]): number[] {
  return times.map((time) => (typeof time === 'string' ? timeOf(time) : time) + ms);
}

function marblesOf(entries: readonly { readonly letter: string; readonly frame: number }[]): string {
  const frames = Map.groupBy(
    entries.toSorted((a, b) => a.frame - b.frame),
    ({ frame }) => frame,
  );
  let marbles = '';
  let cursor = 0;
  for (const [frame, together] of frames) {
    const letters = together.map(({ letter }) => letter).join('');
    if (frame < cursor) throw new Error(`frame ${frame} lies within the group before it`);
    if (frame > cursor) marbles += ` ${frame - cursor}ms `;
    marbles += letters.length > 1 ? `(${letters})` : letters;
    cursor = frame + (letters.length > 1 ? letters.length + 2 : 1);
  }
  return marbles;
}
