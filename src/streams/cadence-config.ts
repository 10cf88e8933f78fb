import { z } from 'zod';
import { defaultCadence } from './cadence.ts';
import type { Cadence, CadenceTable } from './cadence.ts';

/** Timers take no more than 2^31 − 1 ms. */
const longestSeconds = (2 ** 31 - 1) / 1000;

/** Kept in whole milliseconds. */
const seconds = z.number().min(0.001).max(longestSeconds);

const millis = (value: number): number => Math.round(value * 1000);

const band = z.strictObject({
  name: z.string().min(1).optional(),
  /** Applies while the advertised start is farther away than this; left out in the last band. */
  over_s: z.number().max(longestSeconds).optional(),
  every_s: seconds,
});

const cadence = z.strictObject({
  live_s: seconds.optional(),
  not_live_s: seconds.optional(),
  bands: z.array(band).min(1).optional(),
  closed_s: seconds.optional(),
  interim_s: seconds.optional(),
  final_reads_s: z.array(seconds).min(1).optional(),
  abandoned_reads_s: z.array(seconds).min(1).optional(),
  overdue_after_s: seconds.optional(),
  overdue_every_s: seconds.optional(),
  give_up_after_s: seconds.optional(),
  removed_after_s: seconds.optional(),
});

const override = z.strictObject({
  ...cadence.shape,
  countries: z.array(z.string()).optional(),
  categories: z.array(z.enum(['T', 'H', 'G'])).optional(),
});

const cadenceTable = z.strictObject({ ...cadence.shape, overrides: z.array(override).optional() });

/** The cadence when none is configured. */
export const defaultCadenceTable: CadenceTable = { standard: defaultCadence, overrides: [] };

/**
 * Reads a cadence table; what it leaves out is as by default, and in an override as in the table's own part.
 * @param json the table as parsed JSON: see docs/cadence.md
 * @returns the table, or one sentence for each thing that is wrong with it
 */
export function parseCadence(json: unknown): { table: CadenceTable } | { problems: string[] } {
  const parsed = cadenceTable.safeParse(json);
  if (!parsed.success) {
    return {
      problems: parsed.error.issues.map(
        ({ path, message }) => `${path.join('.') || 'the table'}: ${message}`,
      ),
    };
  }
  const { overrides = [], ...own } = parsed.data;
  const standard = merged(own, defaultCadence);
  const table: CadenceTable = {
    standard,
    overrides: overrides.map(({ countries = [], categories = [], ...part }) => ({
      countries,
      categories,
      cadence: merged(part, standard),
    })),
  };
  const problems = [
    ...disorder('', standard),
    ...table.overrides.flatMap(({ cadence: own }, index) => disorder(`overrides.${index}.`, own)),
  ];
  return problems.length > 0 ? { problems } : { table };
}

function merged(part: z.infer<typeof cadence>, base: Cadence): Cadence {
  const reads = (list: readonly number[]): number[] =>
    [...new Set(list.map(millis))].toSorted((a, b) => a - b);
  const time = (given: number | undefined, otherwise: number): number =>
    given === undefined ? otherwise : millis(given);
  return {
    liveMs: time(part.live_s, base.liveMs),
    notLiveMs: time(part.not_live_s, base.notLiveMs),
    bands: part.bands?.map(bandOf) ?? base.bands,
    closedMs: time(part.closed_s, base.closedMs),
    interimMs: time(part.interim_s, base.interimMs),
    finalReadsMs: part.final_reads_s ? reads(part.final_reads_s) : base.finalReadsMs,
    abandonedReadsMs: part.abandoned_reads_s ? reads(part.abandoned_reads_s) : base.abandonedReadsMs,
    overdueAfterMs: time(part.overdue_after_s, base.overdueAfterMs),
    overdueEveryMs: time(part.overdue_every_s, base.overdueEveryMs),
    giveUpAfterMs: time(part.give_up_after_s, base.giveUpAfterMs),
    removedAfterMs: time(part.removed_after_s, base.removedAfterMs),
  };
}

function bandOf(part: z.infer<typeof band>): Cadence['bands'][number] {
  const over = part.over_s;
  return {
    name: part.name ?? (over === undefined ? 'jump' : `over_${over}s`),
    overMs: over === undefined ? -Infinity : millis(over),
    everyMs: millis(part.every_s),
  };
}

/**
 * Bands go from the farthest to the nearest, and only the last one has no lower end. A race is given up after it is overdue.
 * @param prefix of the names of what is wrong
 */
function disorder(prefix: string, { bands, liveMs, overdueAfterMs, giveUpAfterMs }: Cadence): string[] {
  const problems: string[] = [];
  if (giveUpAfterMs <= overdueAfterMs) {
    problems.push(`${prefix}give_up_after_s: must be greater than ${overdueAfterMs / 1000}, overdue_after_s`);
  }
  const place = `${prefix}bands`;
  bands.forEach(({ overMs }, index) => {
    const last = index === bands.length - 1;
    if (last && overMs !== -Infinity) {
      problems.push(
        `${place}.${index}: the last band must have no over_s, it holds until the status leaves Open`,
      );
    }
    if (!last && overMs === -Infinity)
      problems.push(`${place}.${index}: only the last band may leave out over_s`);
    const before = bands[index - 1]?.overMs ?? liveMs;
    if (before !== -Infinity && overMs >= before) {
      const whose = index === 0 ? 'live_s' : 'that of the band before it';
      problems.push(`${place}.${index}: over_s must be smaller than ${before / 1000}, ${whose}`);
    }
  });
  return problems;
}
