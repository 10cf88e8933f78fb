import type { Told } from '../../domain/verify.ts';
import type { RaceName } from './stored.ts';
import type { Finding } from './verify.ts';

/** What a verification came to. */
export interface VerifyCounts {
  /** Races that were compared. */
  races: number;
  /** Those of them that are settled. */
  settled: number;
  /** Fields in which a settled race does not agree. */
  differences: number;
  /** Fields in which a live race has moved since. */
  moved: number;
  /** Races and dates that could not be compared. */
  failed: number;
}

type Difference = Extract<Finding, { kind: 'difference' }>;

export function countsOf(findings: readonly Finding[]): VerifyCounts {
  const count = (is: (finding: Finding) => boolean): number => findings.filter(is).length;
  return {
    races: count(({ kind }) => kind === 'race'),
    settled: count((finding) => finding.kind === 'race' && finding.settled),
    differences: count((finding) => finding.kind === 'difference' && finding.settled),
    moved: count((finding) => finding.kind === 'difference' && !finding.settled),
    failed: count(({ kind }) => kind === 'failed'),
  };
}

/** Lines shown of a live race. */
const mostMoved = 8;

/** Returns what a verification found, line by line, for somebody who reads it. */
export function summaryOf(dates: readonly string[], findings: readonly Finding[]): string[] {
  const { races, settled, differences, moved, failed } = countsOf(findings);
  const found = findings.filter((finding) => finding.kind === 'difference');
  return [
    `${dates.join(', ')}: ${races} races compared, ${settled} of them settled`,
    ...section(`${differences} differences in settled races`, found, true, Infinity),
    ...section(`${moved} fields of live races have moved since`, found, false, mostMoved),
    ...(failed === 0 ? [] : ['', `${failed} could not be compared`]),
    ...findings.filter((finding) => finding.kind === 'failed').map(failureLine),
    '',
    differences + failed === 0 ? 'Store and source agree.' : 'Store and source do not agree.',
  ];
}

function section(title: string, all: readonly Difference[], settled: boolean, most: number): string[] {
  const found = all.filter((finding) => finding.settled === settled);
  const byRace = Map.groupBy(found, ({ race }) => race.raceId);
  if (byRace.size === 0) return [];
  return ['', title, ...[...byRace.values()].flatMap((group) => raceLines(group, most))];
}

function raceLines(group: readonly Difference[], most: number): string[] {
  const [first] = group;
  const more = group.length - most;
  return [
    ...(first ? [`  ${label(first.race)}`] : []),
    ...group.slice(0, most).map(differenceLine),
    ...(more > 0 ? [`    and ${more} more`] : []),
  ];
}

function differenceLine({ difference, entrant }: Difference): string {
  const { entrantId, field, stored, served } = difference;
  const whose = entrant ?? entrantId ?? '';
  return `    ${whose.padEnd(20)} ${field.padEnd(34)} stored ${shown(stored)}, served ${shown(served)}`;
}

function failureLine({ race, date, detail }: Extract<Finding, { kind: 'failed' }>): string {
  return `  ${race === null ? date : label(race)}: ${detail}`;
}

function label({ raceId, meeting, number, name, start }: RaceName): string {
  return `${start.slice(0, 16)}Z ${meeting ?? '?'} R${number ?? '?'} ${name ?? ''} (${raceId})`;
}

function shown(value: Told): string {
  const text = value === null ? 'nothing' : String(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
