import { existsSync } from 'node:fs';
import type { Log } from '../domain/log-events.ts';
import { checkIntegrity } from '../journal/integrity.ts';
import { openJournal } from '../journal/journal.ts';
import { openRepair } from '../journal/repair.ts';
import type { Repair } from '../journal/repair.ts';
import type { JournalSource } from '../journal/source.ts';
import { defaultJournal } from './default-journal.ts';
import { loadEnvironment } from '../app/settings/environment.ts';
import { CommandError, UsageError } from '../app/errors.ts';
import { createLog } from '../app/log/logger.ts';
import { progressLine } from './progress.ts';
import type { CommonOptions } from './common-options.ts';
import { replay } from '../app/replay.ts';
import { readSettings } from '../app/settings/settings.ts';

export interface RepairOptions extends CommonOptions {
  /** Recordings to take from what cannot be read. */
  readonly from?: string[];
  /** What a journal recorded that does not say it any more. */
  readonly source?: 'tab' | 'recording';
  /** Looks and changes nothing. */
  readonly check?: true;
}

/**
 * `oddstream repair`
 * @throws CommandError when a check finds damage
 */
export async function repairCommand(options: RepairOptions): Promise<void> {
  const db = options.db ?? defaultJournal();
  const files = options.from ?? [];
  if (options.check && files.length > 0) {
    throw new UsageError(['--from cannot be given with --check, which changes nothing.']);
  }
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0)
    throw new CommandError(`${missing.join(', ')}: no such file; nothing was repaired.`);
  const log = createLog(options.logLevel, Date.now);
  const startedAt = performance.now();
  const elapsed = (): number => Math.round(performance.now() - startedAt);
  if (options.check) {
    check(db, log, elapsed);
    return;
  }
  const repair = openRepair(db);
  try {
    const kept = repair.resume();
    if (kept !== null) log('repair.resumed', { journal: repair.file, damaged: kept });
    const problem = repair.damage();
    if (problem === null) log('repair.healthy', { journal: repair.file, duration_ms: elapsed() });
    else await rebuild(repair, problem, files, options, log, elapsed);
  } finally {
    repair.close();
  }
}

function check(db: string, log: Log, elapsed: () => number): void {
  const problems = checkIntegrity(db);
  for (const reason of problems) log('repair.problem', { journal: db, reason });
  if (problems.length > 0) {
    throw new CommandError(`${db} is damaged; rebuild it (oddstream repair --db ${db}).`);
  }
  log('repair.healthy', { journal: db, duration_ms: elapsed() });
}

async function rebuild(
  repair: Repair,
  problem: string,
  files: readonly string[],
  options: RepairOptions,
  log: Log,
  elapsed: () => number,
): Promise<void> {
  log('repair.problem', { journal: repair.file, reason: problem });
  repair.salvage(sourceOf(options));
  if (files.length > 0) await record(repair, files, log);
  repair.fill(files.length > 0);
  const damaged = repair.finish();
  let [rows, restored, dropped, pages] = [0, 0, 0, 0];
  for (const [table, counts] of repair.tables) {
    log('repair.table', {
      table,
      kept: counts.kept,
      renumbered: counts.renumbered,
      restored: counts.restored,
      dropped: counts.dropped,
      pages_lost: counts.pagesLost,
    });
    rows += counts.kept + counts.restored;
    restored += counts.restored;
    dropped += counts.dropped;
    pages += counts.pagesLost;
  }
  log('repair.finished', {
    journal: repair.file,
    damaged,
    rows,
    restored,
    dropped,
    pages_lost: pages,
    gaps: repair.gaps,
    duration_ms: elapsed(),
  });
}

/** Makes a journal of the recordings alone: the same responses give rows with the same ids. */
async function record(repair: Repair, files: readonly string[], log: Log): Promise<void> {
  const progress = progressLine();
  const journal = openJournal(repair.recordedFile, { source: { kind: 'recording' }, now: Date.now });
  try {
    await replay(files, journal, log, ({ lines }, file) => {
      progress.show(() => `${file}: ${lines} responses read`);
    });
  } finally {
    progress.clear();
    journal.close();
  }
}

function sourceOf({ source }: RepairOptions): JournalSource | null {
  if (source === undefined) return null;
  if (source === 'recording') return { kind: 'recording' };
  return { kind: 'tab', baseUrl: readSettings(loadEnvironment()).tabBaseUrl };
}
