import { Observable } from 'rxjs';
import type { Print } from '../domain/print.ts';
import type { EventSnapshot } from '../domain/snapshot.ts';
import type { Received, Same, Source } from '../domain/source.ts';
import type { Feed } from './ports.ts';

/** A source as the streams use it: nothing is asked before somebody subscribes, and unsubscribing gives it up. */
export function feedOf(source: Source): Feed {
  return { event, meetings: (date) => abortable((signal) => source.meetings(date, signal)) };

  function event(raceId: string): Observable<Received<EventSnapshot>>;
  function event(raceId: string, known: Print | null): Observable<Received<EventSnapshot> | Same>;
  function event(raceId: string, known: Print | null = null): Observable<Received<EventSnapshot> | Same> {
    return abortable((signal) => source.event(raceId, signal, known));
  }
}

function abortable<T>(ask: (signal: AbortSignal) => Promise<T>): Observable<T> {
  return new Observable<T>((subscriber) => {
    const controller = new AbortController();
    let isAnswered = false;
    subscriber.add(() => {
      // An answer that is here is not given up: that would make an error and tell everybody who listens. After a
      // failure there can be a body that nobody reads to its end.
      if (!isAnswered) controller.abort();
    });
    ask(controller.signal).then(
      (value) => {
        isAnswered = true;
        subscriber.next(value);
        subscriber.complete();
      },
      (error: unknown) => {
        subscriber.error(error);
      },
    );
  });
}
