import fc from 'fast-check';
import { runner, served, start } from './snapshots.ts';
import type { JsonObject, ServedEvent, ServedRunner } from './snapshots.ts';

/**
 * Responses of one market, as a feed that works would serve them: each runner's fixed-win price moves at times of
 * its own, and every response tells the present price and the dated history, the last six moves of it, which come
 * in no order.
 */

interface Move {
  readonly at: number;
  readonly price: number;
}

const never = { timestamp: '0001-01-01T00:00:00Z', fluc: 0 };
const opening = start - 3_600_000;
const nineAm = start - 1_800_000;

/** Moves are up to two minutes apart, and no price is followed by itself. */
const moves: fc.Arbitrary<Move[]> = fc
  .array(
    fc.record({ after: fc.integer({ min: 1, max: 120_000 }), price: fc.constantFrom(1.5, 2, 3.4, 11) }),
    {
      minLength: 1,
      maxLength: 40,
    },
  )
  .map((steps) => {
    let at = opening;
    return steps
      .map(({ after, price }) => ({ at: (at += after), price }))
      .filter(({ price }, index, all) => price !== all[index - 1]?.price);
  });

const poll = fc.record({
  after: fc.integer({ min: 1, max: 600_000 }),
  /** Milliseconds by which the dated prices are behind the price itself. */
  lag: fc.constantFrom(0, 0, 0, 5_000, 30_000),
  shuffle: fc.integer(),
});

/** Each newer than the one before. */
export const marketResponses: fc.Arbitrary<ServedEvent[]> = fc
  .record({
    runners: fc.array(moves, { minLength: 1, maxLength: 3 }),
    polls: fc.array(poll, { minLength: 1, maxLength: 10 }),
  })
  .map(({ runners, polls }) => {
    let at = opening;
    return polls.map(({ after, lag, shuffle }) => {
      at += after;
      const list = runners.map((line, index) => runnerAt(`entrant ${index}`, line, at, lag, shuffle));
      return served(new Date(at).toISOString(), { runners: list });
    });
  });

function runnerAt(id: string, line: readonly Move[], at: number, lag: number, shuffle: number): ServedRunner {
  const price = line.findLast((move) => move.at <= at)?.price ?? 0;
  return runner(id, { odds: { fixed_win: price }, ...history(line, at - lag, shuffle) });
}

function history(line: readonly Move[], until: number, shuffle: number): JsonObject {
  const past = line.filter((move) => move.at <= until);
  const lastSix = past.slice(-6);
  const prices = past.map((move) => move.price);
  return {
    flucs: lastSix.map((move) => move.price),
    flucs_with_timestamp: {
      open: entry(past[0]),
      high: entry(past.find((move) => move.price === Math.max(...prices))),
      low: entry(past.find((move) => move.price === Math.min(...prices))),
      nine_am: until < nineAm ? never : entry(past.findLast((move) => move.at <= nineAm)),
      last_six: lastSix.map(entry).toSorted(() => (shuffle % 2 === 0 ? 1 : -1)),
    },
  };
}

function entry(move: Move | undefined): JsonObject {
  return move === undefined ? never : { timestamp: new Date(move.at).toISOString(), fluc: move.price };
}

/** Every dated price that a response tells. */
export function datedPrices({ data }: ServedEvent): { entrant: string; time: string; price: number }[] {
  return data.runners.flatMap(({ entrant_id, flucs_with_timestamp }) => {
    const { last_six, ...others } = flucs_with_timestamp as unknown as History;
    return [...last_six, ...Object.values(others)]
      .filter(({ timestamp }) => timestamp !== never.timestamp)
      .map(({ timestamp, fluc }) => ({ entrant: entrant_id, time: timestamp, price: fluc }));
  });
}

interface Dated {
  readonly timestamp: string;
  readonly fluc: number;
}

type History = Record<string, Dated> & { readonly last_six: readonly Dated[] };
