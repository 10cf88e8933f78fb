import type { Observable } from 'rxjs';
import manifest from '../../package.json' with { type: 'json' };
import type { Log, LogEvent } from '../domain/log-events.ts';
import type { Recorder } from '../server/recorder.ts';
import type { RunningServer } from '../server/server.ts';
import { CommandError } from './errors.ts';
import { showHttpAddress, standardAddress } from './settings/http-address.ts';
import type { HttpAddress } from './settings/http-address.ts';
import type { Service } from './service.ts';
import type { Settings } from './settings/settings.ts';

/** Where to serve: as asked by the command line or by the environment, else where it is usual. */
export interface HttpChoice {
  readonly address: HttpAddress;
  /** Who asked for it; null for the usual one: then it is done without when it cannot be had. */
  readonly askedBy: '--http' | 'ODDSTREAM_HTTP' | null;
}

/**
 * What to serve at, if at all.
 * @param option of the command line: false for `--no-http`
 */
export function chooseHttp(option: HttpAddress | false | undefined, settings: Settings): HttpChoice | null {
  if (option === false) return null;
  if (option !== undefined) return { address: option, askedBy: '--http' };
  if (settings.http === 'off') return null;
  if (settings.http !== null) return { address: settings.http, askedBy: 'ODDSTREAM_HTTP' };
  return { address: standardAddress, askedBy: null };
}

/** What came of serving. */
export interface Served {
  readonly address: HttpAddress;
  /** Null when the usual address could not be had: recording goes on without. */
  readonly server: RunningServer | null;
  /** Why there is no server; empty when there is one. */
  readonly reason: string;
}

/**
 * Serves a service that runs.
 * @throws CommandError when the address that was asked for cannot be had
 */
export async function serveHttp(
  { address, askedBy }: HttpChoice,
  service: Service,
  settings: Settings,
  event$: Observable<LogEvent>,
  log: Log,
): Promise<Served> {
  const { startSupervised } = await import('../server/supervised.ts');
  try {
    const server = await startSupervised(recorderOf(service, settings, event$), {
      ...address,
      names: settings.httpHosts,
      onFault: (route, reason) => {
        log('server.failed', { route, reason });
      },
      onDropped: (route, clients) => {
        log('server.dropped', { route, clients });
      },
    });
    return { address, server, reason: '' };
  } catch (error) {
    const why = socketReason(error);
    if (why === null) throw error;
    const shown = showHttpAddress(address);
    if (askedBy !== null) {
      throw new CommandError(`${shown} cannot be served at (${why}); name another address (${askedBy}).`, {
        cause: error,
      });
    }
    return { address, server: null, reason: `${why}; nothing is served: name another address (--http).` };
  }
}

export function tellServed(served: Served | null, log: Log): void {
  if (served === null) return;
  const { address, server, reason } = served;
  if (server === null) log('server.unavailable', { address: showHttpAddress(address), reason });
  else log('server.started', { url: server.url, page: server.hasPage });
}

function recorderOf(service: Service, settings: Settings, event$: Observable<LogEvent>): Recorder {
  const { feed, journal, committed$, budget } = service;
  const { journalSource, limits, scheduler } = feed;
  return {
    version: manifest.version,
    startedAt: Date.now(),
    now: () => scheduler.now(),
    speed: feed.speed,
    source: {
      kind: feed.kind,
      url: feed.url,
      seed: journalSource.kind === 'simulator' ? journalSource.seed : null,
    },
    journal: journal.file,
    event$,
    committed$,
    budget: () => ({
      inFlight: budget.underWay,
      inFlightLimit: limits.inFlight,
      requestsPerSecond: limits.requestsPerSecond,
      waiting: budget.waiting,
      heldUntil: budget.heldUntil,
    }),
    sinkLagLimitMs: settings.sinkLagLimitMs,
  };
}

const reasons = new Map([
  ['EADDRINUSE', 'another program listens there'],
  ['EACCES', 'this user may not listen there'],
  ['EADDRNOTAVAIL', 'this machine has no such address'],
  ['ENOTFOUND', 'no such host is known'],
  ['EAI_AGAIN', 'no such host is known'],
]);

/** Why a socket cannot listen; null for every other error. */
function socketReason(error: unknown): string | null {
  if (!(error instanceof Error) || !('code' in error)) return null;
  return reasons.get(String(error.code)) ?? null;
}
