import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../domain/thrown.ts';
import { openReader } from '../journal/reader.ts';
import type { JournalReader } from '../journal/reader.ts';
import { buildApp } from './app.ts';
import type { App } from './context.ts';
import { cached } from './cached.ts';
import type { Context } from './context.ts';
import { streamPath } from './contract/stream.ts';
import { described } from './described.ts';
import { Lane } from './lane.ts';
import { standardLimits } from './limits.ts';
import type { Limits } from './limits.ts';
import { Metrics } from './metrics-server.ts';
import { isBuilt } from './page.ts';
import { PollMinutes } from './poll-minutes.ts';
import { journalSigns } from './queries-status.ts';
import type { Written } from './queries-written.ts';
import { readinessOf } from './readiness.ts';
import type { RecorderView } from './recorder-view.ts';
import { sinkStates } from './sink-states.ts';
import { clockOf } from './status.ts';
import { Streams } from './stream.ts';
import { Tail } from './tail.ts';

/** Where the build of web/ puts the page. */
const builtPage = fileURLToPath(new URL('../../web/dist/', import.meta.url));

/** Counting what a sink has still to deliver takes some milliseconds: it is done once a second at the most. */
const signsAgeMs = 1_000;

export interface ListenOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Names that it answers to beside those of this machine: those of a proxy in front of it. */
  readonly names?: readonly string[];
  /** Directory of the built page; that of this checkout when left out. */
  readonly pageDirectory?: string;
  /** Those that differ from the standard ones. */
  readonly limits?: Partial<Limits>;
}

export interface ServerOptions extends ListenOptions {
  /** Receives internal errors that an answer failed by: the route's pattern, and why. */
  readonly onFault: (route: string, reason: string) => void;
  /** A client of a route did not read its answer and was cut off. */
  readonly onDropped: (route: string) => void;
}

/** A server that listens. */
export interface RunningServer {
  readonly url: string;
  /** Whether it serves the live page. */
  readonly hasPage: boolean;
  /** Ends every answer and stream, and lets go of the journal. */
  close(): Promise<void>;
}

/**
 * Serves what a recorder has recorded and how it does, read-only.
 * @throws JournalError, or the error of a socket that cannot listen there (with its `code`)
 */
export async function startServer(recorder: RecorderView, options: ServerOptions): Promise<RunningServer> {
  const { host, port, names = [], pageDirectory = builtPage, onFault } = options;
  const limits = { ...standardLimits, ...options.limits };
  const fault = (route: string, error: unknown): void => {
    onFault(route, messageOf(error));
  };
  const reader = openReader(recorder.facts.journal);
  const dropped = (route: string): void => {
    metrics.dropped(route);
    options.onDropped(route);
  };
  const context = openContext(recorder, reader, limits, fault, dropped);
  const metrics = new Metrics(context);
  const close = async (app: App | null): Promise<void> => {
    context.streams.close();
    await app?.close();
    metrics.close();
    reader.close();
  };
  let app: App | null = null;
  try {
    app = await buildApp(context, metrics, {
      host,
      names,
      pageDirectory,
      onFault: fault,
      onDropped: dropped,
    });
    await app.listen({ host, port });
  } catch (error) {
    await close(app);
    throw error;
  }
  const listening = app;
  return { url: urlOf(listening), hasPage: isBuilt(pageDirectory), close: () => close(listening) };
}

function openContext(
  recorder: RecorderView,
  reader: JournalReader,
  limits: Limits,
  fault: (route: string, error: unknown) => void,
  dropped: (route: string) => void,
): Context {
  const streamFault = (error: unknown): void => {
    fault(streamPath, error);
  };
  const tail = new Tail({
    read: (work) => reader.read(work),
    dataOf: (written) => dataOf(written, recorder),
    failed: streamFault,
  });
  const streams = new Streams({
    ...{ reader, tail, limits, version: recorder.facts.version, clock: () => clockOf(recorder) },
    failed: streamFault,
    dropped: () => {
      dropped(streamPath);
    },
  });
  const signs = cached(signsAgeMs, () => reader.read(journalSigns));
  const readiness = () => {
    const { stopping, imported, selected, startedAt, lastGoodAt, lastFault, failure } = recorder.figures();
    const sinks = attempted(() => sinkStates({ recorder, signs }));
    return readinessOf({
      ...{ stopping, imported, selected, startedAt, lastGoodAt, lastFault },
      ...{ now: recorder.now(), silentMs: recorder.silentMs() },
      failure: failure ?? sinks.failure,
      sinks: (sinks.value ?? []).map(({ sink, lag_seconds }) => ({ sink, lagMs: lag_seconds * 1000 })),
      sinkLagLimitMs: recorder.facts.sinkLagLimitMs,
    });
  };
  const lanes = { light: new Lane(limits.light), heavy: new Lane(limits.heavy) };
  return { recorder, reader, streams, minutes: new PollMinutes(), limits, ...lanes, signs, readiness };
}

/** What a read of the journal gives; a journal that cannot be read must not keep readiness from being answered. */
function attempted<T>(
  read: () => T,
): { readonly value: T; readonly failure: null } | { readonly value: null; readonly failure: string } {
  try {
    return { value: read(), failure: null };
  } catch (error) {
    return { value: null, failure: messageOf(error) };
  }
}

function dataOf({ name, row }: Written, recorder: RecorderView): unknown {
  const plan = recorder.plans().get(row.race_id) ?? null;
  if (name === 'race') return described(row, plan, recorder.now());
  if (name === 'poll') return { ...row, band: plan?.band ?? null, every_ms: plan?.everyMs ?? null };
  return row;
}

function urlOf(app: App): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
