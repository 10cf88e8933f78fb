import { setTimeout as wait } from 'node:timers/promises';
import type { Ended, Running } from '../support/process.ts';
import { hangNext, slowDown } from './stage-requests.ts';
import type { AwaitedFault } from './stage-requests.ts';
import { partOf } from './stage-strikes.ts';
import type { Way } from './stage-strikes.ts';
import type { Stage } from './stage.ts';

/** A second is given to polls under way, five to what is to be delivered, and then the journal is closed. Real milliseconds. */
const drainMs = 8_000;

/** The exit code tells that the second signal did it; this is for a computer that does much else. Real milliseconds. */
const atOnceMs = 1_500;

const patienceMs = 200_000;

/** What is expected of a recorder that is told to stop. */
interface Stop {
  readonly name: string;
  readonly signal: 'SIGTERM' | 'SIGINT';
  /** Whether it is told a second time, while it waits for what is under way. */
  readonly twice: boolean;
  readonly code: number;
  readonly fault: (stage: Stage) => Promise<AwaitedFault>;
}

const slow = (stage: Stage): Promise<AwaitedFault> => slowDown(stage, 300);
const silent = (stage: Stage): Promise<AwaitedFault> => hangNext(stage, { skip: 0, applied: true });

/** Stops of a recorder while a write of rows is under way. */
const list: readonly Stop[] = [
  { name: 'SIGTERM, Appwrite slow', signal: 'SIGTERM', twice: false, code: 0, fault: slow },
  { name: 'SIGINT, Appwrite silent', signal: 'SIGINT', twice: false, code: 0, fault: silent },
  { name: 'SIGTERM twice', signal: 'SIGTERM', twice: true, code: 143, fault: silent },
  { name: 'SIGINT twice', signal: 'SIGINT', twice: true, code: 130, fault: silent },
];

/** @param isMeasured whether it is judged how long they take, which on a busy machine is as it comes */
export function stops(isMeasured: boolean): Way[] {
  return list.map((stop) => wayOf(stop, isMeasured));
}

/** Long form: 3 seeds of 16 stops each, every one followed by a start on the same journal. */
export const stop = partOf('stop', stops(true), 3);

function wayOf(stop: Stop, isMeasured: boolean): Way {
  return {
    name: stop.name,
    times: 4,
    strike: async (stage, chance, how) => {
      const fault = await stop.fault(stage);
      const recorder = stage.run(how);
      const met = await fault.met(patienceMs);
      await wait(chance.between(0, 200));
      const at = Date.now();
      const problems = await stopped(recorder, stop, isMeasured);
      await fault.clear();
      return { at, met, problems };
    },
  };
}

/** Tells it to stop; what is wrong with how it does that. */
async function stopped(
  recorder: Running,
  { name, signal, twice, code }: Stop,
  isMeasured: boolean,
): Promise<string[]> {
  recorder.child.kill(signal);
  if (twice) {
    await recorder.says('service.stopping');
    recorder.child.kill(signal);
  }
  const told = performance.now();
  const ended = await recorder.ended;
  const took = Math.round(performance.now() - told);
  const most = twice ? atOnceMs : drainMs;
  const problems = [
    ended.code === code ? null : `exit code ${ended.code}, not ${code}: ${ended.stderr.trim()}`,
    !isMeasured || took <= most ? null : `took ${took} ms to end, not ${most}`,
    twice || saidGoodbye(ended) ? null : 'did not say that it has stopped',
  ];
  return problems.filter((problem) => problem !== null).map((problem) => `${name}: ${problem}`);
}

function saidGoodbye({ stdout }: Ended): boolean {
  return stdout.trim().split('\n').at(-1)?.includes('"service.stopped"') === true;
}
