import { setTimeout as wait } from 'node:timers/promises';
import type { HistoryPage, HistoryPart, RaceDetail, RaceList } from '../../src/server/contract/answers.ts';
import type { Race } from '../../src/server/contract/race.ts';
import type { Status } from '../../src/server/contract/status.ts';
import { start } from './process.ts';
import type { Running } from './process.ts';

/** The real service, served at an address. */
export interface PageService {
  readonly url: string;
  readonly running: Running;
}

/** Starts the service and waits until it serves. */
export async function startPageService(
  port: number,
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<PageService> {
  const running = start(['run', '--http', `127.0.0.1:${port}`, ...args], { env });
  await running.says('server.started');
  return { url: `http://127.0.0.1:${port}`, running };
}

/** Reads an answer of the service. */
export async function api<T>(url: string, path: string): Promise<T> {
  const response = await fetch(`${url}/api/${path}`);
  if (!response.ok)
    throw new Error(`The service answered ${response.status} to ${path}: ${await response.text()}`);
  return (await response.json()) as T;
}

export const raceList = (url: string, query: string): Promise<RaceList> => api(url, `races?${query}`);
export const raceDetail = (url: string, id: string): Promise<RaceDetail> => api(url, `races/${id}`);
export const status = (url: string): Promise<Status> => api(url, 'status');

/** The rows of one part of a race's history. */
export async function rowsOf<P extends HistoryPart>(
  url: string,
  id: string,
  part: P,
  query = '',
): Promise<HistoryPage<P>['rows']> {
  return (await api<HistoryPage<P>>(url, `races/${id}/${part}?limit=2000&${query}`)).rows;
}

/** Waits until a condition holds of what the service answers. */
export async function until<T>(
  read: () => Promise<T>,
  holds: (value: T) => boolean,
  what: string,
): Promise<T> {
  const deadline = performance.now() + 500_000;
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    if (performance.now() > deadline) throw new Error(`It did not come about in 500 s: ${what}.`);
    await wait(100);
  }
}

/** The first open race that jumps no sooner than so many minutes from now, on the recorder's clock. */
export async function raceStartingIn(url: string, minutes: number): Promise<Race> {
  const find = async (): Promise<Race | undefined> => {
    const { clock } = await status(url);
    const { races } = await raceList(url, 'limit=100');
    const earliest = Date.parse(clock.now) + minutes * 60_000;
    return races.find(
      (race) =>
        race.status === 'Open' && race.last_poll_at !== null && Date.parse(race.advertised_start) >= earliest,
    );
  };
  const race = await until(find, (found) => found !== undefined, `a race starts in ${minutes} minutes`);
  if (race === undefined) throw new Error('There is no such race.');
  return race;
}
