import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTab } from '../../src/app/open-feed.ts';
import { runImport } from '../../src/app/import-run.ts';
import type { Imported } from '../../src/app/import-run.ts';
import { openService } from '../../src/app/service.ts';
import type { Service } from '../../src/app/service.ts';
import type { Log } from '../../src/domain/log-events.ts';
import { partsOf } from '../../src/sinks/appwrite/sink.ts';
import { sinkName } from '../../src/sinks/appwrite/telling.ts';
import type { ImportFailure } from '../../src/streams/import-day.ts';
import { before } from './before.ts';
import { limitsOf } from './limits.ts';
import type { FunctionSettings } from './settings.ts';

/** What came of an execution. */
export interface Outcome {
  readonly meetings: number;
  readonly races: number;
  readonly failures: readonly ImportFailure[];
  /** Why the execution has failed, a sentence each; none when everything is in Appwrite. */
  readonly problems: readonly string[];
}

/**
 * Imports the present day into Appwrite by way of a journal that is thrown away.
 * @param startedAt when the execution began, epoch milliseconds
 * @throws AppwriteError when it cannot be read what Appwrite has: everything would be recorded again
 */
export async function importDay(settings: FunctionSettings, startedAt: number, log: Log): Promise<Outcome> {
  const directory = mkdtempSync(join(tmpdir(), 'oddstream-'));
  let refused = 0;
  const counting: Log = (event, fields) => {
    if (event === 'sink.dead_letter') refused++;
    log(event, fields);
  };
  const remove = (): void => {
    rmSync(directory, { recursive: true, force: true });
  };
  const service = await openService(
    openTab(settings),
    join(directory, 'journal.db'),
    settings,
    counting,
  ).catch((error: unknown) => {
    remove();
    throw error;
  });
  try {
    const { imported, problems } = await importInto(service, settings, startedAt);
    const rows = refused === 0 ? [] : [`${refused} rows were refused by Appwrite and are lost.`];
    return outcomeOf(imported, [...problems, ...rows]);
  } finally {
    await before(
      startedAt + limitsOf(settings.timeoutMs).answerMs,
      service.stop().finally(remove),
      undefined,
    );
  }
}

interface Work {
  /** Null when nothing could be delivered, so that it was given up. */
  readonly imported: Imported | null;
  readonly problems: readonly string[];
}

async function importInto(service: Service, settings: FunctionSettings, startedAt: number): Promise<Work> {
  const limits = limitsOf(settings.timeoutMs);
  await service.connect({ mostMs: limits.readBackMs, isDemanded: true, listedOnly: true });
  // What cannot be delivered is lost with the journal: nothing is gained by importing it.
  const imported = await Promise.race([
    runImport(service, { until: startedAt + limits.importMs }),
    service.hindered(),
  ]);
  if (isReasons(imported)) return { imported: null, problems: imported };
  return { imported, problems: await undelivered(service, settings, startedAt + limits.deliverMs) };
}

/** Waits for the rest of the delivery; tells why there is a rest when the time is over. */
async function undelivered(
  service: Service,
  { appwrite }: FunctionSettings,
  until: number,
): Promise<readonly string[]> {
  const ended = Promise.race([service.delivered(Math.max(0, until - Date.now())), service.hindered()]);
  const end = await before(until, ended, false);
  if (isReasons(end)) return end;
  const { rows } = service.journal.followed(sinkName).lag(partsOf(appwrite.selection), Infinity);
  return end
    ? []
    : [`${rows} rows could not be delivered in time; what Appwrite lacks is imported again next time.`];
}

function outcomeOf(imported: Imported | null, problems: readonly string[]): Outcome {
  const { row, failures = [] } = imported ?? {};
  const failed = failures.length;
  const told =
    failed === 0 ? [] : [`${failed} dates, meetings or races could not be imported: see each above.`];
  return { meetings: row?.meetings ?? 0, races: row?.races ?? 0, failures, problems: [...told, ...problems] };
}

function isReasons(outcome: unknown): outcome is readonly string[] {
  return Array.isArray(outcome);
}
