import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { SimulatorOptions } from './server.ts';
import type { WorkerGreeting } from './worker.ts';

/** A simulator in a thread of its own. */
export interface LaunchedSimulator {
  /** Where it listens, such as `http://127.0.0.1:41234`. */
  readonly url: string;
  readonly stop: () => Promise<void>;
  /** Resolves if the thread dies without having been stopped; otherwise never. */
  readonly failed: Promise<Error>;
}

/**
 * Starts the simulator in a worker thread, where it competes with nothing and dies with the process. Rejects
 * like the server does when it cannot listen.
 */
export async function launchSimulator(options: SimulatorOptions): Promise<LaunchedSimulator> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: options, execArgv: [] });
  let stopped = false;
  const failed = new Promise<Error>((resolve) => {
    worker.once('error', resolve);
    worker.once('exit', (code) => {
      if (!stopped) resolve(new Error(`the simulator's thread ended with code ${code}`));
    });
  });
  const died = failed.then((error) => Promise.reject(error));
  died.catch(() => undefined);
  const [greeting] = (await Promise.race([once(worker, 'message'), died])) as [WorkerGreeting];
  // From here on the service that uses it keeps the process alive, or nothing does.
  worker.unref();
  const stop = async () => {
    stopped = true;
    await worker.terminate();
  };
  if ('url' in greeting) return { url: greeting.url, stop, failed };
  await stop();
  throw Object.assign(new Error(greeting.message), greeting.code === null ? {} : { code: greeting.code });
}
