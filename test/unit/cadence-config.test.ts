import { describe, expect, it } from 'vitest';
import { defaultCadence } from '../../src/streams/cadence.ts';
import type { CadenceTable } from '../../src/streams/cadence.ts';
import { defaultCadenceTable, parseCadence } from '../../src/streams/cadence-config.ts';

function tableOf(json: unknown): CadenceTable {
  const parsed = parseCadence(json);
  if ('problems' in parsed) throw new Error(parsed.problems.join('\n'));
  return parsed.table;
}

function problemsOf(json: unknown): string[] {
  const parsed = parseCadence(json);
  return 'problems' in parsed ? parsed.problems : [];
}

describe('a cadence table', () => {
  it('is the default one where it says nothing', () => {
    expect(tableOf({})).toEqual({ standard: defaultCadence, overrides: [] });
    expect(tableOf({})).toEqual(defaultCadenceTable);
  });

  it('is read in seconds, and names bands that have no name', () => {
    expect(
      tableOf({
        live_s: 7_200,
        not_live_s: 900,
        bands: [{ over_s: 600, every_s: 60 }, { name: 'odd', over_s: -30.5, every_s: 2.5 }, { every_s: 5 }],
        closed_s: 20,
        interim_s: 30,
        final_reads_s: [600, 60],
        abandoned_reads_s: [300],
        overdue_after_s: 1_800,
        overdue_every_s: 90,
        give_up_after_s: 7_200,
        removed_after_s: 600,
      }).standard,
    ).toEqual({
      liveMs: 7_200_000,
      notLiveMs: 900_000,
      bands: [
        { name: 'over_600s', overMs: 600_000, everyMs: 60_000 },
        { name: 'odd', overMs: -30_500, everyMs: 2_500 },
        { name: 'jump', overMs: -Infinity, everyMs: 5_000 },
      ],
      closedMs: 20_000,
      interimMs: 30_000,
      finalReadsMs: [60_000, 600_000],
      abandonedReadsMs: [300_000],
      overdueAfterMs: 1_800_000,
      overdueEveryMs: 90_000,
      giveUpAfterMs: 7_200_000,
      removedAfterMs: 600_000,
    });
  });

  it('has whole milliseconds, and each read once', () => {
    const { standard } = tableOf({ closed_s: 1.23456, final_reads_s: [1, 1.0001, 2] });
    expect(standard).toMatchObject({ closedMs: 1_235, finalReadsMs: [1_000, 2_000] });
  });

  it('takes the longest and the shortest time there is', () => {
    expect(tableOf({ closed_s: 2_147_483.647, interim_s: 0.001 }).standard).toMatchObject({
      closedMs: 2 ** 31 - 1,
      interimMs: 1,
    });
  });

  it("gives an override what the table's own part says, where it says nothing itself", () => {
    const table = tableOf({
      closed_s: 20,
      overrides: [
        { countries: ['AUS'], categories: ['G'], interim_s: 5 },
        { categories: ['H'], closed_s: 7 },
      ],
    });
    expect(table.overrides).toEqual([
      {
        countries: ['AUS'],
        categories: ['G'],
        cadence: { ...defaultCadence, closedMs: 20_000, interimMs: 5_000 },
      },
      { countries: [], categories: ['H'], cadence: { ...defaultCadence, closedMs: 7_000 } },
    ]);
  });

  const bands = (...parts: object[]) => ({ bands: parts });
  it.each([
    ['that is none', null, /^the table: .*expected object/],
    ['that is a list', [], /^the table: .*expected object/],
    ['with an unknown key', { every: 5 }, /^the table: .*"every"/],
    ['with an unknown key in a band', bands({ every_s: 5, over: 1 }), /^bands\.0: .*"over"/],
    ['with an unknown code', { overrides: [{ categories: ['X'] }] }, /^overrides\.0\.categories\.0: /],
    ['without bands', bands(), /^bands: .*>=1/],
    ['without reads', { final_reads_s: [] }, /^final_reads_s: .*>=1/],
    [
      'with a band that has no interval',
      bands({ over_s: 5 }, { every_s: 1 }),
      /^bands\.0\.every_s: .*number/,
    ],
    ['with an interval of zero', bands({ every_s: 0 }), /^bands\.0\.every_s: .*>=0\.001/],
    ['with a negative interval', { closed_s: -15 }, /^closed_s: .*>=0\.001/],
    ['with an interval of less than a millisecond', { closed_s: 0.0004 }, /^closed_s: .*>=0\.001/],
    ['with an interval that is not a number', { interim_s: NaN }, /^interim_s: .*NaN/],
    ['with an infinite interval', { interim_s: Infinity }, /^interim_s: .*number/],
    ['with an interval as text', { interim_s: '15' }, /^interim_s: .*number/],
    ['with an interval over 2^31 ms', { interim_s: 2_147_483.648 }, /^interim_s: .*<=2147483\.647/],
    ['with a read over 2^31 ms', { final_reads_s: [60, 2_200_000] }, /^final_reads_s\.1: .*<=2147483\.647/],
    [
      'whose bands are not sorted',
      bands({ over_s: 300, every_s: 30 }, { over_s: 900, every_s: 60 }, { every_s: 10 }),
      /^bands\.1: over_s must be smaller than 300, that of the band before it$/,
    ],
    [
      'with the same band twice',
      bands({ over_s: 300, every_s: 30 }, { over_s: 300, every_s: 60 }, { every_s: 10 }),
      /^bands\.1: over_s must be smaller than 300/,
    ],
    [
      'with a band before a race is live',
      { live_s: 600, ...bands({ over_s: 600, every_s: 60 }, { every_s: 10 }) },
      /^bands\.0: over_s must be smaller than 600, live_s$/,
    ],
    [
      'with a last band that ends',
      bands({ over_s: 300, every_s: 30 }),
      /^bands\.0: the last band must have no over_s/,
    ],
    [
      'with an endless band that is not the last',
      bands({ every_s: 30 }, { every_s: 10 }),
      /^bands\.0: only the last band may leave out over_s$/,
    ],
    [
      'with unsorted bands in an override',
      { overrides: [bands({ over_s: 1, every_s: 1 }, { over_s: 2, every_s: 1 }, { every_s: 1 })] },
      /^overrides\.0\.bands\.1: over_s must be smaller than 1, /,
    ],
    [
      'with a live time below the default bands',
      { live_s: 3_600 },
      /^bands\.0: over_s must be smaller than 3600, live_s$/,
    ],
    [
      'that gives a race up before it is overdue',
      { give_up_after_s: 10_800 },
      /^give_up_after_s: must be greater than 10800, overdue_after_s$/,
    ],
    [
      'that does so in an override',
      { overrides: [{ overdue_after_s: 100_000 }] },
      /^overrides\.0\.give_up_after_s: must be greater than 100000/,
    ],
  ])('%s is refused with a sentence', (_name, json, sentence) => {
    expect(problemsOf(json)).toEqual([expect.stringMatching(sentence)]);
  });

  it('is refused with a sentence for each thing that is wrong', () => {
    const problems = problemsOf({ closed_s: 0, interim_s: -1, final_reads_s: [], odd: 1 });
    expect(problems).toHaveLength(4);
    expect(problemsOf({ bands: [{ every_s: 1 }, { over_s: 1, every_s: 1 }] })).toHaveLength(2);
  });
});
