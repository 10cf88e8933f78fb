import { setTimeout as wait } from 'node:timers/promises';

/**
 * What some work gives, or something else when it takes too long; the work goes on then.
 * @param until epoch milliseconds
 */
export async function before<T>(until: number, work: Promise<T>, otherwise: T): Promise<T> {
  const over = new AbortController();
  const late = wait(Math.max(0, until - Date.now()), otherwise, { signal: over.signal });
  try {
    return await Promise.race([work, late]);
  } finally {
    over.abort();
  }
}
