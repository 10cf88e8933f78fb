import { chooseFeed } from './choose-feed.ts';
import { loadEnvironment } from '../app/settings/environment.ts';
import { CommandError } from '../app/errors.ts';
import type { SimulatorChoice } from '../app/open-feed.ts';
import { runImport } from '../app/import-run.ts';
import { supervise } from '../app/lifecycle.ts';
import type { Lifecycle } from '../app/lifecycle.ts';
import { createLog } from '../app/log/logger.ts';
import { progressLine } from './progress.ts';
import type { CommonOptions } from './common-options.ts';
import { openService } from '../app/service.ts';
import { readSettings } from '../app/settings/settings.ts';

export interface ImportOptions extends CommonOptions, SimulatorChoice {
  /** NZ date, `YYYY-MM-DD`. */
  readonly date?: string;
}

/** Real time without any row delivered, after which a remote sink is not waited for. */
const idleMs = 60_000;

/** `oddstream import` */
export async function importCommand(options: ImportOptions): Promise<void> {
  await supervise((lifecycle) => importDay(options, lifecycle));
}

async function importDay(options: ImportOptions, { stop, crashed, opened }: Lifecycle): Promise<void> {
  const settings = readSettings(loadEnvironment());
  const { feed, db } = await chooseFeed(options, settings);
  const log = createLog(options.logLevel, () => feed.scheduler.now());
  const service = await openService(feed, db, settings, log);
  opened.defer(() => service.stop());
  const progress = progressLine();
  opened.defer(() => {
    progress.clear();
  });
  service.report$.subscribe({
    next: () => {
      progress.show(() => `${service.totals.polls} events fetched, ${service.totals.failed} failed`);
    },
    error: () => undefined,
  });
  await service.connect({ stop: stop.signal });
  if (stop.signal.aborted) throw stoppedBy(await stop.asked);
  const imported = runImport(service, options.date === undefined ? {} : { dates: [options.date] });
  const outcome = await Promise.race([imported, stop.asked, feed.failed, crashed]);
  if (outcome instanceof Error) throw new CommandError(`The feed ended: ${outcome.message}`);
  if (typeof outcome === 'string') throw stoppedBy(outcome);
  if (outcome !== null && outcome.failures.length > 0) process.exitCode = 1;
  const end = await Promise.race([service.delivered(idleMs), service.hindered(), stop.asked, crashed]);
  if (end !== true) throw undelivered(end);
}

function stoppedBy(signal: string): CommandError {
  return new CommandError(`Stopped by ${signal}; run it again to go on.`);
}

/** @param end why the rest was not waited for: reasons that stay, a signal, or false for none that is known */
function undelivered(end: readonly string[] | string | false): CommandError {
  const reasons = Array.isArray(end) ? [...new Set(end)].join(' ') : 'Not everything could be delivered.';
  return new CommandError(`${reasons} The journal keeps what is not delivered for the next run.`);
}
