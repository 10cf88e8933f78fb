import { signal } from '@preact/signals';
import type { Status } from '../../../src/server/contract/status.ts';
import { get } from './api.ts';
import { setClock } from './clock.ts';

/** What the recorder told last of how it is; null before it did. */
export const status = signal<Status | null>(null);

/** How often every page asks, real milliseconds. */
const everyMs = 10_000;

/** Asks the recorder how it is, and sets the clock by it. */
export async function readStatus(abort: AbortSignal): Promise<Status> {
  const answer = await get<Status>('status', abort);
  setClock(answer.clock);
  status.value = answer;
  return answer;
}

/** Keeps {@link status} up to date as long as the page is open. */
export function keepStatus(): void {
  const ask = (): void => {
    // A recorder that is away is told by the connection's state; the next question finds it back.
    readStatus(new AbortController().signal).then(later, later);
  };
  const later = (): void => {
    setTimeout(ask, status.peek() === null ? 1_000 : everyMs);
  };
  ask();
}
