import { NEVER } from 'rxjs';
import { onTestFinished } from 'vitest';
import type { Recorder } from '../../src/server/recorder.ts';
import { RecorderSide } from '../../src/server/recorder-side.ts';
import { startServer } from '../../src/server/server.ts';
import type { ListenOptions, RunningServer } from '../../src/server/server.ts';
import { start } from './process.ts';
import type { Running } from './process.ts';

export interface Serving extends Running {
  /** Of the server, without a path. */
  readonly url: string;
}

/** The real service in a process of its own, that serves at a port which nobody else has. */
export async function serveRun(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  http = '127.0.0.1:0',
): Promise<Serving> {
  const service = start(['run', '--http', http, ...args], { env });
  await service.says('"server.started"');
  const line = service
    .printed()
    .split('\n')
    .find((text) => text.includes('"server.started"'));
  const { url } = JSON.parse(line ?? '{}') as { url: string };
  return { ...service, url };
}

/** A recorder that says nothing, of a journal that is there. */
export function silentRecorder(journal: string, changes: Partial<Recorder> = {}): Recorder {
  return {
    version: '0.0.0',
    startedAt: Date.now(),
    now: () => Date.now(),
    speed: 1,
    source: { kind: 'tab', url: 'https://feed.example', seed: null },
    journal,
    event$: NEVER,
    committed$: NEVER,
    budget: () => ({ inFlight: 0, inFlightLimit: 6, requestsPerSecond: 5, waiting: 0, heldUntil: null }),
    sinkLagLimitMs: 900_000,
    ...changes,
  };
}

/** A server in this thread, closed when the test is finished. */
export async function serveJournal(
  journal: string,
  options: { recorder?: Partial<Recorder> } & Partial<ListenOptions> = {},
): Promise<RunningServer & { readonly faults: string[]; readonly dropped: string[] }> {
  const faults: string[] = [];
  const dropped: string[] = [];
  const { recorder, ...listen } = options;
  const side = new RecorderSide(silentRecorder(journal, recorder), (error) => {
    faults.push(String(error));
  });
  const server = await startServer(side, {
    ...{ host: '127.0.0.1', port: 0, pageDirectory: '/nowhere', ...listen },
    onFault: (route, reason) => faults.push(`${route}: ${reason}`),
    onDropped: (route) => dropped.push(route),
  });
  onTestFinished(async () => {
    await server.close();
    side.close();
  });
  return { ...server, faults, dropped };
}

/** An event of a stream as it came. */
export interface StreamEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: unknown;
}

/** Reads Server-Sent Events until told to stop; what came stays readable. */
export function readStream(
  url: string,
  lastEventId?: string,
): { readonly events: StreamEvent[]; readonly ended: Promise<void>; readonly stop: () => void } {
  const events: StreamEvent[] = [];
  const controller = new AbortController();
  const read = async (): Promise<void> => {
    const headers = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
    const response = await fetch(url, { headers, signal: controller.signal });
    if (response.body === null || response.status !== 200) throw new Error(`status ${response.status}`);
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = `${text}${chunk}`.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = eventOf(block);
        if (event !== null) events.push(event);
      }
    }
  };
  const ended = read().catch((error: unknown) => {
    if (!controller.signal.aborted) throw error;
  });
  return {
    events,
    ended,
    stop: () => {
      controller.abort();
    },
  };
}

function eventOf(block: string): StreamEvent | null {
  const fields = new Map(
    block
      .split('\n')
      .filter((line) => !line.startsWith(':'))
      .map((line) => {
        const colon = line.indexOf(': ');
        return [line.slice(0, colon), line.slice(colon + 2)];
      }),
  );
  const data = fields.get('data');
  if (data === undefined) return null;
  return { id: fields.get('id') ?? null, event: fields.get('event') ?? 'message', data: JSON.parse(data) };
}
