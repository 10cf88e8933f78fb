import { setTimeout as wait } from 'node:timers/promises';
import type { Running } from '../support/process.ts';
import { hangNext } from './stage-requests.ts';
import { partOf } from './stage-strikes.ts';
import type { Strike, Way } from './stage-strikes.ts';
import type { RecorderOptions, Stage } from './stage.ts';

/** How long a recorder may take to come to a point, before it is killed wherever it is. Real milliseconds. */
const longestMs = 200_000;

/** From a recorder's start to well into its work, in real milliseconds. */
const workMs = 1_500;

/** From a process's first instruction until it is ready. */
const readyMs = 1_000;

/** Kills at any instant. */
export const atAnyInstant: Way = {
  name: 'at any instant',
  times: 20,
  strike: async (stage, chance, how) => {
    const recorder = stage.run(how);
    if (chance.chance(0.2)) {
      await wait(chance.between(0, readyMs));
    } else {
      await recorder.says('service.started');
      await wait(chance.between(0, workMs));
    }
    return { at: await stage.kill(recorder), met: null };
  },
};

/** Kills at points of the recorder's own work: there it ends itself, see `stage-preload.ts`. */
export const atPoints = {
  halfCommit: atPoint('half a commit', 'commit:half', 40),
  beforeCommit: atPoint('before a commit', 'commit:before', 40),
  halfFirstCommits: atPoint('half of a first commit', 'odds:half', 2),
  beforeFirstCommits: atPoint('before a first commit', 'odds:before', 2),
  afterCommit: atPoint('after a commit', 'commit:after', 40),
  afterFirstCommits: atPoint('after a first commit', 'odds:after', 2),
  beforeCursor: atPoint('answered, cursor not moved', 'cursor:before', 8),
  afterCursor: atPoint('cursor moved', 'cursor:after', 8),
} as const;

/** Kills while Appwrite owes the answer to a write that it has not done, or has. */
export const atRequests = {
  sent: atRequest('request sent', false),
  done: atRequest('request done, unanswered', true),
} as const;

/** Long form: 4 seeds of 60 kills each, every one followed by a restart on the same journal. */
export const kill = partOf(
  'kill',
  [atAnyInstant, ...Object.values(atPoints), ...Object.values(atRequests)],
  4,
);

function atPoint(name: string, point: string, mostSkipped: number): Way {
  return {
    name,
    times: 4,
    strike: async (stage, chance, how = {}) => {
      const env = { STAGE_POINT: point, STAGE_SKIP: String(chance.int(0, mostSkipped)) };
      const preload = [...(how.preload ?? []), 'stage-preload.ts'];
      const recorder = stage.run({ preload, env: { ...how.env, ...env } });
      const late = new AbortController();
      const met = await Promise.race([
        recorder.ended.then(() => recorder.child.signalCode === 'SIGKILL'),
        wait(longestMs, false, { signal: late.signal }),
      ]);
      late.abort();
      const problems = earlyEnd(recorder);
      if (!met) await stage.kill(recorder);
      return { at: Date.now(), met, problems };
    },
  };
}

function atRequest(name: string, applied: boolean): Way {
  return {
    name,
    times: 4,
    strike: async (stage, chance, how) => await killWaiting(stage, chance.int(0, 5), applied, how),
  };
}

async function killWaiting(
  stage: Stage,
  skip: number,
  applied: boolean,
  how: RecorderOptions | undefined,
): Promise<Strike> {
  const hang = await hangNext(stage, { skip, applied });
  const recorder = stage.run(how);
  const met = await Promise.race([hang.met(longestMs), recorder.ended.then(() => false)]);
  const problems = earlyEnd(recorder);
  const at = await stage.kill(recorder);
  await hang.clear();
  return { at, met, problems };
}

/** What is wrong with a recorder that has ended by itself, other than by SIGKILL. */
function earlyEnd({ child: { exitCode } }: Running): string[] {
  return exitCode === null ? [] : [`the recorder ended by itself with ${exitCode}`];
}
