import type { Destination } from './destination.ts';
import { chunksInThread } from './thread.ts';
import type { ExportJob } from './thread.ts';

/** How an export goes on: called after every write. */
export type ExportProgress = (rows: number, bytes: number) => void;

/**
 * Writes the selected rows of a journal. Rows are read as they are written, so that many rows need no more
 * memory than few. When it fails, nothing is left of it.
 *
 * @param signal ends it before everything is written
 * @returns how many rows were written
 * @throws JournalError, ExportError, or the reason of the signal
 */
export async function writeRows(
  job: ExportJob,
  destination: Destination,
  signal: AbortSignal,
  progress: ExportProgress = () => undefined,
): Promise<number> {
  let written = 0;
  try {
    for await (const { bytes, rows } of chunksInThread(job, signal)) {
      await destination.write(bytes);
      written = rows;
      progress(rows, destination.bytes);
    }
    signal.throwIfAborted();
    await destination.finish();
    return written;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    destination.discard();
  }
}
