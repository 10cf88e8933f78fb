import { proxyOf } from '../net/proxies.ts';
import { lastValueFrom } from 'rxjs';
import manifest from '../../package.json' with { type: 'json' };
import type { Log } from '../domain/log-events.ts';
import { errorOf } from '../domain/thrown.ts';
import { raceday } from '../streams/raceday.ts';
import { Recordings } from '../sinks/recordings/recordings.ts';
import { chooseFeed } from './choose-feed.ts';
import { loadEnvironment } from '../app/settings/environment.ts';
import { CommandError } from '../app/errors.ts';
import type { SimulatorChoice } from '../app/open-feed.ts';
import type { HttpAddress } from '../app/settings/http-address.ts';
import { chooseHttp, serveHttp, tellServed } from '../app/serve-run.ts';
import type { Served } from '../app/serve-run.ts';
import { lastMs, supervise } from '../app/lifecycle.ts';
import type { Lifecycle } from '../app/lifecycle.ts';
import { standardLog } from '../app/log/log-output.ts';
import { tapLog } from '../app/log/log-tap.ts';
import { createLog } from '../app/log/logger.ts';
import type { CommonOptions } from './common-options.ts';
import { openScreen } from './screen.ts';
import type { Screen } from './screen.ts';
import { openService } from '../app/service.ts';
import type { Service } from '../app/service.ts';
import { readSettings } from '../app/settings/settings.ts';
import type { Settings } from '../app/settings/settings.ts';

export interface RunOptions extends CommonOptions, SimulatorChoice {
  /** Real milliseconds after which it stops by itself. */
  readonly duration?: number;
  /** Directory that takes every response as a recording. */
  readonly record?: string;
  /** False: serve nothing. */
  readonly http?: HttpAddress | false;
}

/** Real milliseconds for which recording waits for an Appwrite that gives nothing of what is to be read back. */
const readBackIdleMs = 5_000;

/** `oddstream run` */
export async function runCommand(options: RunOptions): Promise<void> {
  // A supervisor waits for its end, to start it again.
  await supervise((lifecycle) => run(options, lifecycle), lastMs);
}

async function run(options: RunOptions, lifecycle: Lifecycle): Promise<void> {
  const { opened } = lifecycle;
  const settings = readSettings(loadEnvironment());
  const recordings =
    options.record === undefined
      ? null
      : openRecordings(options.record, (reason) => {
          log('recording.failed', { reason });
        });
  opened.defer(() => recordings?.close());
  const { feed, db } = await chooseFeed(options, settings, recordings?.keep.bind(recordings));
  const output = standardLog();
  const screen = openScreen(() => feed.scheduler.now(), output);
  const { log, event$ } = tapLog(
    createLog(options.logLevel, () => feed.scheduler.now(), screen?.destination),
    output,
  );
  const service = await openService(feed, db, settings, log);
  const startedAt = performance.now();
  let served: Served | null = null;
  opened.defer(() => service.stop(async () => served?.server?.close()));
  const choice = chooseHttp(options.http, settings);
  if (choice !== null) served = await serveHttp(choice, service, settings, event$, log);
  tellStart(service, settings, log);
  tellServed(served, log);

  opened.defer(() => screen?.stop());
  const why = await recorded(service, options, screen, lifecycle).catch(errorOf);
  const reason = why instanceof Error ? why.message : why;
  if (why instanceof Error) log('service.failed', { reason });
  log('service.stopping', { reason });
  await lifecycle.close();
  const { polls, changes } = service.totals;
  log('service.stopped', { duration_ms: Math.round(performance.now() - startedAt), polls, changes });
  if (why instanceof Error) throw why;
}

/** Records until something ends it, and returns what did. */
async function recorded(
  service: Service,
  options: RunOptions,
  screen: Screen | null,
  { stop, crashed }: Lifecycle,
): Promise<string | Error> {
  const ended = lastValueFrom(service.report$, { defaultValue: null }).then(
    () => 'the race day ended',
    (error: unknown) => errorOf(error),
  );
  const end = Promise.race([stop.asked, after(options.duration), service.feed.failed, ended, crashed]);
  const ending = new AbortController();
  end
    .finally(() => {
      ending.abort();
    })
    .catch(() => undefined);
  await service.connect({ idleMs: readBackIdleMs, stop: ending.signal });
  if (!ending.signal.aborted) {
    screen?.start(service);
    service.start(raceday);
  }
  return await end;
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
