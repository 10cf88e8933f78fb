import { Observable } from 'rxjs';
import type { Source } from '../domain/source.ts';
import type { Feed } from './ports.ts';

/** A source as the streams use it: nothing is asked before somebody subscribes, and unsubscribing gives it up. */
export function feedOf(source: Source): Feed {
  return {
    event: (raceId) => abortable((signal) => source.event(raceId, signal)),
    meetings: (date) => abortable((signal) => source.meetings(date, signal)),
  };
}

function abortable<T>(ask: (signal: AbortSignal) => Promise<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const controller = new AbortController();
    subscriber.add(() => {
      controller.abort();
    });
    ask(controller.signal).then(
      (value) => {
        subscriber.next(value);
        subscriber.complete();
      },
      (error: unknown) => {
        subscriber.error(error);
      },
    );
  });
}
