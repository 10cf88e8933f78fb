import { Counter, Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Context } from './context.ts';
import type { SinkState } from './contract/status.ts';
import { newestImport } from './queries-status.ts';
import { gapReasons } from './reasons.ts';
import { sinkStates } from './sink-states.ts';
import { byBand, sizeOf } from './status.ts';
import type { SinkStats } from './run-stats.ts';

/** A series that begins above zero has no increase to be alerted by: every reason is there from the start. */
const noGaps = Object.fromEntries(gapReasons.map((reason) => [reason, 0]));

/** One value, or one for each value of a label. */
type Measured = number | Readonly<Record<string, number>>;

interface Measurement {
  /** Without its prefix. One that ends in `_total` only rises. */
  readonly name: string;
  readonly help: string;
  readonly label?: string;
  readonly measure: () => Measured;
}

/** Has what others know of measured whenever Prometheus asks. */
export function measure(registry: Registry, context: Context): void {
  const all = [...recorder(context), ...feed(context), ...sinks(context), ...server(context)];
  for (const measurement of all) register(registry, measurement);
  const { version, source } = context.recorder.facts;
  const info = new Gauge({
    name: 'oddstream_build_info',
    help: 'Always 1: the version that runs, on which Node.js, recording which kind of feed.',
    labelNames: ['version', 'node_version', 'source'],
    registers: [registry],
  });
  info.set({ version, node_version: process.version, source: source.kind }, 1);
}

function register(registry: Registry, { name, help, label, measure: read }: Measurement): void {
  const labelNames = label === undefined ? [] : [label];
  const registers = [registry];
  const values = (): [Record<string, string>, number][] => {
    const measured = read();
    if (typeof measured === 'number') return [[{}, measured]];
    return Object.entries(measured).map(([value, number]) => [{ [label ?? '']: value }, number]);
  };
  const options = { name: `oddstream_${name}`, help, labelNames, registers };
  if (name.endsWith('_total')) {
    new Counter({
      ...options,
      collect() {
        this.reset();
        for (const [labels, value] of values()) this.inc(labels, value);
      },
    });
    return;
  }
  new Gauge({
    ...options,
    collect() {
      this.reset();
      for (const [labels, value] of values()) this.set(labels, value);
    },
  });
}

function recorder(context: Context): Measurement[] {
  const { recorder: view, reader, signs, readiness } = context;
  const { speed, journal } = view.facts;
  return [
    { name: 'ready', help: 'Whether /readyz says so: 1 or 0.', measure: () => Number(readiness().ready) },
    {
      name: 'clock_timestamp_seconds',
      help: "The recorder's clock; with a simulator its own time.",
      measure: () => view.now() / 1000,
    },
    { name: 'clock_speed', help: 'How many times as fast as real time it runs.', measure: () => speed },
    {
      name: 'polls_total',
      help: 'Polls, by how they ended.',
      label: 'outcome',
      measure: () => ({ ...view.figures().polls }),
    },
    {
      name: 'rows_written_total',
      help: 'Rows committed to the journal.',
      label: 'table',
      measure: () => Object.fromEntries(view.figures().rows),
    },
    {
      name: 'races',
      help: 'Races that are polled or waited for, by the band of their cadence.',
      label: 'band',
      measure: () => byBand(view.plans()),
    },
    {
      name: 'gaps_total',
      help: 'Times without a usable poll, and fluctuations that overflowed, by reason.',
      label: 'reason',
      measure: () => ({ ...noGaps, ...Object.fromEntries(view.figures().gaps) }),
    },
    { name: 'gaps_open', help: 'Gaps that have not ended.', measure: () => signs().openGaps },
    {
      name: 'quarantined_responses_total',
      help: 'Responses that could not be used and were kept.',
      measure: () => view.figures().quarantined,
    },
    {
      name: 'import_failures',
      help: 'Dates, meetings and races that the newest import failed to import.',
      measure: () => reader.read(newestImport)?.failed_count ?? 0,
    },
    { name: 'journal_size_bytes', help: 'Size of the journal.', measure: () => sizeOf(journal) },
    {
      name: 'journal_wal_size_bytes',
      help: 'Size of its write-ahead log.',
      measure: () => sizeOf(`${journal}-wal`),
    },
  ];
}

function feed({ recorder: view }: Context): Measurement[] {
  return [
    {
      name: 'last_recorded_timestamp_seconds',
      help: "When the feed last gave something that was recorded, on the recorder's clock; 0 before.",
      measure: () => (view.figures().lastGoodAt ?? 0) / 1000,
    },
    {
      name: 'requests_in_flight',
      help: 'Requests to the feed that are under way.',
      measure: () => view.budget().inFlight,
    },
    {
      name: 'requests_in_flight_limit',
      help: 'Requests to the feed that may be under way at once.',
      measure: () => view.budget().inFlightLimit,
    },
    {
      name: 'requests_waiting',
      help: 'Requests to the feed that wait for their turn.',
      measure: () => view.budget().waiting,
    },
    {
      name: 'feed_held_seconds',
      help: "How long the host is still to be left alone, on the recorder's clock; 0 when it is not.",
      measure: () => Math.max(0, ((view.budget().heldUntil ?? 0) - view.now()) / 1000),
    },
  ];
}

function sinks(context: Context): Measurement[] {
  const state = (pick: (sink: SinkState) => number) => (): Measured =>
    Object.fromEntries(sinkStates(context).map((sink) => [sink.sink, pick(sink)]));
  const counted = (pick: (sink: SinkStats) => number) => (): Measured =>
    Object.fromEntries([...context.recorder.figures().sinks].map(([name, sink]) => [name, pick(sink)]));
  const label = 'sink';
  return [
    {
      name: 'sink_lag_rows',
      help: 'Rows still to be delivered.',
      label,
      measure: state((sink) => sink.lag_rows),
    },
    {
      name: 'sink_lag_seconds',
      help: "Age of the oldest row still to be delivered, on the recorder's clock.",
      label,
      measure: state((sink) => sink.lag_seconds),
    },
    {
      name: 'sink_lag_limit_seconds',
      help: 'The lag beyond which the recorder is not ready.',
      label,
      measure: state((sink) => sink.lag_limit_seconds),
    },
    {
      name: 'sink_paused',
      help: 'Whether deliveries wait for someone to set something right: 1 or 0.',
      label,
      measure: state(({ paused }) => Number(paused !== null)),
    },
    {
      name: 'dead_letters',
      help: 'Rows put aside because a sink refuses them for good.',
      label,
      measure: state((sink) => sink.dead_letters),
    },
    {
      name: 'sink_rows_delivered_total',
      help: 'Rows that a sink has acknowledged.',
      label,
      measure: counted(({ delivered }) => delivered),
    },
    {
      name: 'sink_rows_refused_total',
      help: 'Rows that a sink has refused for good.',
      label,
      measure: counted(({ refused }) => refused),
    },
    {
      name: 'sink_retries_total',
      help: 'Deliveries that failed and were tried again.',
      label,
      measure: counted(({ retries }) => retries),
    },
  ];
}

function server({ recorder: view, streams }: Context): Measurement[] {
  return [
    {
      name: 'recorder_silent_seconds',
      help: "Real time since the recorder's thread last showed that it does its work.",
      measure: () => view.silentMs() / 1000,
    },
    { name: 'stream_clients', help: 'Clients of /api/stream.', measure: () => streams.clients },
    {
      name: 'stream_clients_dropped_total',
      help: 'Clients of /api/stream cut off because they were too slow.',
      measure: () => streams.dropped,
    },
  ];
}
