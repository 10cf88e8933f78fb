/** Exit codes of a program that a signal ended. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

type StopSignal = keyof typeof exitCodes;

/** That the process was asked to stop. */
export interface StopRequest {
  /** Resolves with the signal's name. */
  readonly asked: Promise<string>;
  /** For what is to be given up then. */
  readonly signal: AbortSignal;
}

/** Listens for being asked to stop, from now on. Asked once more, the process ends at once. */
export function stopRequest(): StopRequest {
  const controller = new AbortController();
  const asked = new Promise<string>((resolve) => {
    const take = (signal: StopSignal): void => {
      if (controller.signal.aborted) process.exit(exitCodes[signal]);
      controller.abort();
      resolve(signal);
    };
    process.on('SIGINT', take);
    process.on('SIGTERM', take);
  });
  return { asked, signal: controller.signal };
}

/** Resolves when the process is asked to stop. Asked once more, it ends at once. */
export function stopSignal(): Promise<string> {
  return stopRequest().asked;
}
