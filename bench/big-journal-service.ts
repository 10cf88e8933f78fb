import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { start } from '../test/support/process.ts';
import type { Running } from '../test/support/process.ts';

/** A feed that answers every request with a failure: races are waited for, and nothing is recorded but that. */
export interface DeafFeed {
  readonly url: string;
  readonly close: () => void;
}

export async function deafFeed(): Promise<DeafFeed> {
  const server = createServer((_request, response) => response.writeHead(503).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

/** The real recorder on a journal, as it records a feed of the TAB's kind. */
export interface StartedRecorder {
  /** Real milliseconds from the start of its process until it says that it has started. */
  readonly startMs: number;
  /** The same until every race's actor has read what it goes on from, and the first request is made. */
  readonly recordingMs: number;
  /** Of its server. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

export async function startedRecorder(db: string, feed: DeafFeed): Promise<StartedRecorder> {
  const identity = { TAB_FROM: 'bench@example.org', TAB_PARTNER: 'bench', TAB_PARTNER_ID: 'bench' };
  const began = performance.now();
  const recorder = start(['run', '--db', db, '--http', '127.0.0.1:0'], {
    env: { ...identity, TAB_BASE_URL: feed.url },
  });
  await recorder.says('"service.started"');
  const startMs = performance.now() - began;
  await recorder.says('"server.started"');
  await recorder.says('"import.started"');
  return {
    startMs,
    recordingMs: performance.now() - began,
    url: servedAt(recorder),
    stop: async () => {
      recorder.child.kill('SIGTERM');
      const { code, stderr } = await recorder.ended;
      if (code !== 0) throw new Error(`The recorder ended with ${code ?? 'a signal'}: ${stderr}`);
    },
  };
}

function servedAt(recorder: Running): string {
  const line = recorder
    .printed()
    .split('\n')
    .find((text) => text.includes('"server.started"'));
  return (JSON.parse(line ?? '{}') as { url: string }).url;
}
