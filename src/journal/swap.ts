import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { JournalError } from './errors.ts';

/** Under this name a repair builds the new journal. */
export function buildFile(path: string): string {
  return `${path}.repairing`;
}

/** Under this name the new journal waits, complete, until the damaged one is out of its way. */
export function readyFile(path: string): string {
  return `${path}.repaired`;
}

/**
 * While a swap is half done the journal's own name can stand for the damaged file without its log: nobody may
 * open it before the swap is finished.
 * @throws JournalError
 */
export function requireNoRepair(path: string): void {
  if (!existsSync(readyFile(path))) return;
  throw new JournalError(
    `a repair of ${path} was cut off near its end; finish it (oddstream repair --db ${path}).`,
  );
}

/** When a file was complete, as a part of a file name. */
export function timeMark(file: string): string {
  return statSync(file)
    .mtime.toISOString()
    .replace(/[-:]|\.\d+/g, '');
}

/**
 * Puts the new journal in the place of the damaged one, which keeps its log and gets another name. Cut off at any
 * point it is done by a second call.
 *
 * @returns the damaged journal's new name
 */
export function swapIn(path: string): string {
  const ready = readyFile(path);
  // The same name at a second call.
  const kept = `${path}.damaged-${timeMark(ready)}`;
  // An index of the log, which SQLite makes anew.
  rmSync(`${path}-shm`, { force: true });
  for (const part of ['-wal', '-journal', '']) {
    const size = statSync(`${path}${part}`, { throwIfNoEntry: false })?.size;
    if (size === 0 && part !== '') rmSync(`${path}${part}`);
    else if (size !== undefined) renameSync(`${path}${part}`, `${kept}${part}`);
  }
  renameSync(ready, path);
  return kept;
}
