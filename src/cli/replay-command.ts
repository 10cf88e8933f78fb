import { existsSync } from 'node:fs';
import { openJournal } from '../sinks/journal/journal.ts';
import { journalFiles } from './choose-feed.ts';
import { CommandError } from './errors.ts';
import { createLog } from './logger.ts';
import { progressLine } from './progress.ts';
import type { CommonOptions } from './program.ts';
import { replay } from './replay.ts';
import { saveLost } from './save-lost.ts';

/** `oddstream replay FILE…` */
export async function replayCommand(files: string[], options: CommonOptions): Promise<void> {
  const missing = files.filter((file) => !existsSync(file));
  if (missing.length > 0)
    throw new CommandError(`${missing.join(', ')}: no such file; nothing was replayed.`);

  const log = createLog(options.logLevel, Date.now);
  const progress = progressLine();
  const startedAt = performance.now();
  const db = options.db ?? journalFiles.recording;
  const journal = openJournal(db, { source: { kind: 'recording' }, now: Date.now });
  try {
    log('replay.started', { files: files.length, journal: journal.file });
    const counts = await replay(files, journal, log, ({ lines, rows }, file) => {
      progress.show(() => `${file}: ${lines} responses read, ${rows} rows recorded`);
    });
    progress.clear();
    log('replay.finished', { ...counts, duration_ms: Math.round(performance.now() - startedAt) });
    if (counts.unusable > 0) process.exitCode = 1;
  } finally {
    progress.clear();
    await saveLost(journal, log);
    journal.close();
  }
}
