import { proxyOf } from '../net/proxies.ts';
import { lastValueFrom } from 'rxjs';
import type { Observable } from 'rxjs';
import manifest from '../../package.json' with { type: 'json' };
import type { Log, LogEvent } from '../domain/log-events.ts';
import { errorOf } from '../domain/thrown.ts';
import { raceday } from '../streams/raceday.ts';
import { Recordings } from '../sinks/recordings/recordings.ts';
import { chooseFeed } from './choose-feed.ts';
import { loadEnvironment } from './environment.ts';
import { CommandError } from './errors.ts';
import type { SimulatorChoice } from './feed.ts';
import type { HttpAddress } from './http-address.ts';
import { chooseHttp, serveHttp, tellServed } from './http.ts';
import type { Served } from './http.ts';
import { tapLog } from './log-tap.ts';
import { createLog } from './logger.ts';
import type { CommonOptions } from './program.ts';
import { openScreen } from './screen.ts';
import { openService } from './service.ts';
import type { Service } from './service.ts';
import { readSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { stopRequest } from './signals.ts';

export interface RunOptions extends CommonOptions, SimulatorChoice {
  /** Real milliseconds after which it stops by itself. */
  readonly duration?: number;
  /** Directory that takes every response as a recording. */
  readonly record?: string;
  /** False: serve nothing. */
  readonly http?: HttpAddress | false;
}

/** `oddstream run` */
export async function runCommand(options: RunOptions): Promise<void> {
  const settings = readSettings(loadEnvironment());
  const recordings =
    options.record === undefined
      ? null
      : openRecordings(options.record, (reason) => {
          log('recording.failed', { reason });
        });
  const { feed, db } = await chooseFeed(options, settings, recordings?.keep.bind(recordings));
  const screen = openScreen(() => feed.scheduler.now());
  const { log, event$ } = tapLog(
    createLog(options.logLevel, () => feed.scheduler.now(), screen?.destination),
  );
  const service = await openService(feed, db, settings, log);
  const startedAt = performance.now();
  const served = await serve(options, service, settings, event$, log);
  tellStart(service, settings, log);
  tellServed(served, log);

  const ended = lastValueFrom(service.report$, { defaultValue: null }).then(
    () => 'the race day ended',
    (error: unknown) => errorOf(error),
  );
  const stop = stopRequest();
  await service.connect({ stop: stop.signal });
  if (!stop.signal.aborted) {
    screen?.start(service);
    service.start(raceday);
  }
  const why = await Promise.race([stop.asked, after(options.duration), feed.failed, ended]);
  screen?.stop();

  const reason = why instanceof Error ? why.message : why;
  if (why instanceof Error) {
    log('service.failed', { reason });
    process.exitCode = 1;
  }
  log('service.stopping', { reason });
  await service.stop(async () => {
    await served?.server?.close();
  });
  await recordings?.close();
  const { polls, changes } = service.totals;
  log('service.stopped', { duration_ms: Math.round(performance.now() - startedAt), polls, changes });
}

/** The service is closed again when the address that was asked for cannot be had. */
async function serve(
  options: RunOptions,
  service: Service,
  settings: Settings,
  event$: Observable<LogEvent>,
  log: Log,
): Promise<Served | null> {
  const choice = chooseHttp(options.http, settings);
  if (choice === null) return null;
  try {
    return await serveHttp(choice, service, settings, event$, log);
  } catch (error) {
    await service.stop();
    throw error;
  }
}

function openRecordings(directory: string, failed: (reason: string) => void): Recordings {
  try {
    return new Recordings(directory, failed);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    throw new CommandError(
      `${directory} cannot be used for recordings (${code}); name another directory (--record).`,
      { cause: error },
    );
  }
}

function tellStart({ feed, journal }: Service, settings: Settings, log: Log): void {
  log('service.started', {
    version: manifest.version,
    source: feed.kind,
    feed: feed.url,
    proxy: proxyOf(feed.proxies, feed.url)?.host ?? null,
    no_proxy: feed.proxies.except,
    journal: journal.file,
    records: `${settings.categories.join(',')} races in ${settings.countries.join(',')}`,
    speed: feed.speed,
  });
}

/** Resolves after a real time in milliseconds; never when there is none. */
function after(durationMs: number | undefined): Promise<string> {
  return new Promise((resolve) => {
    if (durationMs !== undefined) setTimeout(resolve, durationMs, 'the duration is over').unref();
  });
}
