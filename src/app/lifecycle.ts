import { errorOf } from '../domain/thrown.ts';
import { reportFailure } from './errors.ts';
import { flushLog } from './log/log-output.ts';
import { stopRequest } from './signals.ts';
import type { StopRequest } from './signals.ts';

/**
 * Real milliseconds that closing may take from a request to stop, or a failure, whatever hangs. With {@link lastMs} it
 * is less than the ten seconds after which container runtimes kill.
 */
const endMs = 8_000;

/** Real milliseconds for which a process that is to stop waits for whoever reads its log. */
export const lastMs = 1_000;

/** The same for a command that has done its work: its log is what somebody ran it for. */
const doneMs = 60_000;

/** What a command that keeps things open is given. */
export interface Lifecycle {
  readonly stop: StopRequest;
  /** Rejects with the first error that nobody caught: the command is to end with it. */
  readonly crashed: Promise<never>;
  /** Closes what the command opened, in reverse order, once it has ended or failed. */
  readonly opened: AsyncDisposableStack;
  /** Closes all that now, for a command that has something to do after it. */
  readonly close: () => Promise<void>;
}

/** Receives errors that nobody caught and that are reported, where a command runs that can end in order. */
let onCrash: ((error: unknown) => void) | null = null;

/** Reports an error that nobody caught, and ends what runs, or the process at once. */
export function crash(error: unknown): void {
  // Node prints such an error with all its properties, and those can hold a request's headers.
  process.exitCode = reportFailure(error);
  if (onCrash === null) process.exit();
  onCrash(error);
}

/**
 * Runs a command that keeps things open: files, sockets, threads. However it ends, at its start or later, what it opened
 * is closed, a failure is reported and sets the exit code, and {@link endMs} later the process has ended even if
 * something hangs.
 * @param readMs real milliseconds for which it waits at the end for whoever reads the log
 */
export async function supervise(
  command: (lifecycle: Lifecycle) => Promise<void>,
  readMs = doneMs,
): Promise<void> {
  const { promise: crashed, reject } = Promise.withResolvers<never>();
  const reported = new Set<unknown>();
  onCrash = (error) => {
    endInTime();
    const failure = errorOf(error);
    reported.add(failure);
    reject(failure);
  };
  // A command that is at something else hears of it later.
  crashed.catch(() => undefined);
  const stop = stopRequest();
  stop.signal.addEventListener('abort', endInTime);
  const opened = new AsyncDisposableStack();
  const close = (): Promise<void> => {
    endInTime();
    return opened.disposeAsync();
  };
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (!reported.has(error)) process.exitCode = reportFailure(error);
    }
  };
  await attempt(() => command({ stop, crashed, opened, close }));
  await attempt(close);
  clearTimeout(deadline);
  await Promise.race([flushLog(readMs), stop.asked.then(() => flushLog(lastMs))]);
  // What is still open has nothing left to do.
  process.exit();
}

let deadline: NodeJS.Timeout | undefined;

function endInTime(): void {
  deadline ??= endAfter(endMs);
}

/** Gives an end that is under way other real milliseconds, from now on. */
export function extendEnd(ms: number): void {
  if (deadline === undefined) return;
  clearTimeout(deadline);
  deadline = endAfter(ms);
}

function endAfter(ms: number): NodeJS.Timeout {
  return setTimeout(() => {
    console.error(
      `oddstream: something hangs and was not closed in ${ms / 1000} s; the process ends without it.`,
    );
    process.exit(Number(process.exitCode ?? 0) || 1);
  }, ms);
}
