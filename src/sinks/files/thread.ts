import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { JournalError } from '../../journal/errors.ts';
import type { Chunk } from './chunks.ts';
import { ExportError } from './errors.ts';
import type { ExportEncoding } from './format.ts';
import type { Selection } from './select.ts';

/** What is exported, as it is told to the thread. */
export interface ExportJob extends ExportEncoding {
  /** The journal's SQLite file. */
  readonly file: string;
  readonly selection: Selection;
}

/** What the thread answers when it is asked for a chunk. */
export type FromThread =
  | ({ readonly kind: 'chunk' } & Chunk)
  | { readonly kind: 'end' }
  | { readonly kind: 'failed'; readonly of: 'journal' | 'export' | null; readonly message: string };

/** Left to itself, V8 lets garbage pile up to some hundred megabytes. What is gathered takes far less than these. */
const resourceLimits = { maxYoungGenerationSizeMb: 12, maxOldGenerationSizeMb: 256 };

/**
 * Makes the bytes of an export in a thread of its own, whose memory is bounded; meanwhile this one listens to
 * signals, even while SQLite sorts. A chunk is made when it is asked for.
 *
 * @throws JournalError, ExportError, or an AbortError when the signal ends it
 */
export async function* chunksInThread(
  job: ExportJob,
  signal: AbortSignal,
): AsyncGenerator<Chunk, void, undefined> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: job,
    execArgv: [],
    resourceLimits,
  });
  try {
    for (;;) {
      worker.postMessage('next');
      const [answer] = (await once(worker, 'message', { signal })) as [FromThread];
      if (answer.kind === 'end') return;
      if (answer.kind === 'failed') throw failure(answer);
      yield answer;
    }
  } finally {
    await worker.terminate();
  }
}

/** An error loses its class on the way between threads. */
function failure({ of, message }: Extract<FromThread, { kind: 'failed' }>): Error {
  if (of === 'journal') return new JournalError(message);
  return of === 'export' ? new ExportError(message) : new Error(message);
}
