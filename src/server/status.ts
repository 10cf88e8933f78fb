import { statSync } from 'node:fs';
import { timestamp } from '../domain/time.ts';
import type { Context } from './context.ts';
import type { Clock, Status } from './contract/status.ts';
import { newestImport } from './queries-status.ts';
import { newestSeq } from './queries-written.ts';
import type { BudgetUse } from './recorder.ts';
import type { RecorderView } from './recorder-view.ts';
import type { RacePlans } from './run-stats.ts';
import { sinkStates } from './sink-states.ts';

export function clockOf(recorder: RecorderView): Clock {
  return { now: timestamp(recorder.now()), speed: recorder.facts.speed };
}

/** Everything that tells how the recorder does. */
export function statusOf(context: Context): Status {
  const { recorder, reader, minutes, streams, signs, readiness, limits } = context;
  const { facts } = recorder;
  const { polls, rows, gaps, quarantined } = recorder.figures();
  const { seq, lastImport, lastHour } = reader.read((prepare) => ({
    seq: newestSeq(prepare),
    lastImport: newestImport(prepare),
    lastHour: minutes.list(prepare, recorder.now()),
  }));
  const delay = recorder.loopDelay();
  return {
    seq,
    version: facts.version,
    clock: clockOf(recorder),
    started_at: timestamp(facts.startedAt),
    source: facts.source,
    ...readiness(),
    races: { live: recorder.plans().size, by_band: byBand(recorder.plans()) },
    polls: { since_start: { ...polls }, minutes: lastHour },
    rows: Object.fromEntries(rows),
    budget: budgetOf(recorder.budget()),
    import: lastImport,
    sinks: sinkStates(context),
    dead_letters: signs().deadLetters,
    gaps: { open: signs().openGaps, opened: [...gaps.values()].reduce((sum, count) => sum + count, 0) },
    quarantined,
    event_loop: { delay_p99_ms: delay.p99, delay_max_ms: delay.max },
    stream: { clients: streams.clients, clients_limit: limits.streams },
    journal: { bytes: sizeOf(facts.journal), wal_bytes: sizeOf(`${facts.journal}-wal`) },
  };
}

/** Races that are polled or waited for, by the band of their cadence. */
export function byBand(plans: RacePlans): Record<string, number> {
  const bands: Record<string, number> = {};
  for (const { band } of plans.values()) bands[band] = (bands[band] ?? 0) + 1;
  return bands;
}

export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function budgetOf(budget: BudgetUse): Status['budget'] {
  const { inFlight, inFlightLimit, requestsPerSecond, waiting, heldUntil } = budget;
  return {
    in_flight: inFlight,
    in_flight_limit: inFlightLimit,
    requests_per_second: Number.isFinite(requestsPerSecond) ? requestsPerSecond : null,
    waiting,
    held_until: heldUntil === null ? null : timestamp(heldUntil),
  };
}
