import { parentPort, workerData } from 'node:worker_threads';
import { startSimulatorServer, type SimulatorOptions } from './server.ts';

/** What the thread tells first: where it listens, or why it cannot. */
export type WorkerGreeting =
  { readonly url: string } | { readonly code: string | null; readonly message: string };

async function greeting(): Promise<WorkerGreeting> {
  try {
    const { url } = await startSimulatorServer(workerData as SimulatorOptions);
    return { url };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return { code: code ?? null, message };
  }
}

parentPort?.postMessage(await greeting());
