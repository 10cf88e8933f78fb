import type { StreamEventName } from '../../../src/server/contract/stream.ts';
import { retryDelay } from './backoff.ts';

/** What is asked of the server's stream. */
export interface StreamQuery {
  /** Everything up to it is known already. */
  readonly after: number;
  /** Only what belongs to this race; everything when left out. */
  readonly race?: string | undefined;
  readonly events: readonly Exclude<StreamEventName, 'hello' | 'reset'>[];
}

/** What comes of a connection to the stream, as the server wrote it. */
export type StreamMessage =
  | { readonly kind: 'connecting' }
  /** It is tried again after so many real milliseconds. */
  | { readonly kind: 'lost'; readonly retryMs: number }
  | { readonly kind: 'event'; readonly name: StreamEventName; readonly data: string; readonly id: string };

/**
 * Follows the server's stream until it is closed, and connects again from where it broke off.
 * @param url of the stream, without its query
 * @param position the number of the last event known, whenever it connects
 * @returns closes it
 */
export function connect(
  url: string,
  query: Omit<StreamQuery, 'after'>,
  position: () => number,
  receive: (message: StreamMessage) => void,
): () => void {
  let failures = 0;
  let source: EventSource | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const lost = (): void => {
    source?.close();
    failures++;
    const retryMs = retryDelay(failures, Math.random());
    receive({ kind: 'lost', retryMs });
    timer = setTimeout(open, retryMs);
  };
  const open = (): void => {
    receive({ kind: 'connecting' });
    source = new EventSource(streamUrl(url, { ...query, after: position() }));
    source.addEventListener('error', lost);
    for (const name of ['hello', 'reset', ...query.events] as const) {
      source.addEventListener(name, (event: Event) => {
        const message = event as MessageEvent;
        if (name === 'hello') failures = 0;
        receive({ kind: 'event', name, data: String(message.data), id: message.lastEventId });
      });
    }
  };
  open();
  return () => {
    source?.close();
    clearTimeout(timer);
  };
}

function streamUrl(url: string, { after, race, events }: StreamQuery): string {
  const query = new URLSearchParams({ after: String(after), events: events.join(',') });
  if (race !== undefined) query.set('race', race);
  return `${url}?${query.toString()}`;
}
