import { constants, getPriority, setPriority } from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import { errorOf } from '../domain/thrown.ts';
import { RemoteView } from './remote-view.ts';
import { startServer } from './server.ts';
import type { FromServer, ThreadData, ToServer } from './thread-messages.ts';

/** Real milliseconds in which the faults of a route, and the clients that were cut off, are reported together. */
const reportEveryMs = 5_000;

const post = (message: FromServer): void => parentPort?.postMessage(message);
const { facts, state, options } = workerData as ThreadData;
const view = new RemoteView({ facts, state }, () => {
  post({ kind: 'metrics' });
});

// On Linux this is the priority of the thread alone: where cores are few, recording goes first.
if (process.platform === 'linux') setPriority(Math.min(constants.priority.PRIORITY_LOW, getPriority() + 5));

const faults = new Set<string>();
const dropped = new Map<string, number>();
const reports = setInterval(report, reportEveryMs);

/** Answers that fail, or clients that read nothing, may be many: the log is not to be flooded by those who ask. */
function report(): void {
  faults.clear();
  for (const [route, clients] of dropped) post({ kind: 'dropped', route, clients });
  dropped.clear();
}

try {
  const server = await startServer(view, {
    ...options,
    onFault: (route, reason) => {
      if (faults.has(route)) return;
      faults.add(route);
      post({ kind: 'fault', route, reason });
    },
    onDropped: (route) => {
      dropped.set(route, (dropped.get(route) ?? 0) + 1);
    },
  });
  parentPort?.on('message', (message: ToServer) => {
    switch (message.kind) {
      case 'state':
        view.take(message.state);
        post({ kind: 'taken' });
        break;
      case 'metrics':
        view.takeMetrics(message.text);
        break;
      case 'close':
        void server.close().finally(() => {
          clearInterval(reports);
          report();
          parentPort?.close();
        });
    }
  });
  post({ kind: 'listening', url: server.url, hasPage: server.hasPage });
} catch (error) {
  const { message, code } = errorOf(error) as NodeJS.ErrnoException;
  clearInterval(reports);
  post({ kind: 'refused', code: code ?? null, message });
}
