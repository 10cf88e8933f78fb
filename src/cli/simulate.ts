import { startSimulatorServer } from '../sources/simulator/server.ts';
import { CommandError } from '../app/errors.ts';
import { supervise } from '../app/lifecycle.ts';
import type { Lifecycle } from '../app/lifecycle.ts';

export interface SimulateOptions {
  readonly races: number;
  readonly seed: number;
  readonly speed: number;
  readonly port: number;
  /** Simulated time at which it starts, epoch milliseconds; now when left out. */
  readonly origin?: number;
}

/** `oddstream simulate` */
export async function simulateCommand(options: SimulateOptions): Promise<void> {
  await supervise((lifecycle) => simulate(options, lifecycle));
}

async function simulate(
  { races, seed, speed, port, origin }: SimulateOptions,
  { stop, crashed, opened }: Lifecycle,
): Promise<void> {
  const now = Date.now();
  const server = await startSimulatorServer({
    seed,
    racesPerDay: races,
    speed,
    port,
    origin: { real: now, simulated: origin ?? now },
  }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
    const what = code === 'EADDRINUSE' ? 'is in use' : `cannot be used (${code})`;
    throw new CommandError(`Port ${port} on 127.0.0.1 ${what}; name another one (--port).`, { cause: error });
  });
  opened.defer(() => server.close());
  console.log(
    `A simulated feed runs at ${server.url}: ${races} races a day, seed ${seed}, ${speed} times as fast as real time.\n` +
      `Record it with: oddstream run --simulator ${server.url}`,
  );
  await Promise.race([stop.asked, crashed]);
}
