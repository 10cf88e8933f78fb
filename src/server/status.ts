import { statSync } from 'node:fs';
import { timestamp } from '../domain/time.ts';
import type { Context } from './context.ts';
import type { Clock, Status } from './contract/status.ts';
import { newestImport } from './queries-status.ts';
import { newestSeq } from './queries-written.ts';
import type { Recorder } from './recorder.ts';
import { sinkStates } from './sink-states.ts';
import { mostClients } from './stream.ts';

export function clockOf({ now, speed }: Pick<Recorder, 'now' | 'speed'>): Clock {
  return { now: timestamp(now()), speed };
}

/** Everything that tells how the recorder does. */
export function statusOf(context: Context): Status {
  const { recorder, reader, vitals, streams, signs, readiness, loopDelay } = context;
  const { seq, lastImport } = reader.read((prepare) => ({
    seq: newestSeq(prepare),
    lastImport: newestImport(prepare),
  }));
  const delay = loopDelay.get();
  return {
    seq,
    version: recorder.version,
    clock: clockOf(recorder),
    started_at: timestamp(recorder.startedAt),
    source: recorder.source,
    ...readiness(),
    races: { live: vitals.plans.size, by_band: byBand(context) },
    polls: { since_start: { ...vitals.polls }, minutes: vitals.minutes.list(recorder.now()) },
    rows: Object.fromEntries(vitals.rows),
    budget: budgetOf(recorder),
    import: lastImport,
    sinks: sinkStates(context),
    dead_letters: signs().deadLetters,
    gaps: { open: signs().openGaps, opened: [...vitals.gaps.values()].reduce((sum, gaps) => sum + gaps, 0) },
    quarantined: vitals.quarantined,
    event_loop: { delay_p99_ms: delay.p99, delay_max_ms: delay.max },
    stream: { clients: streams.clients, clients_limit: mostClients },
    journal: { bytes: sizeOf(recorder.journal), wal_bytes: sizeOf(`${recorder.journal}-wal`) },
  };
}

/** Races that are polled or waited for, by the band of their cadence. */
export function byBand({ vitals }: Pick<Context, 'vitals'>): Record<string, number> {
  const bands: Record<string, number> = {};
  for (const { band } of vitals.plans.values()) bands[band] = (bands[band] ?? 0) + 1;
  return bands;
}

export function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function budgetOf({ budget }: Recorder): Status['budget'] {
  const { inFlight, inFlightLimit, requestsPerSecond, waiting, heldUntil } = budget();
  return {
    in_flight: inFlight,
    in_flight_limit: inFlightLimit,
    requests_per_second: Number.isFinite(requestsPerSecond) ? requestsPerSecond : null,
    waiting,
    held_until: heldUntil === null ? null : timestamp(heldUntil),
  };
}
