import type { StreamMessage } from './connection-source.ts';
import { SharedStream } from './shared-stream.ts';
import type { TabMessage } from './shared-stream.ts';

/** The worker that the tabs of a browser share: a port is a tab. */
const stream = new SharedStream();
const scope = globalThis as unknown as {
  onconnect: ((event: MessageEvent) => void) | null;
};

scope.onconnect = ({ ports: [port] }) => {
  if (port === undefined) return;
  const send = (message: StreamMessage): void => {
    port.postMessage(message);
  };
  port.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
    stream.take(port, data, send);
  });
  // Not every browser reports a tab that ended without a word; most pages say when they leave.
  port.addEventListener('close', () => {
    stream.take(port, { kind: 'leave' }, send);
  });
  port.start();
};
