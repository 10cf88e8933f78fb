import { signal } from '@preact/signals';
import type { StreamEventName, StreamEvents } from '../../../src/server/contract/stream.ts';
import { setClock } from './clock.ts';
import type { StreamMessage, StreamQuery } from './connection-source.ts';
import { openStream } from './tabs.ts';

/** A row that the stream tells. */
type RowEventName = Exclude<StreamEventName, 'hello' | 'reset'>;
export type RowEvent = {
  [E in RowEventName]: { readonly name: E; readonly row: StreamEvents[E] };
}[RowEventName];

export type Connection =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** Lost: it is tried again at `retryAt`, in milliseconds of the page's own clock (`performance.now`). */
  | { readonly kind: 'lost'; readonly retryAt: number };

/** How the page's stream stands. */
export const connection = signal<Connection>({ kind: 'connecting' });

export interface StreamHandlers {
  /** What was told in a moment, in order. */
  readonly rows: (events: readonly RowEvent[]) => void;
  /** What is on the page is out of date: read it again. The stream goes on by itself. */
  readonly reset: () => void;
}

/** Events that come within this time are shown together, real milliseconds. */
const gatherMs = 100;

/**
 * Follows the server's stream, from where it broke off each time, until it is closed.
 * @returns closes it
 */
export function follow(query: StreamQuery, handlers: StreamHandlers): () => void {
  let { after } = query;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let gathered: RowEvent[] = [];

  const flush = (): void => {
    gathering = undefined;
    const events = gathered;
    gathered = [];
    handlers.rows(events);
  };
  const take = ({ name, data, id }: Extract<StreamMessage, { kind: 'event' }>): void => {
    if (name === 'hello') {
      connection.value = { kind: 'live' };
      setClock((JSON.parse(data) as StreamEvents['hello']).clock);
      return;
    }
    const seq = Number(id);
    if (seq <= after) return;
    after = seq;
    if (name === 'reset') {
      handlers.reset();
      return;
    }
    gathered.push({ name, row: JSON.parse(data) as unknown } as RowEvent);
    gathering ??= setTimeout(flush, gatherMs);
  };
  const close = openStream(
    query,
    () => after,
    (message) => {
      if (message.kind === 'event') take(message);
      else if (message.kind === 'lost') {
        connection.value = { kind: 'lost', retryAt: performance.now() + message.retryMs };
      } else if (connection.value.kind !== 'live') connection.value = { kind: 'connecting' };
    },
  );
  return () => {
    close();
    clearTimeout(gathering);
  };
}
