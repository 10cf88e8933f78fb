import { AppwriteError } from './errors.ts';

const firstMs = 1_000;
const longestMs = 60_000;

/** How often a sink that needs somebody's hand tries whether it has been set right. */
export const pausedMs = 300_000;

/**
 * Milliseconds to wait after a failed round: doubling, half of it left to chance, and never less than the server
 * asked for. What does not pass by itself is tried slowly.
 *
 * @param failures failed rounds in a row
 * @param chance 0 to 1
 */
export function waitAfter(error: unknown, failures: number, chance: number): number {
  if (isPause(error)) return pausedMs;
  const full = Math.min(firstMs * 2 ** Math.min(failures - 1, 20), longestMs);
  const backOff = full / 2 + (full / 2) * chance;
  return Math.max(backOff, (error instanceof AppwriteError ? error.retryAfterMs : null) ?? 0);
}

/** Whether a failure needs somebody's hand. */
export function isPause(error: unknown): error is AppwriteError {
  return error instanceof AppwriteError && !error.passes && error.fault !== 'refused';
}
