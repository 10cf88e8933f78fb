import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { TableName } from '../domain/tables.ts';
import type { Destination } from '../sinks/files/destination.ts';
import { ExportError } from '../sinks/files/errors.ts';
import { writeRows } from '../sinks/files/export.ts';
import { openFile } from '../sinks/files/file.ts';
import type { ExportFormat } from '../sinks/files/format.ts';
import { openExported } from '../sinks/files/journal.ts';
import type { ExportedJournal } from '../sinks/files/journal.ts';
import { nzDay } from '../sinks/files/nz-day.ts';
import { belongsToRaces } from '../sinks/files/select.ts';
import type { Selection } from '../sinks/files/select.ts';
import { openStream } from '../sinks/files/stream.ts';
import { defaultJournal } from './default-journal.ts';
import { CommandError, UsageError } from '../app/errors.ts';
import { createLog } from '../app/log/logger.ts';
import { progressLine } from './progress.ts';
import type { CommonOptions } from './common-options.ts';
import { stopSignal } from '../app/signals.ts';

export interface ExportCommandOptions extends CommonOptions {
  readonly format: ExportFormat;
  readonly table: TableName;
  readonly date?: string;
  readonly race?: string;
  readonly force?: true;
  /** Marks texts that a spreadsheet would take for formulas. */
  readonly csvSafe?: true;
}

/** `oddstream export` */
export async function exportCommand(file: string, options: ExportCommandOptions): Promise<void> {
  const selection = selectionOf(file, options);
  const journal = openExported(options.db ?? defaultJournal());
  try {
    requireKnown(journal, selection);
    await writeExport(journal, file, selection, options);
  } catch (error) {
    if (error instanceof ExportError) throw new CommandError(error.message, { cause: error });
    throw error;
  } finally {
    journal.close();
  }
}

async function writeExport(
  journal: ExportedJournal,
  file: string,
  selection: Selection,
  { format, table, force, csvSafe, logLevel }: ExportCommandOptions,
): Promise<void> {
  const startedAt = performance.now();
  const destination = await openDestination(journal, file, force ?? false);
  // A second signal ends the process at once.
  const discard = (): void => {
    destination.discard();
  };
  process.once('exit', discard);
  const controller = new AbortController();
  void stopSignal().then((name) => {
    controller.abort(new CommandError(`Stopped by ${name}; ${file} was not written.`));
  });
  const progress = progressLine();
  try {
    const job = { file: journal.file, selection, format, csvSafe: csvSafe ?? false };
    const rows = await writeRows(job, destination, controller.signal, (count, bytes) => {
      progress.show(() => `${table}: ${count} rows, ${(bytes / 1_048_576).toFixed(1)} MB written`);
    });
    progress.clear();
    logOf(file, logLevel)('export.finished', {
      table,
      format,
      rows,
      file: destination.name,
      bytes: destination.bytes,
      duration_ms: Math.round(performance.now() - startedAt),
    });
  } finally {
    progress.clear();
    process.off('exit', discard);
  }
}

/** The log is on standard output, unless that is what the rows are written to. */
function logOf(file: string, level: CommonOptions['logLevel']) {
  return file === '-' ? createLog(level, Date.now, process.stderr) : createLog(level, Date.now);
}

async function openDestination(
  journal: ExportedJournal,
  file: string,
  replace: boolean,
): Promise<Destination> {
  if (file === '-') return openStream(process.stdout);
  const own = ['', '-wal', '-shm', '-lock', '-journal'].map((suffix) => `${journal.file}${suffix}`);
  if (own.includes(existsSync(file) ? realpathSync(file) : resolve(file))) {
    throw new CommandError(`${file} belongs to the journal; name another file.`);
  }
  return await openFile(file, replace);
}

function selectionOf(file: string, { table, format, date, race, csvSafe }: ExportCommandOptions): Selection {
  const problems: string[] = [];
  const day = date === undefined ? null : nzDay(date);
  if (date !== undefined && day === null) {
    problems.push(`--date ${date} is not in the calendar; it must be a date such as 2026-02-28.`);
  }
  for (const [name, value] of Object.entries({ date, race })) {
    if (value !== undefined && !belongsToRaces(table)) {
      problems.push(`--${name} cannot be given for ${table}: its rows belong to no race.`);
    }
  }
  if (file === '-' && format === 'parquet') {
    problems.push('parquet cannot be written to standard output; name a file, or choose csv or ndjson.');
  }
  if (csvSafe && format !== 'csv') {
    problems.push(`--csv-safe cannot be given with --format ${format}: it marks texts of CSV alone.`);
  }
  if (problems.length > 0) throw new UsageError(problems);
  return { table, day, raceId: race ?? null };
}

const datesTold = 10;

/** A mistyped date or race would give an empty file. */
function requireKnown(journal: ExportedJournal, { day, raceId }: Selection): void {
  if (raceId !== null && !journal.hasRace(raceId)) {
    throw new UsageError([
      `${journal.file} holds no race ${raceId}; an export of races lists the ids that it holds.`,
    ]);
  }
  if (day === null) return;
  const dates = journal.dates();
  if (dates.includes(day.date)) return;
  const more = dates.length > datesTold ? ` and ${dates.length - datesTold} before` : '';
  const held =
    dates.length === 0 ? 'it holds none at all' : `it holds ${dates.slice(0, datesTold).join(', ')}`;
  throw new UsageError([`${journal.file} holds no race of ${day.date}; ${held}${more}.`]);
}
