import type { SchedulerLike } from 'rxjs';
import type { Log } from '../domain/log-events.ts';
import { openAppwrite } from '../sinks/appwrite/client.ts';
import type { Appwrite } from '../sinks/appwrite/client.ts';
import { readBack, wantsReadBack } from '../sinks/appwrite/read-back.ts';
import { AppwriteSink } from '../sinks/appwrite/sink.ts';
import { sinkName } from '../sinks/appwrite/telling.ts';
import type { Journal } from '../sinks/journal/journal.ts';
import type { AppwriteSettings } from './appwrite-settings.ts';

/** Real time after which a new journal is begun without what Appwrite has: recording must not wait for it. */
const readBackMs = 60_000;

/** Opens the sink; a new journal is filled from Appwrite first, as far as that can be read. */
export async function openSink(
  settings: AppwriteSettings,
  journal: Journal,
  scheduler: SchedulerLike,
  log: Log,
): Promise<AppwriteSink> {
  const appwrite = openAppwrite(settings.access);
  if (wantsReadBack(journal)) await begin(appwrite, settings, journal, scheduler, log);
  return new AppwriteSink(appwrite, journal, { ...settings, scheduler, log, random: Math.random });
}

async function begin(
  appwrite: Appwrite,
  { selection }: AppwriteSettings,
  journal: Journal,
  scheduler: SchedulerLike,
  log: Log,
): Promise<void> {
  const startedAt = performance.now();
  try {
    const read = await readBack(appwrite, journal, { selection, now: scheduler.now(), mostMs: readBackMs });
    log('sink.read_back', {
      sink: sinkName,
      ...read,
      duration_ms: Math.round(performance.now() - startedAt),
    });
  } catch (error) {
    log('sink.read_back_failed', {
      sink: sinkName,
      reason: error instanceof Error ? error.message : String(error),
    });
  }
}
