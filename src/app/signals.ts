/** Exit codes of a program that a signal ended. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

/** A request to stop. */
export interface StopRequest {
  /** Resolves with the signal's name. */
  readonly asked: Promise<string>;
  /** For what is to be given up then. */
  readonly signal: AbortSignal;
}

/**
 * Listens for requests to stop, from now on. A second SIGINT or SIGTERM ends the process at once. SIGHUP, which a
 * terminal that closes sends, asks too; it never ends the process, since the terminal, the shell and the session may
 * each send one.
 */
export function stopRequest(): StopRequest {
  const controller = new AbortController();
  const asked = new Promise<string>((resolve) => {
    const stop = (signal: string): void => {
      controller.abort();
      resolve(signal);
    };
    let times = 0;
    const stopOrExit = (signal: keyof typeof exitCodes): void => {
      if (++times > 1) process.exit(exitCodes[signal]);
      stop(signal);
    };
    process.on('SIGINT', stopOrExit);
    process.on('SIGTERM', stopOrExit);
    process.on('SIGHUP', stop);
  });
  return { asked, signal: controller.signal };
}

/** Resolves when the process is asked to stop, as {@link stopRequest} says. */
export function stopSignal(): Promise<string> {
  return stopRequest().asked;
}
