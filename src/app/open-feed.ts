import { asyncScheduler } from 'rxjs';
import type { SchedulerLike } from 'rxjs';
import { Client } from 'undici';
import { z } from 'zod';
import type { Exchange } from '../domain/exchange.ts';
import type { Source } from '../domain/source.ts';
import { noProxies } from '../net/proxies.ts';
import type { Proxies } from '../net/proxies.ts';
import type { JournalSource } from '../journal/source.ts';
import { launchSimulator } from '../sources/simulator/launch.ts';
import { createTabClient } from '../sources/tab/client.ts';
import { racingUrl } from '../sources/tab/origin.ts';
import { simulatedNow, simulatedScheduler } from '../streams/clock.ts';
import type { ClockOrigin } from '../streams/clock.ts';
import type { BudgetLimits } from '../streams/budget.ts';
import { CommandError } from './errors.ts';
import type { Settings } from './settings/settings.ts';

/** The feed that is recorded, with the clock that belongs to it. */
export interface OpenFeed {
  readonly kind: 'tab' | 'simulator';
  /** As it is asked, to be shown. */
  readonly url: string;
  readonly proxies: Proxies;
  readonly source: Source;
  readonly journalSource: JournalSource;
  readonly scheduler: SchedulerLike;
  readonly speed: number;
  readonly limits: BudgetLimits;
  /** Milliseconds of the scheduler's clock. */
  readonly deadlineMs: number;
  /** Resolves with the reason when the feed itself has ended. */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
}

/** Told of every answer, for a recording. */
export type OnAnswer = (exchange: Exchange) => void;

export interface SimulatorChoice {
  /** An own simulator is started when left out. */
  readonly simulator?: string;
  readonly speed?: number;
  readonly seed?: number;
  readonly races?: number;
  /** Simulated time at which the clock of a new journal starts, epoch milliseconds; now when left out. */
  readonly origin?: number;
  /** Real milliseconds that it has for a response at the least, however fast its clock runs; default 3,000. */
  readonly leastDeadlineMs?: number;
}

const pollDeadlineMs = 10_000;
const minRealDeadlineMs = 3_000;

/** Waiting requests share these; the simulator has no budget, only this many connections. */
const simulatorConnections = 16;

/** The TAB API or another that speaks its format. */
export function openTab(settings: Settings, onAnswer?: OnAnswer): OpenFeed {
  const { tabBaseUrl, proxies, identity, requestsPerSecond, requestsInFlight } = settings;
  const client = createTabClient({
    baseUrl: tabBaseUrl,
    proxies,
    identity,
    connections: requestsInFlight,
    deadlineMs: pollDeadlineMs,
    ...(onAnswer && { onAnswer }),
  });
  return {
    kind: 'tab',
    url: racingUrl(tabBaseUrl),
    proxies,
    source: client,
    journalSource: { kind: 'tab', baseUrl: tabBaseUrl },
    scheduler: asyncScheduler,
    speed: 1,
    limits: { requestsPerSecond, inFlight: requestsInFlight },
    deadlineMs: pollDeadlineMs,
    failed: new Promise(() => undefined),
    close: () => client.close(),
  };
}

/**
 * A simulated feed: one that runs already, or one of our own in a thread. A journal's own seed, number of races
 * and clock go before the defaults, so that a restart goes on where the clock stands by now.
 *
 * @param recorded what the journal says it holds; null without a journal
 * @throws CommandError when it cannot be reached
 */
export async function openSimulator(
  choice: SimulatorChoice,
  recorded: JournalSource | null,
  onAnswer?: OnAnswer,
): Promise<OpenFeed> {
  return choice.simulator === undefined
    ? await ownSimulator(choice, recorded?.kind === 'simulator' ? recorded : null, onAnswer)
    : await runningSimulator(choice, choice.simulator, onAnswer);
}

type RecordedSimulator = Extract<JournalSource, { kind: 'simulator' }>;

async function ownSimulator(
  choice: SimulatorChoice,
  recorded: RecordedSimulator | null,
  onAnswer: OnAnswer | undefined,
): Promise<OpenFeed> {
  const seed = choice.seed ?? recorded?.seed ?? 1;
  const racesPerDay = choice.races ?? recorded?.racesPerDay ?? 240;
  const clock = goOn(recorded?.clock ?? null, choice);
  const simulator = await launchSimulator({ seed, racesPerDay, speed: clock.speed, port: 0, origin: clock });
  const { url, failed } = simulator;
  const journalSource = { kind: 'simulator', seed, racesPerDay, clock } as const;
  return simulated(choice, { url, journalSource, failed, stop: () => simulator.stop() }, onAnswer);
}

/** The clock of an earlier run goes on, whatever the origin; another speed counts from now. */
function goOn(clock: ClockOrigin | null, { speed, origin }: SimulatorChoice): ClockOrigin {
  const now = Date.now();
  if (clock === null) return { real: now, simulated: origin ?? now, speed: speed ?? 1 };
  if (speed === undefined || speed === clock.speed) return clock;
  return { real: now, simulated: simulatedNow(clock, now), speed };
}

const clockAnswer = z.object({
  speed: z.number().positive(),
  seed: z.number(),
  races: z.number(),
  origin: z.object({ real: z.number(), simulated: z.number() }),
});

async function runningSimulator(
  choice: SimulatorChoice,
  url: string,
  onAnswer: OnAnswer | undefined,
): Promise<OpenFeed> {
  // Whatever proxies the environment names: the simulator is within reach.
  const client = new Client(url, { headersTimeout: 5_000, bodyTimeout: 5_000 });
  try {
    const { body, statusCode } = await client.request({ method: 'GET', path: '/clock' });
    const answer = clockAnswer.parse(statusCode === 200 ? await body.json() : null);
    const { seed, races: racesPerDay, speed, origin } = answer;
    const journalSource = { kind: 'simulator', seed, racesPerDay, clock: { ...origin, speed } } as const;
    const failed = new Promise<Error>(() => undefined);
    return simulated(choice, { url, journalSource, failed, stop: () => Promise.resolve() }, onAnswer);
  } catch (error) {
    throw new CommandError(
      `${url} is no simulated feed that runs: start one with "oddstream simulate" and give its address.`,
      { cause: error },
    );
  } finally {
    await client.close();
  }
}

interface RunningSimulator {
  readonly url: string;
  readonly journalSource: RecordedSimulator;
  /** Resolves with the reason when it has ended. */
  readonly failed: Promise<Error>;
  readonly stop: () => Promise<void>;
}

function simulated(
  { leastDeadlineMs = minRealDeadlineMs }: SimulatorChoice,
  { url, journalSource, failed, stop }: RunningSimulator,
  onAnswer: OnAnswer | undefined,
): OpenFeed {
  const { clock } = journalSource;
  const deadlineMs = Math.max(pollDeadlineMs, leastDeadlineMs * clock.speed);
  const scheduler = simulatedScheduler(clock);
  const client = createTabClient({
    baseUrl: url,
    identity: null,
    connections: simulatorConnections,
    // Timers of the client take whole milliseconds.
    deadlineMs: Math.ceil(deadlineMs / clock.speed),
    now: () => scheduler.now(),
    ...(onAnswer && { onAnswer }),
  });
  return {
    kind: 'simulator',
    url,
    proxies: noProxies,
    source: client,
    journalSource,
    scheduler,
    speed: clock.speed,
    limits: { requestsPerSecond: Infinity, inFlight: simulatorConnections },
    deadlineMs,
    failed,
    close: async () => {
      await client.close();
      await stop();
    },
  };
}
