import { simulatedClock, stamps, type Clock, type Stamp } from './clock.ts';
import { createFaults, type Faults } from './faults.ts';
import { createLedger, type Ledger } from './ledger.ts';
import type { SimulatorOptions } from './options.ts';
import { eventPages } from './payload/event.ts';
import { headerText } from './payload/header.ts';
import { listingBody } from './payload/listing.ts';
import { random } from './random.ts';
import { slotAt } from './refresh.ts';
import { BadRequest, eventRequest, listingRequest } from './requests.ts';
import { createWorld, type World } from './world.ts';

/** An answer before it is put on the wire. */
export interface Answer {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  /** Notes in the ledger that the answer went out. */
  readonly delivered: () => void;
}

/** The simulated source without the network. */
export interface Feed {
  readonly clock: Clock;
  readonly ledger: Ledger;
  readonly faults: Faults;
  /** Null for paths that are not the feed's. */
  answer(url: URL): Answer | null;
  /** What a control path tells; undefined when there is nothing of that name. */
  control(url: URL): unknown;
}

const base = '/affiliates/v1/racing';
const nothing = () => undefined;

function failure(status: number, code: string, text: string, url: URL, stamp: Stamp): Answer {
  const header = headerText('Error', url.pathname + url.search, stamp, { code, text });
  return { status, body: `{${header}}`, delivered: nothing };
}

/** The race that a path names, null for other paths. */
export function raceIdOf(url: URL): string | null {
  return url.pathname.startsWith(`${base}/events/`) ? url.pathname.slice(base.length + 8) : null;
}

function checkOptions({ racesPerDay, speed }: SimulatorOptions): void {
  if (!Number.isInteger(racesPerDay) || racesPerDay < 1 || racesPerDay > 10_000) {
    throw new RangeError('racesPerDay: not a whole number from 1 to 10000');
  }
  if (!(speed > 0 && speed < Infinity)) throw new RangeError('speed: not a number over 0');
}

/** A source that runs on the clock of its options, unless it is given another; feeds may share a world. */
export function createFeed(
  options: SimulatorOptions,
  clock: Clock = simulatedClock(options.origin, options.speed),
  world: World = createWorld(options.seed, options.racesPerDay),
): Feed {
  checkOptions(options);
  const ledger = createLedger(world);
  const faults = createFaults(options.seed, options.faults ?? {}, options.origin.simulated, clock);
  const pages = eventPages(world);
  const nextStamp = stamps(clock);
  const orders = random(world.key, 'orders', clock());

  function event(id: string, url: URL, stamp: Stamp): Answer {
    const story = world.race(id);
    if (!story) return failure(404, 'not_found', 'event not found', url, stamp);
    const slot = slotAt(story.card, stamp.millis);
    return {
      status: 200,
      body: pages.body(story, slot, eventRequest(url), stamp, orders),
      delivered: () => {
        ledger.served(id, slot, stamp);
      },
    };
  }

  function listing(url: URL, stamp: Stamp): Answer {
    try {
      const body = listingBody(world, listingRequest(url, stamp.millis), stamp);
      return { status: 200, body, delivered: nothing };
    } catch (error) {
      if (error instanceof BadRequest) return failure(400, 'bad_request', error.message, url, stamp);
      throw error;
    }
  }

  return {
    clock,
    ledger,
    faults,
    answer(url) {
      const id = raceIdOf(url);
      if (id !== null) return event(id, url, nextStamp());
      if (url.pathname === `${base}/meetings`) return listing(url, nextStamp());
      return url.pathname.startsWith(base)
        ? failure(404, 'not_found', 'no such page', url, nextStamp())
        : null;
    },
    control(url) {
      const [, name, id] = url.pathname.split('/');
      if (name === 'clock') {
        const { speed, seed, racesPerDay, origin } = options;
        return { now: clock(), speed, seed, races: racesPerDay, origin };
      }
      if (name === 'faults') return faults.list();
      if (name !== 'ledger') return undefined;
      return id ? (ledger.race(id, clock()) ?? undefined) : ledger.races();
    },
  };
}
