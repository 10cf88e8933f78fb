import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../domain/thrown.ts';
import { epochMillis } from '../domain/time.ts';
import { openReader } from '../sinks/journal/reader.ts';
import type { JournalReader } from '../sinks/journal/reader.ts';
import { buildApp } from './app.ts';
import type { App } from './app.ts';
import { cached } from './cached.ts';
import type { Context } from './context.ts';
import { described } from './described.ts';
import { LoopDelay } from './loop-delay.ts';
import { Metrics } from './metrics.ts';
import { isBuilt } from './page.ts';
import { journalSigns, openGapIds, recentPolls } from './queries-status.ts';
import type { Written } from './queries-written.ts';
import { readinessOf } from './readiness.ts';
import type { Recorder } from './recorder.ts';
import { sinkStates } from './sink-states.ts';
import { clockOf } from './status.ts';
import { Streams } from './stream.ts';
import { Tail } from './tail.ts';
import { Vitals } from './vitals.ts';

/** Where the build of web/ puts the page. */
const builtPage = fileURLToPath(new URL('../../web/dist/', import.meta.url));

/** Counting what a sink has still to deliver takes some milliseconds: it is done once a second at the most. */
const signsAgeMs = 1_000;

export interface ServerOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Told of an answer that failed by a fault of our own: the route's pattern, and why. */
  readonly onFault: (route: string, reason: string) => void;
  /** Directory of the built page; that of this checkout when left out. */
  readonly pageDirectory?: string;
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
export async function startServer(recorder: Recorder, options: ServerOptions): Promise<RunningServer> {
  const { host, port, onFault, pageDirectory = builtPage } = options;
  const fault = (route: string, error: unknown): void => {
    onFault(route, messageOf(error));
  };
  const reader = openReader(recorder.journal);
  const parts = openParts(recorder, reader, fault);
  const { context, metrics } = parts;
  const close = async (app: App | null): Promise<void> => {
    context.streams.close();
    await app?.close();
    metrics.close();
    context.vitals.close();
    context.loopDelay.close();
    reader.close();
  };
  let app: App | null = null;
  try {
    app = await buildApp(context, metrics, { host, pageDirectory, onFault: fault });
    await app.listen({ host, port });
  } catch (error) {
    await close(app);
    throw error;
  }
  const listening = app;
  return { url: urlOf(listening), hasPage: isBuilt(pageDirectory), close: () => close(listening) };
}

function openParts(
  recorder: Recorder,
  reader: JournalReader,
  fault: (route: string, error: unknown) => void,
): { context: Context; metrics: Metrics } {
  const vitals = openVitals(recorder, reader);
  const streamFault = (error: unknown): void => {
    fault('/api/stream', error);
  };
  const tail = new Tail({
    read: (work) => reader.read(work),
    dataOf: (written) => dataOf(written, vitals, recorder.now()),
    failed: streamFault,
  });
  const streams = new Streams({
    reader,
    tail,
    version: recorder.version,
    clock: () => clockOf(recorder),
    failed: streamFault,
  });
  const loopDelay = new LoopDelay((error) => {
    fault('none', error);
  });
  const signs = cached(signsAgeMs, () => reader.read(journalSigns));
  const readiness = () =>
    readinessOf({
      ...{ now: recorder.now(), stopping: vitals.stopping, imported: vitals.imported },
      ...{ startedAt: vitals.startedAt, lastGoodAt: vitals.lastGoodAt, lastFault: vitals.lastFault },
      sinks: sinkStates({ recorder, vitals, signs }).map(({ sink, lag_seconds }) => ({
        sink,
        lagMs: lag_seconds * 1000,
      })),
      sinkLagLimitMs: recorder.sinkLagLimitMs,
    });
  const context = { recorder, reader, vitals, streams, loopDelay, signs, readiness };
  return { context, metrics: new Metrics(context) };
}

/** The last hour is known from the journal, whoever recorded it. */
function openVitals(recorder: Recorder, reader: JournalReader): Vitals {
  const now = recorder.now();
  const vitals = new Vitals(recorder, reader.read(openGapIds));
  const polls = reader.read((prepare) => recentPolls(prepare, now));
  for (const { started_at, outcome, lateness_ms } of polls) {
    vitals.minutes.add(epochMillis(started_at), outcome, lateness_ms ?? 0);
  }
  return vitals;
}

function dataOf(written: Written, vitals: Vitals, now: number): unknown {
  const { name, row } = written;
  const plan = vitals.plans.get(row.race_id) ?? null;
  if (name === 'race') return described(row, plan, now);
  if (name === 'poll') return { ...row, band: plan?.band ?? null, every_ms: plan?.everyMs ?? null };
  return row;
}

function urlOf(app: App): string {
  const { address, family, port } = app.server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}
