import { Client } from 'undici';
import { z } from 'zod';
import { openReader } from '../journal/reader.ts';
import { simulatedNow } from '../streams/clock.ts';
import { defaultJournal } from './default-journal.ts';
import { loadEnvironment } from '../app/settings/environment.ts';
import { CommandError } from '../app/errors.ts';
import { showHttpAddress, standardAddress } from '../app/settings/http-address.ts';
import type { HttpAddress } from '../app/settings/http-address.ts';
import { readSettings } from '../app/settings/settings.ts';

export interface HealthOptions {
  readonly db?: string;
}

/** Longer than the longest interval of a live race, milliseconds of the recorder's clock. */
const quietMs = 35 * 60_000;

const answerMs = 8_000;

const readyz = z.object({ reasons: z.array(z.object({ detail: z.string() })) });

/**
 * `oddstream health`
 * @throws CommandError when the recorder of this machine is not ready, with the reasons
 */
export async function healthCommand(options: HealthOptions): Promise<void> {
  const { http } = readSettings(loadEnvironment());
  if (http === 'off') requirePolls(options.db ?? defaultJournal());
  else await requireReady(reachable(http ?? standardAddress));
}

/** A server that listens on every address is asked at this machine's own. */
function reachable({ host, port }: HttpAddress): string {
  const own: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  return `http://${showHttpAddress({ host: own[host] ?? host, port })}`;
}

async function requireReady(url: string): Promise<void> {
  // Proxies of the environment are for the feed.
  const client = new Client(url, { headersTimeout: answerMs, bodyTimeout: answerMs });
  try {
    const { statusCode, body } = await client.request({ method: 'GET', path: '/readyz' });
    if (statusCode === 200) return;
    const answer = readyz.safeParse(await body.json().catch(() => null));
    const reasons = answer.data?.reasons.map(({ detail }) => detail) ?? [`It answered ${statusCode}.`];
    throw new CommandError(`${url} is not ready. ${reasons.join(' ')}`);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    throw new CommandError(`${url} does not answer; see whether oddstream runs, and ODDSTREAM_HTTP.`, {
      cause: error,
    });
  } finally {
    await client.destroy();
  }
}

/** Nothing is served: what a recorder does shows in its journal, which has a poll of every live race. */
function requirePolls(file: string): void {
  const reader = openReader(file);
  try {
    const { source, lastPollAt, lastImport, races } = reader.status(1);
    if (lastImport === null) throw new CommandError(`${file} has no import yet.`);
    const now = source.kind === 'simulator' ? simulatedNow(source.clock, Date.now()) : Date.now();
    const quiet = lastPollAt === null || now - Date.parse(lastPollAt) > quietMs;
    if (races.live > 0 && quiet) {
      throw new CommandError(
        `${file} has ${races.live} live races and no poll of the last ${quietMs / 60_000} minutes.`,
      );
    }
  } finally {
    reader.close();
  }
}
