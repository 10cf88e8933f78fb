import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Log, LogEvent } from '../../domain/log-events.ts';
import type { LogOutput } from './log-output.ts';

/** A log whose events are told as values too, those among them that its level leaves out. */
export interface TappedLog {
  readonly log: Log;
  readonly event$: Observable<LogEvent>;
}

/** @param output lines of the log that it drops are emitted as they are dropped, and not when the log reports them */
export function tapLog(log: Log, output: LogOutput): TappedLog {
  const event$ = new Subject<LogEvent>();
  output.countBy((lines) => {
    event$.next({ event: 'log.dropped', fields: { lines } });
  });
  return {
    event$,
    log: (event, fields) => {
      log(event, fields);
      // The pair is one by the type of the function; TypeScript does not follow it into the union.
      event$.next({ event, fields } as LogEvent);
    },
  };
}
