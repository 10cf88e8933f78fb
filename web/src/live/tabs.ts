import { serverUrl } from './api.ts';
import { connect } from './connection-source.ts';
import type { StreamMessage, StreamQuery } from './connection-source.ts';
import type { TabMessage } from './shared-stream.ts';

/**
 * Opens the stream: over the connection that all tabs of the browser share or, where there are no shared workers, over
 * one of this tab.
 * @param position the number of the last event known
 * @returns closes it
 */
export function openStream(
  query: StreamQuery,
  position: () => number,
  receive: (message: StreamMessage) => void,
): () => void {
  const url = new URL(serverUrl('api/stream'), document.baseURI).href;
  if (typeof SharedWorker === 'undefined') return connect(url, query, position, receive);
  return openShared(url, query, position, receive);
}

function openShared(
  url: string,
  query: StreamQuery,
  position: () => number,
  receive: (message: StreamMessage) => void,
): () => void {
  const worker = new SharedWorker(new URL('./stream-worker.ts', import.meta.url), {
    type: 'module',
    name: 'oddstream',
  });
  const { port } = worker;
  const say = (message: TabMessage): void => {
    port.postMessage(message);
  };
  const enter = (): void => {
    say({ kind: 'follow', url, query: { ...query, after: position() } });
  };
  const leave = (): void => {
    say({ kind: 'leave' });
  };
  // A page that the browser keeps for the way back is shown again later.
  const shown = ({ persisted }: PageTransitionEvent): void => {
    if (persisted) enter();
  };
  let closeOwn: (() => void) | null = null;
  // The worker's file can be gone, after an upgrade say.
  worker.addEventListener('error', () => {
    closeOwn ??= connect(url, query, position, receive);
  });
  port.addEventListener('message', ({ data }: MessageEvent<StreamMessage>) => {
    receive(data);
  });
  port.start();
  addEventListener('pagehide', leave);
  addEventListener('pageshow', shown);
  enter();
  return () => {
    removeEventListener('pagehide', leave);
    removeEventListener('pageshow', shown);
    leave();
    port.close();
    closeOwn?.();
  };
}
