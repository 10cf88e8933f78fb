import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { judged } from './network-judge.ts';
import type { Broken } from './network-judge.ts';
import { endRecorder } from './network-recorder.ts';
import { openStage } from './stage.ts';
import type { RecorderOptions } from './stage.ts';

const speed = 240;

/** A recorder whose clock is not that of the feed, and as far away again when it is started once more. */
export async function skewClock(aheadMs: number, seed: number, forMs: number): Promise<Broken> {
  const stage = await openStage({ seed, speed });
  try {
    const how: RecorderOptions = {
      preload: ['network-preload.ts'],
      env: { NETWORK_SKEW_MS: String(aheadMs / speed) },
    };
    const recorder = stage.run(how);
    await recorder.says('"import.finished"');
    await wait(forMs);
    const problems = await endRecorder(recorder);
    const told = /"event":"feed.clock","offset_ms":(-?\d+),"corrected":true/.exec(recorder.printed());
    if (Math.abs(Number(told?.[1]) + aheadMs) > 300_000)
      problems.push(`the clock is told as ${told?.[1] ?? 'right'}`);
    const { findings, ...outcome } = await judged(stage, problems, how, aheadMs);
    const lost = toldOnItsClock(findings.lost, stage.db, aheadMs);
    return { met: findings.states > 0 ? 1 : 0, findings: { ...findings, lost }, ...outcome };
  } finally {
    await stage.close();
  }
}

/** Findings without the responses that lie in a gap, as gaps are told on the recorder's clock. */
function toldOnItsClock(lost: readonly string[], file: string, aheadMs: number): string[] {
  const db = new DatabaseSync(file, { readOnly: true });
  const gapOf = db.prepare(
    `SELECT 1 FROM gaps WHERE race_id = ? AND entrant_id IS NULL AND from_time <= ?2
      AND (to_time IS NULL OR ?2 <= to_time)`,
  );
  try {
    return lost.filter((line) => {
      const [, raceId, time] = /^(\S+) response (\S+)$/.exec(line) ?? [];
      if (raceId === undefined || time === undefined) return true;
      return gapOf.get(raceId, new Date(Date.parse(time) + aheadMs).toISOString()) === undefined;
    });
  } finally {
    db.close();
  }
}
