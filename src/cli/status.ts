import { openReader } from '../journal/reader.ts';
import type { SinkStatus } from '../journal/lag.ts';
import type { FileStatus } from '../journal/reader.ts';
import type { RaceLine } from '../journal/status.ts';
import { simulatedNow } from '../streams/clock.ts';
import { defaultJournal } from './default-journal.ts';
import { CommandError } from '../app/errors.ts';
import type { CommonOptions } from './common-options.ts';
import { printJson, printLines } from '../app/terminal.ts';

export interface StatusOptions extends CommonOptions {
  readonly json?: true;
  /** Milliseconds. */
  readonly maxAge?: number;
}

/**
 * `oddstream status`
 * @throws CommandError when the newest poll is older than the age asked for
 */
export function statusCommand(options: StatusOptions): void {
  const reader = openReader(options.db ?? defaultJournal());
  try {
    const status = reader.status(5);
    if (options.json) printJson(status);
    else printLines(...describe(status));
    if (options.maxAge !== undefined) requireFresh(status, options.maxAge);
  } finally {
    reader.close();
  }
}

/** @param maxAgeMs milliseconds of the clock that the journal was written by */
function requireFresh(status: FileStatus, maxAgeMs: number): void {
  const { lastPollAt, file } = status;
  const now = nowOf(status);
  if (lastPollAt !== null && now - Date.parse(lastPollAt) <= maxAgeMs) return;
  throw new CommandError(
    `${file} has no poll of the last ${Math.round(maxAgeMs / 1000)} s; see whether oddstream runs.`,
  );
}

/** Epoch milliseconds on the clock that the journal is written by. */
function nowOf({ source }: FileStatus): number {
  return source.kind === 'simulator' ? simulatedNow(source.clock, Date.now()) : Date.now();
}

function describe(status: FileStatus): string[] {
  const { races, gaps, recentPolls, lastImport } = status;
  const tableLines = Object.entries(status.counts).map(([table, rows]) => `  ${table.padEnd(20)} ${rows}`);
  return [
    `${status.file} (${megabytes(status.size + status.walSize)} MB) records ${sourceName(status)}`,
    ...tableLines,
    `last poll: ${status.lastPollAt ?? 'none'}`,
    `polls in the ten minutes before it: ${recentPolls.changed} changed, ${recentPolls.unchanged} unchanged, ${recentPolls.failed} failed`,
    `gaps: ${gaps.total}, ${gaps.open} of them open`,
    lastImport === null
      ? 'import: none yet'
      : `import of ${lastImport.dates.join(', ')}: ${lastImport.meetings} meetings, ${lastImport.races} races, ` +
        `${lastImport.failed.length} failed, ${lastImport.finishedAt ?? 'under way'}`,
    ...(lastImport?.failed ?? []).map((failure) => `  failed: ${JSON.stringify(failure)}`),
    ...status.sinks.map((sink) => sinkLine(sink, nowOf(status))),
    `live races: ${races.live}`,
    ...races.running.map((race) => raceLine('running', race)),
    ...races.next.map((race) => raceLine('next', race)),
  ];
}

function sourceName({ source }: FileStatus): string {
  if (source.kind === 'recording') return 'what recordings served';
  if (source.kind === 'tab') return source.baseUrl;
  return `the simulator (seed ${source.seed}, ${source.racesPerDay} races a day)`;
}

function sinkLine({ sink, lag, deadLetters }: SinkStatus, now: number): string {
  const behind =
    lag.since === null
      ? 'has everything'
      : `is ${lag.rows} rows and ${Math.max(0, Math.round((now - lag.since) / 1000))} s behind`;
  return `${sink}: ${behind}, ${deadLetters} dead letters`;
}

function raceLine(kind: string, race: RaceLine): string {
  return `  ${kind.padEnd(8)} ${race.start} ${race.meeting ?? '?'} R${race.raceNumber ?? '?'} ${race.name ?? ''} (${race.status})`;
}

function megabytes(bytes: number): string {
  return (bytes / 1_048_576).toFixed(1);
}
