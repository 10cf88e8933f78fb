import { rowId } from '../src/domain/ids.ts';
import { oddsKinds } from '../src/domain/snapshot.ts';
import type { EventSnapshot, Runner } from '../src/domain/snapshot.ts';
import type { Insert, TableName } from '../src/domain/tables.ts';
import { timestamp } from '../src/domain/time.ts';
import type { Random } from '../src/sources/simulator/random.ts';
import { uuidOf } from './big-journal-ids.ts';
import { endedAt, statusAt } from './big-journal-races.ts';
import type { PlannedPoll, PlannedRace } from './big-journal-races.ts';

/** How far a race has been recorded. */
export interface Recorded {
  readonly race: PlannedRace;
  readonly snapshot: EventSnapshot;
  readonly entrants: readonly RecordedEntrant[];
  readonly pools: Map<string, number>;
  revision: number;
}

interface RecordedEntrant {
  readonly id: string;
  readonly runner: Runner;
  /** By the order of the kinds. */
  readonly odds: (number | null)[];
  hold: number;
}

/** @param snapshot of a simulated race, which lends its field, its texts and its pools */
export function recordedRace(race: PlannedRace, snapshot: EventSnapshot): Recorded {
  const entrants = snapshot.runners.map((runner, place) => ({
    id: uuidOf('entrant', race.index, place),
    runner,
    odds: oddsKinds.map(() => null),
    hold: 0,
  }));
  return { race, snapshot, entrants, pools: new Map(), revision: 0 };
}

/** Shares of the prices, money figures and pools that a poll finds changed, by its band: as many as a simulated race has. */
const changing: Readonly<Record<string, readonly [odds: number, money: number, pools: number]>> = {
  day: [0.1, 0.12, 0.2],
  hours: [0.1, 0.16, 0.3],
  hour: [0.13, 0.24, 0.42],
  quarter: [0.18, 0.35, 0.6],
  jump: [0.2, 0.4, 0.7],
  closed: [0.06, 0.1, 0.3],
  interim: [0, 0, 0.05],
  final: [0, 0, 0],
};

/** The rows of history that a poll leads to, the poll itself among them. */
export function rowsOfPoll(poll: PlannedPoll, recorded: Recorded, random: Random): Insert[] {
  const { race, at, band, place } = poll;
  const isFirst = place === 'first';
  const [odds, money, pools] = isFirst ? [1, 1, 1] : (changing[band] ?? [0, 0, 0]);
  const moment: Moment = {
    race_id: race.raceId,
    source_time: timestamp(at - 400),
    observed_at: timestamp(at + 120),
    seconds_to_start: (race.start - at + 400) / 1000,
  };
  const rows = [
    ...recorded.entrants.flatMap((entrant) => oddsRows(entrant, odds, moment, random)),
    ...recorded.entrants.flatMap((entrant) => moneyRows(entrant, money, moment, random)),
    ...poolRows(recorded, pools, moment, random),
    ...(random.chance(0.08) ? [betRow(recorded, moment, random)] : []),
    ...eventRows(poll, recorded, moment),
  ];
  const started = timestamp(at);
  rows.push({
    table: 'polls',
    row: {
      ...{ id: rowId(race.raceId, started), race_id: race.raceId, started_at: started },
      ...{ lateness_ms: random.int(0, 4), duration_ms: random.int(60, 400), reason: null, bytes: 195_000 },
      ...{ outcome: rows.length > 0 ? 'changed' : 'unchanged', changes: rows.length },
      source_time: moment.source_time,
    },
  });
  return rows;
}

interface Moment {
  readonly race_id: string;
  readonly source_time: string;
  readonly observed_at: string;
  readonly seconds_to_start: number;
}

function oddsRows(entrant: RecordedEntrant, share: number, moment: Moment, random: Random): Insert[] {
  return oddsKinds.flatMap((kind, index): Insert[] => {
    if (!random.chance(share)) return [];
    const previous = entrant.odds[index] ?? null;
    const odds = Math.round(10 * random.lognormal(previous ?? 8, 0.1)) / 10 + 1;
    entrant.odds[index] = odds;
    const id = rowId(entrant.id, kind, moment.source_time, odds, 'poll');
    const row = { id, ...moment, entrant_id: entrant.id, kind, odds, previous_odds: previous, basis: 'poll' };
    return [{ table: 'odds_history', row }];
  });
}

function moneyRows(entrant: RecordedEntrant, share: number, moment: Moment, random: Random): Insert[] {
  if (!random.chance(share)) return [];
  const previous = entrant.hold;
  const hold = random.int(0, 40);
  entrant.hold = hold;
  const figures = {
    ...{ hold_percentage: hold, bet_percentage: hold },
    ...{ previous_hold_percentage: previous, previous_bet_percentage: previous },
  };
  const id = rowId(moment.race_id, entrant.id, moment.source_time, hold, hold);
  return [{ table: 'money_flow_history', row: { id, ...moment, entrant_id: entrant.id, ...figures } }];
}

function poolRows({ snapshot, pools }: Recorded, share: number, moment: Moment, random: Random): Insert[] {
  return snapshot.pools.flatMap(({ product, legs, status, extra }): Insert[] => {
    if (!random.chance(share)) return [];
    const previous = pools.get(product) ?? null;
    const total = (previous ?? 0) + random.int(1, 900);
    pools.set(product, total);
    const id = rowId(moment.race_id, product, moment.source_time, total, status);
    const raw_extra = JSON.stringify(extra);
    const row = { id, ...moment, product, legs, total, previous_total: previous, status, raw_extra };
    return [{ table: 'pool_history', row }];
  });
}

function betRow({ entrants }: Recorded, moment: Moment, random: Random): Insert {
  const { race_id, source_time: placed_at, observed_at } = moment;
  const { columns } = random.pick(entrants).runner;
  const bet = {
    ...{
      list: 'big',
      placed_at,
      title: 'Win',
      description: `${columns.runner_number ?? 0}. ${columns.name}`,
    },
    ...{ stake: random.int(500, 9000), odds: random.int(20, 200) / 10, legs: null },
  };
  const { list, title, description, stake, odds, legs } = bet;
  const id = rowId(race_id, list, placed_at, title, description, stake, odds, legs);
  return { table: 'bets', row: { id, race_id, ...bet, observed_at } };
}

/** A new status, and with it the results once there are any. */
function eventRows({ race, at, place }: PlannedPoll, recorded: Recorded, moment: Moment): Insert[] {
  const { race_id, source_time, observed_at } = moment;
  const status = statusAt(race, at);
  const rows: Insert[] = [];
  const before = at < race.start + 60_000 ? status : statusAt(race, at - 20_000);
  if (place !== 'first' && before !== status) {
    const id = rowId(race_id, null, 'status', source_time, status);
    const told = { kind: 'status', value: status, previous: before };
    rows.push({
      table: 'race_events',
      row: { id, race_id, entrant_id: null, ...told, source_time, observed_at },
    });
    if (status === 'Interim' || status === 'Final') {
      const revision = ++recorded.revision;
      const placings = recorded.entrants.slice(0, 4).map(({ id: entrant_id }, index) => ({
        entrant_id,
        position: index + 1,
      }));
      const dividends = recorded.snapshot.pools.map(({ product }) => ({ product, dividend: 12.3, status }));
      const served = { placings: JSON.stringify(placings), dividends: JSON.stringify(dividends) };
      rows.push({
        table: 'race_results',
        row: {
          ...{ id: rowId(race_id, source_time, status, revision), race_id, revision, ...served },
          ...{ status, source_time, observed_at },
        },
      });
    }
  }
  return rows;
}

/** The current rows of a race as its newest poll left them. */
export function currentRows(recorded: Recorded, { at, place }: Pick<PlannedPoll, 'at' | 'place'>): Insert[] {
  const { race, snapshot, entrants } = recorded;
  const ended = endedAt(race, at);
  const source_time = timestamp(at - 400);
  const { raceId: race_id, meetingId: meeting_id } = race;
  const raceRow: Insert = {
    table: 'races',
    row: {
      ...{ ...snapshot.race, race_id, meeting_id, race_number: race.raceNumber },
      ...{ status: statusAt(race, at), advertised_start: timestamp(race.start), tote_start_time: null },
      ended_at: ended === null ? null : timestamp(ended),
      settled_at: place === 'settling' ? timestamp(at) : null,
      ...{ source_time, raw_extra: JSON.stringify(snapshot.extra) },
    },
  };
  const meeting: Insert = {
    table: 'meetings',
    row: {
      ...{ ...snapshot.meeting, meeting_id, date: timestamp(race.start + 12 * 3_600_000).slice(0, 10) },
      ...{ source_time, raw_extra: '{}' },
    },
  };
  return [meeting, raceRow, ...entrants.flatMap((entrant) => entrantRows(entrant, race_id, source_time))];
}

function entrantRows({ id, runner, odds, hold }: RecordedEntrant, race_id: string, time: string): Insert[] {
  const [fixed_win, fixed_place, pool_win, pool_place] = odds as [number, number, number, number];
  const row = {
    ...{
      ...runner.columns,
      entrant_id: id,
      race_id,
      in_field: true,
      is_scratched: false,
      scratched_at: null,
    },
    ...{ fixed_win, fixed_place, pool_win, pool_place, hold_percentage: hold, bet_percentage: hold },
    ...{ last_fluctuation_at: null, source_time: time, raw_extra: JSON.stringify(runner.extra) },
  };
  const form = { entrant_id: id, race_id, form: runner.form ?? '[]', source_time: time };
  return [
    { table: 'entrants', row },
    { table: 'form', row: form },
  ];
}

/** Tables of which a row stands for something that was seen, and not for how things are. */
export const historyTables: readonly TableName[] = [
  ...(['odds_history', 'money_flow_history', 'pool_history', 'bets'] as const),
  ...(['race_events', 'race_results', 'polls'] as const),
];
