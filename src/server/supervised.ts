import { messageOf } from '../domain/thrown.ts';
import type { Recorder } from './recorder.ts';
import { RecorderSide } from './recorder-side.ts';
import type { ListenOptions, RunningServer } from './server.ts';
import { ServerThread } from './thread.ts';

/** Real milliseconds between two states that the server's thread is shown. */
const showEveryMs = 200;

/** Real milliseconds after which a thread that died is started again: the first time, and at most. */
const firstDelayMs = 1_000;
const maxDelayMs = 60_000;

/** Real milliseconds for which a thread must live for its next death to count as the first. */
const healthyMs = 300_000;

export interface SupervisedOptions extends ListenOptions {
  /** Receives what failed inside: the route's pattern, or `thread` when all of the server died; and why. */
  readonly onFault: (route: string, reason: string) => void;
  /** So many clients of a route did not read what they asked for and were cut off. */
  readonly onDropped: (route: string, clients: number) => void;
}

/**
 * Serves a recorder from a thread of its own, which is started again when it dies. Nothing that clients do there takes
 * the recorder's thread any time.
 * @throws JournalError, or the error of a socket that cannot listen there (with its `code`)
 */
export async function startSupervised(
  recorder: Recorder,
  options: SupervisedOptions,
): Promise<RunningServer> {
  const server = new Supervised(recorder, options);
  return server.start();
}

class Supervised {
  readonly #recorder: Recorder;
  readonly #options: SupervisedOptions;
  readonly #side: RecorderSide;
  #thread: ServerThread | null = null;
  #pulse: NodeJS.Timeout | undefined;
  #restart: NodeJS.Timeout | undefined;
  #port: number;
  #deaths = 0;

  constructor(recorder: Recorder, options: SupervisedOptions) {
    this.#recorder = recorder;
    this.#options = options;
    this.#port = options.port;
    this.#side = new RecorderSide(recorder, (error) => {
      options.onFault('none', messageOf(error));
    });
  }

  async start(): Promise<RunningServer> {
    try {
      const started = await this.#launch();
      // A thread that is started again is to be found where the first one was.
      this.#port = Number(new URL(started.url).port) || 80;
      this.#pulse = setInterval(() => this.#thread?.show(), showEveryMs).unref();
      return { ...started, close: () => this.#close() };
    } catch (error) {
      await this.#close();
      throw error;
    }
  }

  #launch(): Promise<{ readonly url: string; readonly hasPage: boolean }> {
    const { onFault, onDropped, ...listen } = this.#options;
    return new Promise((resolve, reject) => {
      const startedAt = performance.now();
      this.#thread = new ServerThread(
        this.#side,
        this.#recorder.event$,
        { ...listen, port: this.#port },
        {
          listening: (url, hasPage) => {
            resolve({ url, hasPage });
          },
          refused: (code, message) => {
            this.#thread = null;
            reject(Object.assign(new Error(message), code === null ? {} : { code }));
            if (this.#pulse !== undefined) this.#again(message);
          },
          fault: onFault,
          dropped: onDropped,
          died: (reason) => {
            this.#thread = null;
            reject(new Error(reason));
            if (this.#pulse === undefined) return;
            if (performance.now() - startedAt > healthyMs) this.#deaths = 0;
            this.#again(reason);
          },
        },
      );
    });
  }

  #again(reason: string): void {
    this.#options.onFault('thread', reason);
    const delayMs = Math.min(maxDelayMs, firstDelayMs * 2 ** this.#deaths++);
    this.#restart = setTimeout(() => {
      this.#side.serverRestarted();
      // What becomes of it is dealt with above, as it is of the first one.
      this.#launch().catch(() => undefined);
    }, delayMs).unref();
  }

  async #close(): Promise<void> {
    clearInterval(this.#pulse);
    clearTimeout(this.#restart);
    await this.#thread?.close();
    this.#side.close();
  }
}
