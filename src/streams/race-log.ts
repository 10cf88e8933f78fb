import { isDisputed } from '../domain/arbitration.ts';
import type { Baseline } from '../domain/baseline.ts';
import type { Log } from '../domain/log-events.ts';
import { raceStatus } from '../domain/status.ts';
import type { GapRow } from '../domain/tables.ts';
import { timestamp } from '../domain/time.ts';
import { overdueBand } from './cadence.ts';
import type { Plan } from './cadence.ts';
import type { RaceState } from './race-state.ts';
import type { Step } from './race-step.ts';

/** What a race's actor logs. */

export function tellPlan({ raceId, race }: Baseline, plan: Plan, log: Log): void {
  if (plan.name === overdueBand && race !== null) {
    const { status, advertisedStart } = race;
    log('race.overdue', { race_id: raceId, status, start: timestamp(advertisedStart) });
  }
  log('race.cadence', {
    race_id: raceId,
    band: plan.name,
    every_ms: plan.kind === 'every' ? plan.everyMs : null,
  });
}

export function tellStep(before: RaceState, step: Step, log: Log): void {
  const { raceId } = before.baseline;
  const lateness_ms = step.poll.lateness_ms ?? 0;
  const duration_ms = step.poll.duration_ms ?? 0;
  const bytes = step.poll.bytes ?? 0;
  if (step.failure !== null) {
    log('poll.failed', {
      race_id: raceId,
      reason: step.failure.reason,
      detail: step.failure.detail,
      lateness_ms,
      duration_ms,
      failures: step.state.polls.last?.failures ?? 1,
    });
  } else if (step.recorded > 0) {
    log('poll.changed', { race_id: raceId, changes: step.recorded, bytes, lateness_ms, duration_ms });
  } else {
    log('poll.unchanged', { race_id: raceId, bytes, lateness_ms, duration_ms });
  }
  if (step.reset !== null) {
    const { from, to } = step.reset;
    log('feed.clock_reset', { race_id: raceId, date: null, from: timestamp(from), to: timestamp(to) });
  }
  tellRaceChange(before.baseline, step.state.baseline, log);
  for (const gap of step.gaps) tellGap(gap, log);
}

/** A moved start or another status, whoever reported it, and that events and listings begin to contradict each other. */
export function tellRaceChange(before: Baseline, now: Baseline, log: Log): void {
  const race_id = now.raceId;
  logDispute(before, now, log);
  if (now.race === null || now.race === before.race) return;
  if (before.race !== null && before.race.advertisedStart !== now.race.advertisedStart) {
    const from = timestamp(before.race.advertisedStart);
    log('race.moved', { race_id, from, to: timestamp(now.race.advertisedStart) });
  }
  if (before.race?.status === now.race.status) return;
  if (before.race !== null) log('race.status', { race_id, from: before.race.status, to: now.race.status });
  if (raceStatus(now.race.status) === 'unknown') {
    log('race.unknown_status', { race_id, status: now.race.status });
  }
}

function logDispute(before: Baseline, { raceId: race_id, race, listed }: Baseline, log: Log): void {
  if (race === null || isDisputed(before.race, before.listed) || !isDisputed(race, listed)) return;
  log('race.disputed', {
    race_id,
    status: race.status,
    start: timestamp(race.advertisedStart),
    event_status: race.event?.status ?? null,
    event_start: race.event === null ? null : timestamp(race.event.advertisedStart),
    listed_status: listed?.status ?? null,
    listed_start: listed === null ? null : timestamp(listed.advertisedStart),
  });
}

/** Parts asked for that the response says it left out: they are missing with a 200. */
export function tellNotGranted(state: RaceState, parts: readonly string[], log: Log): void {
  if (parts.length > 0) log('feed.not_granted', { race_id: state.baseline.raceId, parts: [...parts] });
}

/** A gap that was opened or closed. */
export function tellGap(gap: GapRow, log: Log): void {
  const { race_id, from_time: from, to_time: to, reason, expected_polls, repaired } = gap;
  if (to === null) log('gap.opened', { race_id, from, reason });
  else log('gap.closed', { race_id, from, to, reason, expected_polls, repaired });
}
