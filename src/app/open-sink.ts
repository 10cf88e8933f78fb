import type { SchedulerLike } from 'rxjs';
import type { Log } from '../domain/log-events.ts';
import { errorOf } from '../domain/thrown.ts';
import { openAppwrite } from '../sinks/appwrite/client.ts';
import type { Appwrite } from '../sinks/appwrite/client.ts';
import { readBack, wantsReadBack } from '../sinks/appwrite/read-back.ts';
import { AppwriteSink } from '../sinks/appwrite/sink.ts';
import { sinkName } from '../sinks/appwrite/telling.ts';
import type { Journal } from '../journal/journal.ts';
import type { AppwriteSettings } from './settings/appwrite-settings.ts';

/** What is asked of filling a new journal from what Appwrite has. */
export interface ReadBackDemand {
  /** Real milliseconds that it may take. */
  readonly mostMs: number;
  /** Real milliseconds for which Appwrite may give nothing; as long as it may take in all when left out. */
  readonly idleMs?: number;
  /** Whether nothing may be recorded without it. */
  readonly isDemanded: boolean;
  /** Whether races that are listed no more are left out: an import does not come to them. */
  readonly listedOnly: boolean;
  /** Gives it up, for this run alone. */
  readonly stop?: AbortSignal;
}

/** Recording must not wait for it. */
const asFarAsCanBe: ReadBackDemand = { mostMs: 60_000, isDemanded: false, listedOnly: false };

/**
 * Opens the sink; a new journal is filled from Appwrite first.
 * @throws AppwriteError when that is demanded and Appwrite cannot be read
 */
export async function openSink(
  settings: AppwriteSettings,
  journal: Journal,
  scheduler: SchedulerLike,
  log: Log,
  demand: Partial<ReadBackDemand> = {},
): Promise<AppwriteSink> {
  const appwrite = openAppwrite(settings.access);
  if (wantsReadBack(journal)) {
    const failure = await begin(appwrite, settings, journal, scheduler, log, { ...asFarAsCanBe, ...demand });
    if (failure !== null && demand.isDemanded === true) {
      await appwrite.close();
      throw failure;
    }
  }
  return new AppwriteSink(appwrite, journal, { ...settings, scheduler, log, random: Math.random });
}

/** @returns what it failed with */
async function begin(
  appwrite: Appwrite,
  { selection }: AppwriteSettings,
  journal: Journal,
  scheduler: SchedulerLike,
  log: Log,
  demand: ReadBackDemand,
): Promise<Error | null> {
  const startedAt = performance.now();
  try {
    const options = { selection, now: scheduler.now(), ...demand };
    const read = await readBack(appwrite, journal, options);
    log('sink.read_back', {
      sink: sinkName,
      ...read,
      duration_ms: Math.round(performance.now() - startedAt),
    });
    return null;
  } catch (error) {
    const failure = errorOf(error);
    log('sink.read_back_failed', { sink: sinkName, reason: failure.message });
    return failure;
  }
}
