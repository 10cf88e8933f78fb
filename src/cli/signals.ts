/** Exit codes of a program that a signal ended. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

type StopSignal = keyof typeof exitCodes;

/** Resolves when the process is asked to stop. Asked once more, it ends at once. */
export function stopSignal(): Promise<string> {
  return new Promise((resolve) => {
    let asked = false;
    const take = (signal: StopSignal): void => {
      if (asked) process.exit(exitCodes[signal]);
      asked = true;
      resolve(signal);
    };
    process.on('SIGINT', take);
    process.on('SIGTERM', take);
  });
}
