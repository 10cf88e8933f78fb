import { existsSync } from 'node:fs';
import type { Log } from '../domain/log-events.ts';
import { openJournal, readSource } from '../journal/journal.ts';
import type { Journal } from '../journal/journal.ts';
import { journalFiles } from './choose-feed.ts';
import { defaultJournal } from './default-journal.ts';
import { CommandError, UsageError } from '../app/errors.ts';
import { supervise } from '../app/lifecycle.ts';
import type { Lifecycle } from '../app/lifecycle.ts';
import { createLog } from '../app/log/logger.ts';
import { progressLine } from './progress.ts';
import type { CommonOptions } from './common-options.ts';
import { replayQuarantine } from '../app/replay-quarantine.ts';
import { replay } from '../app/replay.ts';
import type { ReplayCounts } from '../app/replay.ts';
import { saveLost } from '../app/save-lost.ts';

export interface ReplayOptions extends CommonOptions {
  /** Takes what the journal itself has in quarantine. */
  readonly quarantine?: true;
}

/** `oddstream replay FILE…` and `oddstream replay --quarantine` */
export async function replayCommand(files: string[], options: ReplayOptions): Promise<void> {
  await supervise((lifecycle) => replayAll(files, options, lifecycle));
}

async function replayAll(
  files: readonly string[],
  options: ReplayOptions,
  { stop, crashed, opened }: Lifecycle,
): Promise<void> {
  if (options.quarantine === true && files.length > 0) {
    throw new UsageError(['--quarantine replays what the journal has kept: name no recordings with it.']);
  }
  if (options.quarantine !== true && files.length === 0) {
    throw new UsageError(['Name the recordings to replay, or --quarantine for what the journal has kept.']);
  }
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0)
    throw new CommandError(`${missing.join(', ')}: no such file; nothing was replayed.`);

  const log = createLog(options.logLevel, Date.now);
  const journal = options.quarantine === true ? openKept(options) : openNew(options);
  const progress = progressLine();
  opened.defer(async () => {
    progress.clear();
    await saveLost(journal, log);
    journal.close();
  });
  const startedAt = performance.now();
  const show = ({ lines, rows }: ReplayCounts, from: string): void => {
    progress.show(() => `${from}: ${lines} responses read, ${rows} rows recorded`);
  };
  log('replay.started', { files: files.length, journal: journal.file });
  const counts = await Promise.race([
    replayed(files, options, journal, log, show),
    stop.asked.then(stoppedBy),
    crashed,
  ]);
  progress.clear();
  log('replay.finished', { ...counts, duration_ms: Math.round(performance.now() - startedAt) });
  if (counts.unusable > 0) process.exitCode = 1;
}

function stoppedBy(signal: string): never {
  throw new CommandError(`Stopped by ${signal}; run it again to go on: nothing is recorded twice.`);
}

function replayed(
  files: readonly string[],
  options: ReplayOptions,
  journal: Journal,
  log: Log,
  show: (counts: ReplayCounts, from: string) => void,
): Promise<ReplayCounts> | ReplayCounts {
  if (options.quarantine !== true) return replay(files, journal, log, show);
  return replayQuarantine(journal, log, (counts) => {
    show(counts, 'quarantine');
  });
}

function openNew({ db = journalFiles.recording }: ReplayOptions): Journal {
  return openJournal(db, { source: { kind: 'recording' }, now: Date.now });
}

function openKept({ db = defaultJournal() }: ReplayOptions): Journal {
  const source = readSource(db);
  if (source === null) throw new CommandError(`${db}: no such journal; name the one to replay (--db).`);
  return openJournal(db, { source, now: Date.now });
}
