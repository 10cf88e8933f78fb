import { parentPort, workerData } from 'node:worker_threads';
import type { Chunk } from './chunks.ts';
import { chunksOf } from './chunks.ts';
import { openExported } from './journal.ts';
import type { ExportJob, FromThread } from './thread.ts';
import { errorOf } from '../../domain/thrown.ts';

const job = workerData as ExportJob;
let chunks: Iterator<Chunk, void> | undefined;

function next(): FromThread {
  try {
    chunks ??= chunksOf(openExported(job.file), job.selection, job);
    const { value } = chunks.next();
    return value ? { kind: 'chunk', ...value } : { kind: 'end' };
  } catch (error) {
    const { name, message } = errorOf(error);
    return { kind: 'failed', name, message };
  }
}

/** Answers every message with the next chunk. */
parentPort?.on('message', () => {
  const answer = next();
  parentPort?.postMessage(answer, answer.kind === 'chunk' ? [answer.bytes.buffer] : []);
});
