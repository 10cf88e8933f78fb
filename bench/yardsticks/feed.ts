import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { eventPath, eventQuery, meetingsPath } from '../../src/sources/tab/paths.ts';
import { simulatedNow } from '../../src/streams/clock.ts';

/** A simulated feed as a simple poller sees it. */
export interface PolledFeed {
  /** Epoch milliseconds of the simulated clock. */
  readonly now: () => number;
  /** Waits for milliseconds of that clock; not at all when there are none. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Ids of a NZ date's races in Australia and New Zealand that have not ended, as listed now. */
  readonly openRaces: (date: string) => Promise<string[]>;
  /** An event's body. */
  readonly event: (raceId: string) => Promise<string>;
}

const clockAnswer = z.object({
  speed: z.number(),
  origin: z.object({ real: z.number(), simulated: z.number() }),
});

const listing = z.object({
  data: z.object({
    meetings: z.array(
      z.object({
        country: z.string(),
        races: z.array(z.object({ id: z.string(), status: z.string() })),
      }),
    ),
  }),
});

/** What a runner's price is called in the feed, and its name in a table. */
export const kinds = ['fixed_win', 'fixed_place', 'pool_win', 'pool_place'] as const;

const dated = z.object({ timestamp: z.string(), fluc: z.number() });
const price = z.number().nullish();

/** As much of an event as the yardsticks use. */
export const event = z.object({
  data: z.object({
    runners: z.array(
      z.object({
        entrant_id: z.string(),
        runner_number: z.number().nullish(),
        name: z.string().nullish(),
        is_scratched: z.boolean().nullish(),
        odds: z
          .object({ fixed_win: price, fixed_place: price, pool_win: price, pool_place: price })
          .nullish(),
        flucs_with_timestamp: z
          .object({
            ...{
              open: dated.nullish(),
              high: dated.nullish(),
              low: dated.nullish(),
              nine_am: dated.nullish(),
            },
            last_six: z.array(dated).nullish(),
          })
          .nullish(),
      }),
    ),
  }),
});

export async function openFeed(url: string): Promise<PolledFeed> {
  const text = async (path: string): Promise<string> => {
    const response = await fetch(`${url}${path}`);
    if (!response.ok) throw new Error(`GET ${path} was answered ${response.status}.`);
    return await response.text();
  };
  const { origin, speed } = clockAnswer.parse(JSON.parse(await text('/clock')));
  return {
    now: () => simulatedNow({ ...origin, speed }, Date.now()),
    wait: async (milliseconds) => {
      if (milliseconds > 0) await sleep(milliseconds / speed);
    },
    openRaces: async (date) => {
      const body = await text(`${meetingsPath}?date_from=${date}&date_to=${date}&limit=200`);
      return listing
        .parse(JSON.parse(body))
        .data.meetings.filter(({ country }) => country === 'NZ' || country === 'AUS')
        .flatMap(({ races }) => races)
        .filter(({ status }) => status !== 'Final' && status !== 'Abandoned')
        .map(({ id }) => id);
    },
    event: (raceId) => text(`${eventPath(raceId)}?${eventQuery}`),
  };
}
