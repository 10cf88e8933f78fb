import { Subject } from 'rxjs';
import type { Observable } from 'rxjs';
import type { Log, LogEvent } from '../domain/log-events.ts';

/** A log whose events are told as values too, those among them that its level leaves out. */
export interface TappedLog {
  readonly log: Log;
  readonly event$: Observable<LogEvent>;
}

export function tapLog(log: Log): TappedLog {
  const event$ = new Subject<LogEvent>();
  return {
    event$,
    log: (event, fields) => {
      log(event, fields);
      // The pair is one by the type of the function; TypeScript does not follow it into the union.
      event$.next({ event, fields } as LogEvent);
    },
  };
}
