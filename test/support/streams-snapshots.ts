import type {
  EventSnapshot,
  Fluctuation,
  ListedMeeting,
  ListedRace,
  ListingSnapshot,
  MoneyFigures,
  Runner,
} from '../../src/domain/snapshot.ts';
import type { Received } from '../../src/domain/source.ts';
import { entrants, meetings, races } from '../../src/domain/tables.ts';
import type { RowOf, Table } from '../../src/domain/tables.ts';
import { timestamp } from '../../src/domain/time.ts';

/** How a race stands: what a story tells of it, everything else being blank. */
export interface Standing {
  readonly status: string;
  /** Epoch milliseconds. */
  readonly start: number;
  /** The one runner's fixed price. */
  readonly win: number;
  readonly hold?: number;
  readonly poolTotal?: number;
  readonly fluctuations?: readonly Fluctuation[];
  readonly oldestOfSix?: number | null;
  /** Runners beside the one. */
  readonly others?: readonly string[];
  readonly dividends?: readonly unknown[];
  readonly lost?: EventSnapshot['lost'];
  readonly drifts?: EventSnapshot['drifts'];
}

/** The event response of a race, as generated at a time. */
export function eventOf(raceId: string, standing: Standing, generatedAt: number): EventSnapshot {
  const { status, start, win, others = [], hold, poolTotal, dividends = [], lost, drifts } = standing;
  const field = [
    runnerOf(`${raceId}-1`, standing),
    ...others.map((id) => runnerOf(id, { ...standing, win })),
  ];
  return {
    raceId,
    generatedAt,
    race: {
      ...blank(races, ['tote_start_time', 'ended_at', 'settled_at', 'raw_extra']),
      race_id: raceId,
      meeting_id: meetingOf(raceId),
      status,
      advertised_start: timestamp(start),
      country: 'NZ',
      type: 'T',
    },
    extra: {},
    meeting: {
      ...blank(meetings, ['raw_extra']),
      meeting_id: meetingOf(raceId),
      name: 'Ellerslie',
      country: 'NZ',
      category: 'T',
    },
    runners: field,
    money:
      hold === undefined
        ? null
        : new Map<string | null, MoneyFigures>([[`${raceId}-1`, { hold, bet: hold }]]),
    pools:
      poolTotal === undefined
        ? []
        : [{ product: 'Win', legs: null, total: poolTotal, status: 'OPEN', extra: {} }],
    bets: [],
    results: { placings: [], dividends },
    ...(lost !== undefined && { lost }),
    ...(drifts !== undefined && { drifts }),
  };
}

function runnerOf(entrantId: string, { win, fluctuations = [], oldestOfSix = null }: Standing): Runner {
  return {
    columns: {
      ...blank(entrants, ['hold_percentage', 'bet_percentage', 'last_fluctuation_at', 'raw_extra']),
      entrant_id: entrantId,
      name: entrantId,
      is_scratched: false,
      fixed_win: win,
    },
    extra: {},
    fluctuations,
    oldestOfSix,
    form: null,
  };
}

/** A race as a listing tells it. */
export function listedRace(
  raceId: string,
  standing: Pick<Standing, 'status' | 'start'>,
  place: { readonly country?: string; readonly category?: string } = {},
): ListedRace {
  const { country = 'NZ', category = 'T' } = place;
  return {
    raceId,
    meetingId: meetingOf(raceId),
    raceNumber: 1,
    name: raceId,
    status: standing.status,
    advertisedStart: standing.start,
    toteStartTime: null,
    trackCondition: null,
    distance: null,
    weather: null,
    country,
    state: null,
    category,
  };
}

/** A listing in which each race has a meeting of its own, of the race's country and code. */
export function listingOf(
  date: string,
  listed: readonly ListedRace[],
  generatedAt: number,
  rejected: ListingSnapshot['rejected'] = [],
): ListingSnapshot {
  const meetings = listed.map((race): ListedMeeting => ({
    columns: {
      ...blank(meetingsTable, ['raw_extra']),
      meeting_id: race.meetingId,
      name: 'Ellerslie',
      date,
      country: race.country,
      category: race.category,
    },
    extra: {},
    races: [race],
  }));
  return { generatedAt, meetings, rejected };
}

const meetingsTable = meetings;

export function meetingOf(raceId: string): string {
  return `${raceId}-meeting`;
}

/** A response that was understood. */
export function received<T>(snapshot: T, notGranted: readonly string[] = []): Received<T> {
  return { snapshot, bytes: 1_000, notGranted, body: () => new TextEncoder().encode('as received') };
}

type Nulls<R, O extends string> = { [K in Exclude<keyof R, O> as null extends R[K] ? K : never]: null };

const blanks = new Map<string, object>();

/** Null for every column of a table that may be null, but for some. */
function blank<T extends Table, O extends string>(table: T, omitted: readonly O[]): Nulls<RowOf<T>, O> {
  const known = blanks.get(table.name);
  if (known !== undefined) return known as Nulls<RowOf<T>, O>;
  const names = Object.entries(table.columns)
    .filter(([name, { nullable }]) => nullable && !(omitted as readonly string[]).includes(name))
    .map(([name]) => name);
  const made = Object.fromEntries(names.map((name) => [name, null])) as Nulls<RowOf<T>, O>;
  blanks.set(table.name, made);
  return made;
}
