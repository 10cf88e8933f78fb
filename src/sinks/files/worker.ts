import { parentPort, workerData } from 'node:worker_threads';
import type { Chunk } from './chunks.ts';
import { chunksOf } from './chunks.ts';
import { openExported } from './journal.ts';
import type { ExportJob, FromThread } from './thread.ts';
import { messageOf } from '../../domain/thrown.ts';
import { JournalError } from '../../journal/errors.ts';
import { ExportError } from './errors.ts';

const job = workerData as ExportJob;
let chunks: Iterator<Chunk, void> | undefined;

function next(): FromThread {
  try {
    chunks ??= chunksOf(openExported(job.file), job.selection, job);
    const { value } = chunks.next();
    return value ? { kind: 'chunk', ...value } : { kind: 'end' };
  } catch (error) {
    return { kind: 'failed', of: kindOf(error), message: messageOf(error) };
  }
}

function kindOf(error: unknown): 'journal' | 'export' | null {
  if (error instanceof JournalError) return 'journal';
  return error instanceof ExportError ? 'export' : null;
}

/** Answers every message with the next chunk. */
parentPort?.on('message', () => {
  const answer = next();
  parentPort?.postMessage(answer, answer.kind === 'chunk' ? [answer.bytes.buffer] : []);
});
