import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from '../support/appwrite/standin.ts';
import type { StandInProcess } from '../support/sink-processes.ts';
import type { Stage } from './stage.ts';

/** A fault of Appwrite that is to meet writes of rows. */
export interface AwaitedFault {
  /** Whether it meets one within some real milliseconds. */
  met(mostMs: number): Promise<boolean>;
  clear(): Promise<void>;
}

/** Leaves one write of rows without an answer. */
export function hangNext(
  stage: Stage,
  { skip, applied }: { readonly skip: number; readonly applied: boolean },
): Promise<AwaitedFault> {
  return awaited(stage, { kind: 'hang', applied, routes: ['upsertRows'], skip, times: 1 });
}

/** Takes some real milliseconds longer for each write of rows. */
export function slowDown(stage: Stage, ms: number): Promise<AwaitedFault> {
  return awaited(stage, { kind: 'slow', ms, routes: ['upsertRows'] });
}

/** How often to look, real milliseconds. */
const lookMs = 20;

async function awaited({ appwrite }: Stage, fault: Fault): Promise<AwaitedFault> {
  if (appwrite === null) throw new Error('There is no Appwrite that could have a fault.');
  const before = await struck(appwrite, fault);
  const clear = await appwrite.fault(fault);
  return {
    clear,
    met: async (mostMs) => {
      const until = Date.now() + mostMs;
      while ((await struck(appwrite, fault)) === before) {
        if (Date.now() > until) return false;
        await wait(lookMs);
      }
      return true;
    },
  };
}

/** Requests that such a fault has met so far. */
async function struck(appwrite: StandInProcess, { kind }: Fault): Promise<number> {
  return (await appwrite.requests()).filter(({ faults }) => faults.includes(kind)).length;
}
