import type { Observable, Subscription } from 'rxjs';
import type { LogEvent, LogEventName, LogFields } from '../domain/log-events.ts';

/** What to do at some of the events. */
export type Handlers = { readonly [E in LogEventName]?: (fields: LogFields<E>) => void };

/** Hands each event to its handler. */
export function listen(event$: Observable<LogEvent>, handlers: Handlers): Subscription {
  return event$.subscribe({
    next: (happened) => {
      dispatch(handlers, happened.event, happened.fields);
    },
    error: neverFails,
  });
}

/** What the recorder tells does not end by an error: if it does all the same, that is a fault to be seen. */
export function neverFails(error: unknown): never {
  throw new Error('what the recorder tells has failed', { cause: error });
}

function dispatch<E extends LogEventName>(handlers: Handlers, event: E, fields: LogFields<E>): void {
  handlers[event]?.(fields);
}
