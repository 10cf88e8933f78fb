import type { Running } from '../support/process.ts';
import { residentBytes } from '../support/sink-processes.ts';

/** A recorder of a few dozen races takes about 150 MB. */
const mostBytes = 400 * 1024 * 1024;

/**
 * What a recorder never logs, whatever feed and network do. A poll that comes late is told as a gap, which is judged:
 * a busy machine can do that.
 */
const forbidden = /"(race\.restarted|service\.failed|journal\.failed|sink\.dead_letter)"/;

/**
 * Stops a recorder, and tells what it did that it must not: died, took much memory, failed by a fault of its own.
 * @param isMeasured whether its memory is judged
 */
export async function endRecorder(recorder: Running, isMeasured = true): Promise<string[]> {
  const problems: string[] = [];
  if (recorder.child.exitCode !== null) problems.push('the recorder ended by itself');
  const bytes = isMeasured && recorder.child.exitCode === null ? residentBytes(recorder.child.pid ?? 0) : 0;
  if (bytes > mostBytes) problems.push(`the recorder takes ${Math.round(bytes / 1024 / 1024)} MB`);
  recorder.child.kill('SIGTERM');
  const { code, stdout, stderr } = await recorder.ended;
  if (code !== 0) problems.push(`the recorder ended with ${code}: ${stderr.trim()}`);
  return [...problems, ...stdout.split('\n').filter((line) => forbidden.test(line))];
}
