import { createLog, levelOf } from '../../src/app/log/logger.ts';
import type { Log } from '../../src/domain/log-events.ts';
import type { Execution } from './runtime.ts';

/** Writes events as NDJSON into an execution's log, those that need somebody's hand into its errors. */
export function executionLog({ log, error }: Pick<Execution, 'log' | 'error'>): Log {
  const [told, failed] = [log, error].map((write) =>
    createLog('info', Date.now, {
      write: (line: string) => {
        write(line.trimEnd());
      },
    }),
  ) as [Log, Log];
  return (event, fields) => {
    const isFailure = levelOf(event) === 'error' || levelOf(event) === 'fatal';
    (isFailure ? failed : told)(event, fields);
  };
}
