import { stateAt } from '../../src/sources/simulator/market.ts';
import { refreshMs, slotAt } from '../../src/sources/simulator/refresh.ts';
import type { World } from '../../src/sources/simulator/world.ts';
import type { RaceLedger } from '../../test/support/judge.ts';

/** A price that the source had, from a time on. */
export interface TrueChange {
  /** Entrant and kind of price. */
  readonly key: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly odds: number;
  /** Milliseconds from it to the jump of its race. */
  readonly toJump: number;
}

/** A price that a recorder has. */
export interface Recorded {
  readonly key: string;
  readonly odds: number;
  /** Epoch milliseconds of the simulated clock at which the recorder had it. */
  readonly seenAt: number;
  /** When the source says it was set, where the recorder knows. */
  readonly setAt: number | null;
}

/** Every fixed-win price of a race between two times, by the ledger of the simulator. */
export function fixedWinChanges(ledger: RaceLedger, from: number, jump: number): TrueChange[] {
  return ledger.prices
    .filter(({ dated }) => dated)
    .map(({ entrant_id, at, odds }) => ({ key: `${entrant_id}|fixed_win`, at: Date.parse(at), odds }))
    .filter(({ at }) => at > from && at < jump)
    .map((change) => ({ ...change, toJump: jump - change.at }));
}

/** Every change of the tote's odds between two times, refresh by refresh of the source. */
export function toteChanges(world: World, raceId: string, from: number, jump: number): TrueChange[] {
  const story = world.race(raceId);
  if (story === null) throw new Error(`The simulated world has no race ${raceId}.`);
  const last = new Map<string, number | null>();
  const changes: TrueChange[] = [];
  for (let time = from; time < jump; time += refreshMs) {
    const { at, runners } = stateAt(story, slotAt(story.card, time));
    for (const { id, poolWin, poolPlace } of runners) {
      for (const [kind, odds] of Object.entries({ pool_win: poolWin, pool_place: poolPlace })) {
        const key = `${id}|${kind}`;
        const isFirst = !last.has(key);
        if (!isFirst && odds !== null && odds > 0 && last.get(key) !== odds) {
          changes.push({ key, at, odds, toJump: jump - at });
        }
        last.set(key, odds);
      }
    }
  }
  return changes;
}

export interface Found {
  /** 0 to 1: of the true changes those that are recorded. */
  readonly share: number;
  /** Milliseconds from a change to its being recorded: the median of those that are. */
  readonly delayMs: number;
}

/**
 * Holds what is recorded against the truth. A record with the source's own time is that change; one without is the
 * last change to its value before it was seen.
 */
export function found(truth: readonly TrueChange[], records: readonly Recorded[]): Found {
  const byKey = Map.groupBy(truth, ({ key }) => key);
  const seenAt = new Map<TrueChange, number>();
  for (const record of records) {
    const change = byKey
      .get(record.key)
      ?.findLast(({ at, odds }) =>
        odds !== record.odds ? false : record.setAt === null ? at <= record.seenAt : at === record.setAt,
      );
    if (change === undefined) continue;
    seenAt.set(change, Math.min(record.seenAt, seenAt.get(change) ?? Infinity));
  }
  const delays = [...seenAt].map(([{ at }, seen]) => seen - at).toSorted((a, b) => a - b);
  return { share: seenAt.size / truth.length, delayMs: delays[delays.length >> 1] ?? NaN };
}
