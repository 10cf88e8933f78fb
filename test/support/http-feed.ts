import { onTestFinished } from 'vitest';
import { Secret } from '../../src/domain/secret.ts';
import { FeedError } from '../../src/domain/source.ts';
import { createTabClient } from '../../src/sources/tab/client.ts';
import type { TabClient, TabClientOptions } from '../../src/sources/tab/client.ts';

export const raceId = '0f57e087-00d9-4c61-9549-835abe2ae2ed';

export const generatedTime = '2026-02-28T03:10:00.123456789Z';

export const granted = {
  with_money_tracker: true,
  with_tote_trends_data: true,
  will_pays: true,
  with_big_bets: true,
  with_biggest_bet: true,
  with_live_bets: true,
};

/** The least that is an event of the feed. */
export function eventBody(changes: { id?: string; params?: unknown; padding?: string } = {}): object {
  const race = {
    event_id: changes.id ?? raceId,
    meeting_id: 'm1',
    meeting_name: 'Trentham',
    status: 'Open',
    advertised_start: 1_772_248_200,
    prize_monies: null,
  };
  return {
    header: { generated_time: generatedTime },
    params: 'params' in changes ? changes.params : granted,
    data: { race, runners: [], padding: changes.padding },
  };
}

/** The least that is a page of a listing. */
export function listingBody(
  meetings: readonly { id: string; name?: string; date?: string }[],
  changes: { generatedTime?: string; params?: unknown } = {},
): object {
  return {
    header: { generated_time: changes.generatedTime ?? generatedTime },
    params: changes.params,
    data: {
      meetings: meetings.map(({ id, name, date }) => ({
        meeting: id,
        name: name ?? id,
        date: `${date ?? '2026-02-28'}T00:00:00Z`,
      })),
    },
  };
}

export const credentials = {
  from: 'someone+racing@example.org',
  partner: 'Somebody & Sons "Ltd"',
  partnerId: 'f3a9-77-secret',
};

export const identity = {
  from: new Secret(credentials.from),
  partner: new Secret(credentials.partner),
  partnerId: new Secret(credentials.partnerId),
};

/** A client that is closed when the test is finished. */
export function clientOf(baseUrl: string, options: Partial<TabClientOptions> = {}): TabClient {
  const client = createTabClient({ baseUrl, identity, connections: 2, deadlineMs: 500_000, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A signal that never aborts. */
export function never(): AbortSignal {
  return new AbortController().signal;
}

/** The FeedError with which a call fails; anything else fails the test. */
export async function feedError(call: Promise<unknown>): Promise<FeedError> {
  const outcome = await call.then(
    () => 'an answer',
    (error: unknown) => error,
  );
  if (outcome instanceof FeedError) return outcome;
  throw new Error('expected a FeedError', { cause: outcome });
}
