import { signal } from '@preact/signals';
import type { StreamEventName, StreamEvents } from '../../../src/server/contract/stream.ts';
import { serverUrl } from './api.ts';
import { retryDelay } from './backoff.ts';
import { setClock } from './clock.ts';

/** A row that the stream tells. */
export type RowEventName = Exclude<StreamEventName, 'hello' | 'reset'>;
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

export interface StreamQuery {
  /** Everything up to it is known already. */
  readonly after: number;
  readonly race?: string;
  readonly events: readonly RowEventName[];
}

export interface StreamHandlers {
  /** What was told in a moment, in order. */
  readonly rows: (events: readonly RowEvent[]) => void;
  /** What is on the page is out of date: read it again. The stream goes on by itself. */
  readonly reset: () => void;
}

/** Events that come within this time are shown together, real milliseconds. */
const gatherMs = 100;

/**
 * Follows the server's stream, from where it broke off each time, until it is closed. The page has one stream at a time:
 * a browser opens no more than six connections to a host.
 * @returns closes it
 */
export function follow(query: StreamQuery, handlers: StreamHandlers): () => void {
  let { after } = query;
  let failures = 0;
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let gathering: ReturnType<typeof setTimeout> | undefined;
  let gathered: RowEvent[] = [];

  const flush = (): void => {
    gathering = undefined;
    const events = gathered;
    gathered = [];
    handlers.rows(events);
  };
  const receive = (event: RowEvent, id: string): void => {
    const seq = Number(id);
    if (seq <= after) return;
    after = seq;
    gathered.push(event);
    gathering ??= setTimeout(flush, gatherMs);
  };
  const lost = (): void => {
    source?.close();
    failures++;
    const delay = retryDelay(failures, Math.random());
    connection.value = { kind: 'lost', retryAt: performance.now() + delay };
    timer = setTimeout(open, delay);
  };
  const open = (): void => {
    if (connection.value.kind !== 'live') connection.value = { kind: 'connecting' };
    source = new EventSource(streamUrl({ ...query, after }));
    source.addEventListener('error', lost);
    source.addEventListener('hello', ({ data }: MessageEvent<string>) => {
      const hello = JSON.parse(data) as StreamEvents['hello'];
      failures = 0;
      connection.value = { kind: 'live' };
      setClock(hello.clock);
    });
    source.addEventListener('reset', ({ data }: MessageEvent<string>) => {
      after = (JSON.parse(data) as StreamEvents['reset']).seq;
      handlers.reset();
    });
    for (const name of query.events) {
      source.addEventListener(name, ({ data, lastEventId }: MessageEvent<string>) => {
        receive({ name, row: JSON.parse(data) as unknown } as RowEvent, lastEventId);
      });
    }
  };
  open();
  return () => {
    source?.close();
    clearTimeout(timer);
    clearTimeout(gathering);
  };
}

function streamUrl({ after, race, events }: StreamQuery): string {
  const query = new URLSearchParams({ after: String(after), events: events.join(',') });
  if (race !== undefined) query.set('race', race);
  return serverUrl(`api/stream?${query.toString()}`);
}
