import { fetchLedger } from '../support/judge.ts';
import { judgeStage } from './judge.ts';
import type { Findings } from './judge.ts';
import { silencesOf } from './network-gaps.ts';
import type { RecorderOptions, Stage } from './stage.ts';

/** What came of a seed. */
export interface Broken {
  readonly findings: Findings;
  /** Whiles of a fault in which it struck. */
  readonly met: number;
  /** Times without data that gaps tell. */
  readonly told: number;
  readonly problems: readonly string[];
}

/**
 * Has a stage's recorder run once more to its end, and judges what is recorded and delivered by then.
 * @param aheadMs by how much its clock is ahead of the feed's
 */
export async function judged(
  stage: Stage,
  problems: readonly string[],
  how: RecorderOptions = {},
  aheadMs = 0,
): Promise<Pick<Broken, 'findings' | 'told' | 'problems'>> {
  let { code, stderr } = await stage.finish(how);
  // An import tries three times, within two seconds of a fast clock; that can be too little on a busy machine.
  for (let tries = 1; code !== 0 && tries < 20; tries++) ({ code, stderr } = await stage.finish(how));
  const last = code === 0 ? [] : [`the last run ended with ${code}: ${stderr.trim()}`];
  const findings = await judgeStage(stage);
  const { told, untold } = silencesOf(stage.db, await fetchLedger(stage.feedUrl), aheadMs);
  return { findings, told, problems: [...problems, ...last, ...untold.slice(0, 5)] };
}
