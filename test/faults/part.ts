/** A part of the fault tests: injects its faults from outside and judges what they led to. Rejects only by a bug of its own. */
export type Part = (options: PartOptions) => Promise<readonly FaultRow[]>;

export interface PartOptions {
  /** How many seeds to run, 1 to this; null: as many as the part's long form takes. */
  readonly seeds: number | null;
  /** Tells how far it is, one line each. */
  readonly tell: (line: string) => void;
}

/** One line of the table that `npm run test:faults` prints. */
export interface FaultRow {
  /** What was done, such as `kill: before commit`. */
  readonly name: string;
  readonly seeds: number;
  /** Faults injected. */
  readonly injected: number;
  /** Those of them that met a write: it was under way, or it was put off or undone by the fault. */
  readonly met: number;
  /** Served to the recorder, and neither in the store nor in `gaps`. */
  readonly lost: number;
  /** In the store more than once. */
  readonly duplicated: number;
  /** In the store, but never so. */
  readonly untrue: number;
  /** Current rows that differ from the newest state that is told. */
  readonly stale: number;
  /** Runs that prove nothing, since no fault met a write. */
  readonly unknown: number;
  /** What lies behind the counts, and whatever else went wrong (a wrong exit code, say), one line each. */
  readonly problems: readonly string[];
}

/** What a judge found, one line each, by class. */
export interface Classes {
  readonly lost: readonly string[];
  readonly duplicated: readonly string[];
  readonly untrue: readonly string[];
  readonly stale: readonly string[];
}

/** A row from what was done and from the findings of each seed; a few of these are told as problems. */
export function rowOf(
  done: Pick<FaultRow, 'name' | 'injected' | 'met' | 'unknown' | 'problems'>,
  seeds: readonly Classes[],
): FaultRow {
  const count = (kind: keyof Classes): number => seeds.reduce((sum, found) => sum + found[kind].length, 0);
  const told = seeds.flatMap((found, index) =>
    (['lost', 'duplicated', 'untrue', 'stale'] as const).flatMap((kind) =>
      found[kind].slice(0, mostTold).map((line) => `seed ${index + 1}: ${kind}: ${line}`),
    ),
  );
  return {
    ...done,
    seeds: seeds.length,
    lost: count('lost'),
    duplicated: count('duplicated'),
    untrue: count('untrue'),
    stale: count('stale'),
    problems: [...done.problems, ...told],
  };
}

/** Lines told of a class and seed. */
const mostTold = 3;

/** Whether a row is as it must be: nothing in any class, no problem, and faults that met a write. */
export function isClean(row: FaultRow): boolean {
  const { lost, duplicated, untrue, stale, unknown, problems } = row;
  return lost + duplicated + untrue + stale + unknown + problems.length === 0;
}
