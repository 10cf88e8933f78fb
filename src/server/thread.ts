import { Worker } from 'node:worker_threads';
import type { Observable } from 'rxjs';
import type { LogEvent } from '../domain/log-events.ts';
import { messageOf } from '../domain/thrown.ts';
import { listen } from './listen.ts';
import type { RecorderSide } from './recorder-side.ts';
import type { ListenOptions } from './server.ts';
import type { FromServer, RecorderState, ThreadData, ToServer } from './thread-messages.ts';

/** What is read is in small pieces; the rest is for what waits to be sent. */
const resourceLimits = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 16 };

/** States that a thread is not ready for one after the other, after which it counts as hung: a minute. */
const maxUntaken = 300;

/** Real milliseconds that it gets to close. */
const closeMs = 3_000;

export interface ThreadHandlers {
  readonly listening: (url: string, hasPage: boolean) => void;
  /** It cannot listen. */
  readonly refused: (code: string | null, message: string) => void;
  readonly fault: (route: string, reason: string) => void;
  readonly dropped: (route: string, clients: number) => void;
  /** It is gone without having been closed. */
  readonly died: (reason: string) => void;
}

/** One life of the server's thread. */
export class ServerThread {
  readonly #side: RecorderSide;
  readonly #handlers: ThreadHandlers;
  readonly #worker: Worker;
  readonly #ended: Promise<void>;
  /** Races whose plan is another one than the thread knows. */
  readonly #changed = new Set<string>();
  readonly #unlisten: () => void;
  /** Whether the thread has a state that it has not taken yet. */
  #isBusy = true;
  /** Times since then that there was a newer one. */
  #untaken = 0;
  #isClosing = false;
  #death = 'it ended without an error';

  constructor(
    side: RecorderSide,
    event$: Observable<LogEvent>,
    options: ListenOptions,
    handlers: ThreadHandlers,
  ) {
    this.#side = side;
    this.#handlers = handlers;
    const changed = ({ race_id }: { readonly race_id: string }): void => {
      this.#changed.add(race_id);
    };
    const work = listen(event$, {
      'race.cadence': changed,
      'race.settled': changed,
      'race.dropped': changed,
    });
    this.#unlisten = () => {
      work.unsubscribe();
    };
    const workerData: ThreadData = { facts: side.facts, state: stateOf(side, side.plans().keys()), options };
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData,
      execArgv: [],
      resourceLimits,
    });
    this.#worker.on('message', (message: FromServer) => {
      this.#take(message);
    });
    this.#worker.on('error', (error) => {
      this.#death = messageOf(error);
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#unlisten();
        resolve();
        if (!this.#isClosing) handlers.died(this.#death);
      });
    });
  }

  /** Shows the thread how the recorder is, unless it still has that to look at; ends one that is hung. */
  show(): void {
    if (this.#isBusy) {
      if (++this.#untaken !== maxUntaken) return;
      this.#death = 'it did not answer for a minute';
      void this.#worker.terminate();
      return;
    }
    this.#isBusy = true;
    this.#untaken = 0;
    const changed = [...this.#changed];
    this.#changed.clear();
    this.#post({ kind: 'state', state: stateOf(this.#side, changed) });
  }

  /** Has it end every answer and stream, and waits for its end. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#worker.ref();
    this.#post({ kind: 'close' });
    const late = setTimeout(() => {
      void this.#worker.terminate();
    }, closeMs);
    await this.#ended;
    clearTimeout(late);
  }

  #post(message: ToServer): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromServer): void {
    const { listening, refused, fault, dropped } = this.#handlers;
    switch (message.kind) {
      case 'listening':
        // From here on the service keeps the process alive, or nothing does.
        this.#worker.unref();
        this.#isBusy = false;
        listening(message.url, message.hasPage);
        break;
      case 'refused':
        this.#isClosing = true;
        void this.#worker.terminate();
        refused(message.code, message.message);
        break;
      case 'taken':
        this.#isBusy = false;
        break;
      case 'metrics':
        this.#answerMetrics();
        break;
      case 'fault':
        fault(message.route, message.reason);
        break;
      case 'dropped':
        dropped(message.route, message.clients);
    }
  }

  #answerMetrics(): void {
    this.#side.metrics().then(
      (text) => {
        this.#post({ kind: 'metrics', text });
      },
      (error: unknown) => {
        this.#handlers.fault('/metrics', messageOf(error));
      },
    );
  }
}

/** @param changed races whose plan is another one than before */
function stateOf(side: RecorderSide, changed: Iterable<string>): RecorderState {
  const plans = side.plans();
  return {
    at: Date.now(),
    now: side.now(),
    figures: side.figures(),
    plans: Array.from(changed, (raceId) => [raceId, plans.get(raceId) ?? null] as const),
    budget: side.budget(),
    loopDelay: side.loopDelay(),
  };
}
